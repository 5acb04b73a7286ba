//! The HTTP side: takes a request, logs it, lets the planned faults strike, checks it and has it
//! carried out by `rest.rs`.
//!
//! It decides nothing about Discord's behaviour beyond rate-limit headers and authentication.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{Request as HttpRequest, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::faults::Fault;
use super::log::{Request, Violation};
use super::permissions::Refusal;
use super::rest::{self, Call, Outcome};
use super::state::State;
use super::{Inner, TOKEN, form, rules, spec};

/// Answers until its task is aborted.
pub async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    let app = Router::new().fallback(answer).with_state(inner);
    let service = app.into_make_service_with_connect_info::<Line>();
    // It only ends with an error of the listener, which nobody can act upon.
    let _ = axum::serve(Cuttable(listener), service).await;
}

/// The line to the client, which a fault may cut.
#[derive(Clone, Default)]
pub struct Line(Arc<AtomicBool>);

impl Line {
    fn cut(&self) -> Response {
        self.0.store(true, Ordering::SeqCst);
        // Never arrives: the stream refuses to write it.
        StatusCode::NO_CONTENT.into_response()
    }
}

/// A listener whose connections can be reset in the middle of a request.
struct Cuttable(TcpListener);

struct Wire(TcpStream, Line);

impl Listener for Cuttable {
    type Io = Wire;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Wire, Self::Addr) {
        let (stream, from) = Listener::accept(&mut self.0).await;
        (Wire(stream, Line::default()), from)
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Cuttable>> for Line {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        stream.io().1.clone()
    }
}

impl Wire {
    fn broken(&self) -> std::io::Result<()> {
        if self.1.0.load(Ordering::SeqCst) {
            // Without lingering the kernel sends a reset instead of a polite end.
            let _ = self.0.set_zero_linger();
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        self.broken()?;
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.broken()?;
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.broken()?;
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.broken()?;
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// A request with its body read.
struct Incoming {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    body: Option<Value>,
    files: Vec<form::Part>,
    headers: HeaderMap,
    /// Why the body could not be read, if so.
    unreadable: Option<String>,
}

async fn answer(
    Shared(inner): Shared<Arc<Inner>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: HttpRequest,
) -> Response {
    if inner.look(|state| state.faults.outage) {
        return line.cut();
    }
    let incoming = read(request).await;
    if let Some(file) = inner.look(|state| attachment(state, &incoming.path)) {
        return file.into_response();
    }
    let (number, fault) = inner.change(|state| arrive(state, &incoming));
    let response = match fault {
        Some(Fault::ResetBefore) => return line.cut(),
        Some(Fault::Status(status)) => broken(status),
        Some(Fault::SlowBefore(wait)) => {
            tokio::time::sleep(wait).await;
            inner.change(|state| carry_out(state, number, &incoming))
        }
        after => {
            let response = inner.change(|state| carry_out(state, number, &incoming));
            match after {
                Some(Fault::ResetAfter) => {
                    inner.change(|state| state.log.requests[number].status = 0);
                    return line.cut();
                }
                Some(Fault::StatusAfter(status)) => broken(status),
                Some(Fault::SlowAfter(wait)) => {
                    tokio::time::sleep(wait).await;
                    response
                }
                _ => response,
            }
        }
    };
    inner.change(|state| state.log.requests[number].status = response.status().as_u16());
    response
}

async fn read(request: HttpRequest) -> Incoming {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let path = path.strip_prefix("/api/v10").or_else(|| path.strip_prefix("/api")).unwrap_or(path).to_owned();
    let query = parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let query =
        query.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (k.into(), v.into()));
    let mut incoming = Incoming {
        method: parts.method.to_string(),
        path: form::percent_decode(&path),
        query: query.collect(),
        body: None,
        files: Vec::new(),
        headers: parts.headers,
        unreadable: None,
    };
    let bytes = to_bytes(body, 32 << 20).await.unwrap_or_default();
    let kind =
        incoming.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let json = if let Some(boundary) = kind.strip_prefix("multipart/form-data").and_then(form::boundary) {
        let mut parts = form::parts(&bytes, boundary);
        let json = parts.iter().position(|p| p.name == "payload_json").map(|i| parts.remove(i).bytes);
        incoming.files = parts;
        json.unwrap_or_default()
    } else {
        bytes.to_vec()
    };
    if !json.is_empty() {
        match serde_json::from_slice(&json) {
            Ok(body) => incoming.body = Some(body),
            Err(error) => incoming.unreadable = Some(format!("the body is no JSON: {error}")),
        }
    }
    incoming
}

/// Logs the request and says what is planned for it.
fn arrive(state: &mut State, incoming: &Incoming) -> (usize, Option<Fault>) {
    let request = Request {
        at: state.now(),
        method: incoming.method.clone(),
        path: incoming.path.clone(),
        template: spec::find(&incoming.method, &incoming.path).map_or("", |operation| operation.template),
        query: incoming.query.clone(),
        body: incoming.body.clone().unwrap_or_default(),
        files: incoming.files.iter().map(|f| (f.file.clone(), f.bytes.clone())).collect(),
        status: 0,
    };
    state.log.requests.push(request);
    let fault = state.faults.strike(&incoming.method, &incoming.path);
    match fault {
        Some(Fault::RateLimit(wait)) => {
            let until = state.now() + u64::try_from(wait.as_millis()).unwrap_or_default();
            state.faults.limit(&bucket(incoming), until);
        }
        Some(Fault::GlobalRateLimit(wait)) => {
            let until = state.now() + u64::try_from(wait.as_millis()).unwrap_or_default();
            state.faults.limit("", until);
        }
        _ => {}
    }
    (state.log.requests.len() - 1, fault)
}

/// What Discord counts together: the method, the path's shape and its first id.
fn bucket(incoming: &Incoming) -> String {
    let shape = spec::find(&incoming.method, &incoming.path).map_or("", |operation| operation.template);
    let major = incoming.path.split('/').nth(2).unwrap_or_default();
    format!("{} {shape} {major}", incoming.method)
}

fn carry_out(state: &mut State, number: usize, incoming: &Incoming) -> Response {
    let bucket = bucket(incoming);
    if let Some((until, global)) = state.faults.limited(&bucket, state.now()) {
        return too_many(until - state.now(), global, &bucket);
    }
    let outcome = if signed(incoming) {
        checked(state, incoming)
    } else {
        Err(Refusal::new(401, 0, "401: Unauthorized"))
    };
    let response = match outcome {
        Ok(Outcome::Empty) => StatusCode::NO_CONTENT.into_response(),
        Ok(Outcome::Json(status, body)) => reply(status, &body),
        Err(refusal) => reply(refusal.status, &refusal.body()),
    };
    state.log.requests[number].status = response.status().as_u16();
    with_limits(response, &bucket)
}

/// Interactions are answered with their own token; everything else needs the bot's.
fn signed(incoming: &Incoming) -> bool {
    let open = ["/interactions/", "/webhooks/"].iter().any(|start| incoming.path.starts_with(start));
    let given = incoming.headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
    open || given == Some(&format!("Bot {TOKEN}"))
}

/// Checks the request by the document and the further rules, and has it carried out.
fn checked(state: &mut State, incoming: &Incoming) -> Result<Outcome, Refusal> {
    let Some(operation) = spec::find(&incoming.method, &incoming.path) else {
        complain(state, incoming, "Discord has no such endpoint");
        return Err(Refusal::new(404, 0, "404: Not Found"));
    };
    if let Some(why) = &incoming.unreadable {
        complain(state, incoming, why);
        return Err(Refusal::new(400, 50109, "The request body contains invalid JSON."));
    }
    let mut problems = operation.check(&incoming.path, &incoming.query, incoming.body.as_ref());
    if !incoming.files.is_empty() && !operation.takes_files() {
        problems.push(spec::Problem::new("", "this endpoint takes no files"));
    }
    let empty = Value::Null;
    let body = incoming.body.as_ref().unwrap_or(&empty);
    let call = Call::new(&incoming.method, &incoming.path, &incoming.query, body, &incoming.files);
    let mut house = Vec::new();
    if problems.is_empty() {
        problems = call.further_problems();
        if let Some((message, writing)) = call.message() {
            rules::house_rules(message, writing, &mut house);
        }
    }
    for problem in problems.iter().chain(&house) {
        complain(state, incoming, &format!("{}: {}", problem.at, problem.what));
    }
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    rest::carry_out(state, &call).unwrap_or_else(|| {
        complain(state, incoming, "this server does not imitate the endpoint; teach it, or do not call it");
        Err(Refusal::new(501, 0, "Not Implemented"))
    })
}

fn complain(state: &mut State, incoming: &Incoming, what: &str) {
    let request = format!("{} {}", incoming.method, incoming.path);
    let violation = Violation { at: state.now(), request, what: what.trim_start_matches(": ").to_owned() };
    state.log.violations.push(violation);
}

fn reply(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// An error of the proxy in front of Discord: a page for people, not JSON.
fn broken(status: u16) -> Response {
    let page = format!("<html><head><title>{status}</title></head><body>cloudflare</body></html>");
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "text/html")], Body::from(page)).into_response()
}

