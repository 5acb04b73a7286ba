//! The HTTP side: from a request on the socket to an answer.
//!
//! It does: read path and token, decode, log, validate, let planned faults strike, run the method,
//! answer in Telegram's form, serve files.
//! It does not: know any method (`methods.rs`) nor assert anything.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::decode::{Params, decode};
use super::faults::Fault;
use super::log::{Effect, Outcome, Record, Violation};
use super::net::{Gate, Knife, Lines, Peer};
use super::spec::spec;
use super::validate::{self, Problem};
use super::world::{Heard, World};
use super::{methods, updates};

/// "Bots can send files of up to 50 MB", and some room for the rest of the form.
const BODY: usize = 51 * 1024 * 1024;

/// A refusal in Telegram's form.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// `error_code` and HTTP status.
    pub code: u16,
    /// `description`.
    pub description: String,
    /// `parameters`.
    pub parameters: Option<Value>,
}

impl Refusal {
    /// Without parameters.
    pub fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), parameters: None }
    }

    /// The group has become this supergroup.
    pub fn migrated(to: i64) -> Self {
        Self {
            code: 400,
            description: "Bad Request: group chat was upgraded to a supergroup chat".to_owned(),
            parameters: Some(json!({"migrate_to_chat_id": to})),
        }
    }
}

/// What all tasks of a server share.
#[derive(Debug)]
pub struct Shared {
    world: Mutex<World>,
    changed: watch::Sender<u64>,
    token: String,
    /// The open connections.
    pub lines: Arc<Lines>,
}

impl Shared {
    /// Looks at the world, or changes it without waking anybody.
    pub fn look<T>(&self, f: impl FnOnce(&mut World) -> T) -> T {
        f(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the world and wakes all who wait for a change.
    pub fn with<T>(&self, f: impl FnOnce(&mut World) -> T) -> T {
        let result = self.look(f);
        self.changed.send_modify(|n| *n += 1);
        result
    }

    /// Wakes its holder at every change from now on.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Marks calls whose connection was cut soon after their answer. Older ones were read: nobody
    /// waits five seconds before reading.
    pub fn doubt(&self, calls: &[usize]) {
        const SOON: Duration = Duration::from_secs(5);
        self.with(|world| {
            for record in world.log.iter_mut().filter(|r| calls.contains(&r.index)) {
                record.perhaps_unread |= record.answered.is_some_and(|at| at.elapsed() < SOON);
            }
        });
    }
}

/// The tasks of a server; they end with its last handle.
#[derive(Debug)]
pub struct Tasks {
    tasks: Vec<tokio::task::JoinHandle<()>>,
    lines: Arc<Lines>,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        // Open connections have tasks of their own.
        let _ = self.lines.set_down(true);
    }
}

/// Starts serving on a listener.
pub fn serve(listener: TcpListener, token: &str) -> (Arc<Shared>, Tasks) {
    let shared = Arc::new(Shared {
        world: Mutex::new(World::default()),
        changed: watch::Sender::new(0),
        token: token.to_owned(),
        lines: Arc::default(),
    });
    let gate = Gate { listener, lines: Arc::clone(&shared.lines) };
    let app = Router::new().fallback(handle).with_state(Arc::clone(&shared));
    let http = async move {
        let service = app.into_make_service_with_connect_info::<Peer>();
        // Only an unusable listener ends this, and then every test of it fails by itself.
        let _ = axum::serve(gate, service).await;
    };
    let webhooks = updates::deliver(Arc::clone(&shared));
    let tasks = vec![tokio::spawn(http), tokio::spawn(webhooks)];
    let lines = Arc::clone(&shared.lines);
    (shared, Tasks { tasks, lines })
}

/// Binds a listener.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(Peer(knife)): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let path = request.uri().path().to_owned();
    if let Some(rest) = path.strip_prefix("/file/bot") {
        return file(&shared, rest);
    }
    let Some((token, name)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) else {
        return refuse(&Refusal::new(404, "Not Found"));
    };
    if token != shared.token {
        return refuse(&Refusal::new(401, "Unauthorized"));
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY).await else {
        return refuse(&Refusal::new(413, "Request Entity Too Large"));
    };
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let decoded = decode(&parts.uri, kind.unwrap_or_default(), &bytes);
    Call::new(shared, name, decoded, knife).answer().await
}

/// One call on its way through the server.
struct Call {
    shared: Arc<Shared>,
    /// Telegram's spelling, if the method exists.
    method: String,
    params: Params,
    problems: Vec<Problem>,
    index: usize,
    fault: Option<Fault>,
    knife: Arc<Knife>,
}

impl Call {
    fn new(shared: Arc<Shared>, name: &str, decoded: Result<Params, String>, knife: Arc<Knife>) -> Self {
        let known = spec().method(name);
        let method = known.map_or(name, |m| m.name.as_str()).to_owned();
        let (params, problems) = match (known, decoded) {
            (_, Err(problem)) => (Params::default(), vec![Problem::new("body", problem)]),
            (None, Ok(params)) => (params, vec![Problem::new("method", "there is no such method")]),
            (Some(known), Ok(params)) => {
                let params = params.settle(known);
                let problems = validate::check(known, &params);
                (params, problems)
            }
        };
        let (index, fault) = shared.with(|world| {
            let index = world.log.len();
            if world.ear.is_none() {
                world.log.push(record(index, &method, &params));
            }
            world.violations.extend(problems.iter().map(|p| Violation {
                call: index,
                method: method.clone(),
                path: p.path.clone(),
                what: p.what.clone(),
            }));
            (index, world.plan.strike(&method, params.integer("chat_id")))
        });
        knife.note(index);
        Self { shared, method, params, problems, index, fault, knife }
    }