fn too_many(wait: u64, global: bool, bucket: &str) -> Response {
    let seconds = Duration::from_millis(wait).as_secs_f64();
    let body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": global, "code": 0});
    let mut response = with_limits(reply(429, &body), bucket);
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: String| {
        headers.insert(name, value.parse().expect("digits and words are valid in a header"));
    };
    set("retry-after", seconds.ceil().to_string());
    set("x-ratelimit-remaining", "0".into());
    set("x-ratelimit-reset-after", format!("{seconds:.3}"));
    set("x-ratelimit-scope", if global { "global" } else { "user" }.into());
    if global {
        set("x-ratelimit-global", "true".into());
    }
    response
}

/// The headers that every answer carries. They promise enough; limits come from planned faults only,
/// so that tests do not depend on how fast the machine is.
fn with_limits(mut response: Response, bucket: &str) -> Response {
    let hash = bucket.bytes().fold(5381_u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
    let values = [
        ("x-ratelimit-limit", "5".to_owned()),
        ("x-ratelimit-remaining", "4".to_owned()),
        ("x-ratelimit-reset-after", "1.000".to_owned()),
        ("x-ratelimit-bucket", format!("{hash:016x}")),
    ];
    for (name, value) in values {
        response.headers_mut().insert(name, value.parse().expect("digits are valid in a header"));
    }
    response
}

/// The bytes of a file, at the address that its message gave.
fn attachment(state: &State, path: &str) -> Option<Vec<u8>> {
    let id: super::state::Id = path.strip_prefix("/attachments/")?.split('/').next()?.parse().ok()?;
    let messages = state.channels.values().flat_map(|c| c.messages.values());
    messages.flat_map(|m| &m.files).find(|f| f.id == id).map(|f| f.bytes.clone())
}