    async fn answer(mut self) -> Response {
        match self.fault.take() {
            None => self.run(None).await.0,
            Some(Fault::RetryAfter(seconds)) => self.refused(&Refusal {
                code: 429,
                description: format!("Too Many Requests: retry after {seconds}"),
                parameters: Some(json!({"retry_after": seconds})),
            }),
            Some(Fault::Refuse(code, text)) => self.refused(&Refusal::new(code, text)),
            Some(Fault::MigrateTo(chat)) => self.refused(&Refusal::migrated(chat)),
            Some(Fault::Html(status)) => {
                self.finish(None, Outcome::Spoilt(format!("{status} with HTML")));
                html(status)
            }
            Some(Fault::HtmlAfter(status)) => {
                self.run(Some("HTML after the effect")).await;
                html(status)
            }
            Some(Fault::ResetBefore) => {
                self.finish(None, Outcome::Spoilt("reset before the effect".to_owned()));
                cut(&self.knife).await
            }
            Some(Fault::ResetAfter) => {
                self.run(Some("reset after the effect")).await;
                cut(&self.knife).await
            }
            Some(Fault::DelayBefore(time)) => {
                tokio::time::sleep(time).await;
                self.run(None).await.0
            }
            Some(Fault::DelayAfter(time)) => {
                let (response, _) = self.run(None).await;
                tokio::time::sleep(time).await;
                response
            }
            Some(Fault::Malformed) => {
                let (_, text) = self.run(Some("malformed answer")).await;
                let half = text.chars().take(text.chars().count() / 2).collect::<String>();
                json_response(200, half)
            }
        }
    }

    /// Runs the method. `spoilt` says why the sender will not learn the result.
    async fn run(&self, spoilt: Option<&str>) -> (Response, String) {
        let result = match self.problems.first() {
            Some(problem) => Err(Refusal::new(400, problem.description())),
            None if self.method == "getUpdates" => {
                updates::poll(&self.shared, &self.params).await.map(|batch| (batch, None))
            }
            None => self.shared.with(|world| methods::run(world, &self.method, &self.params)),
        };
        let (code, body, effect, outcome) = match result {
            Ok((result, effect)) => {
                (200, json!({"ok": true, "result": result}).to_string(), effect, Outcome::Done)
            }
            Err(refusal) => {
                let outcome = Outcome::Refused(refusal.code, refusal.description.clone());
                (refusal.code, refusal_body(&refusal), None, outcome)
            }
        };
        let outcome = spoilt.map_or(outcome, |why| Outcome::Spoilt(why.to_owned()));
        self.finish(effect, outcome);
        (json_response(code, body.clone()), body)
    }

    fn refused(&self, refusal: &Refusal) -> Response {
        self.finish(None, Outcome::Refused(refusal.code, refusal.description.clone()));
        refuse(refusal)
    }

    fn finish(&self, effect: Option<Effect>, outcome: Outcome) {
        self.shared.with(|world| {
            if let (Some(ear), Some(Effect { chat: Some(chat), message: Some(_), .. })) = (&world.ear, effect)
            {
                // Who has stopped listening has all they need.
                let _ = ear.send(Heard { chat, at: Instant::now() });
            }
            // The log may have been cleared in the meantime.
            let found = world.log.binary_search_by_key(&self.index, |r| r.index);
            if let Some(record) = found.ok().and_then(|at| world.log.get_mut(at)) {
                record.effect = effect;
                record.outcome = outcome;
                record.answered = Some(Instant::now());
                record.perhaps_unread = self.knife.is_cut();
            }
        });
    }
}

fn record(index: usize, method: &str, params: &Params) -> Record {
    let uploads = params.uploads.iter();
    Record {
        index,
        at: Instant::now(),
        answered: None,
        method: method.to_owned(),
        params: params.fields.clone(),
        uploads: uploads.map(|(n, u)| (n.clone(), u.file_name.clone(), u.bytes.len())).collect(),
        effect: None,
        outcome: Outcome::Pending,
        perhaps_unread: false,
    }
}

/// Breaks the connection; the server then drops this future.
async fn cut(knife: &Knife) -> Response {
    knife.cut();
    std::future::pending().await
}

fn refusal_body(refusal: &Refusal) -> String {
    let mut body = json!({"ok": false, "error_code": refusal.code, "description": refusal.description});
    if let Some(parameters) = &refusal.parameters {
        body["parameters"] = parameters.clone();
    }
    body.to_string()
}

fn refuse(refusal: &Refusal) -> Response {
    json_response(refusal.code, refusal_body(refusal))
}

fn json_response(code: u16, body: String) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn html(status: u16) -> Response {
    let body = format!("<html><head><title>{status}</title></head><body>nginx</body></html>");
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    (status, [(header::CONTENT_TYPE, "text/html")], body).into_response()
}

fn file(shared: &Shared, rest: &str) -> Response {
    let found = rest.split_once('/').filter(|(token, _)| *token == shared.token).and_then(|(_, path)| {
        let id = path.strip_prefix("files/")?.split('/').next()?;
        shared.look(|world| world.files.get(id).map(|f| f.bytes.clone()))
    });
    match found {
        Some(bytes) => Body::from(bytes).into_response(),
        None => refuse(&Refusal::new(404, "Not Found")),
    }
}
