//! The gateway's connections: hello, identify or resume, heartbeats, and the codes they end with.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::gateway::{GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT, Order};
use super::log::Violation;
use super::state::State;
use super::{Inner, TOKEN};

/// How often the client is to send a heartbeat, in milliseconds. Discord says 41 250.
const HEARTBEAT: u64 = 41_250;
/// How many messages a client may send in a minute.
const SENDS: usize = 120;

/// Accepts until its task is aborted.
pub async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(connection(stream, Arc::clone(&inner)));
    }
}

async fn connection(stream: TcpStream, inner: Arc<Inner>) {
    let refused = inner.change(|state| {
        let refused = state.faults.outage || state.faults.refuse > 0;
        state.faults.refuse = state.faults.refuse.saturating_sub(1);
        refused
    });
    if refused {
        let _ = stream.set_zero_linger();
        return;
    }
    let Ok(socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let (sink, source) = socket.split();
    let (line, orders) = unbounded_channel();
    let number = inner.change(|state| {
        state.sessions.connections += 1;
        state.sessions.connections
    });
    let hello = json!({"op": 10, "t": null, "s": null, "d": {"heartbeat_interval": HEARTBEAT, "_trace": []}});
    let _ = line.send(Order::Send(hello));
    let mut client = Client { inner, line, number, session: None, sends: Vec::new() };
    let over = tokio::select! {
        // Orders first: an event that was sent before a drop must not overtake it.
        biased;
        () = write(sink, orders) => false,
        over = client.listen(source) => over,
    };
    client.leave(over);
}

async fn write(
    mut sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    mut orders: UnboundedReceiver<Order>,
) {
    while let Some(order) = orders.recv().await {
        match order {
            Order::Send(value) => {
                if sink.send(Message::Text(value.to_string())).await.is_err() {
                    return;
                }
            }
            Order::Close(code) => {
                let frame = CloseFrame { code: code.into(), reason: "".into() };
                let _ = sink.send(Message::Close(Some(frame))).await;
                // The client gets a moment to read it before the socket goes.
                let _ = tokio::time::timeout(Duration::from_millis(200), sink.close()).await;
                return;
            }
            Order::Cut => return,
        }
    }
}

/// What a client's message leads to.
enum Step {
    Go,
    Close(u16),
}

struct Client {
    inner: Arc<Inner>,
    line: UnboundedSender<Order>,
    number: u64,
    session: Option<String>,
    /// When the client sent something in the last minute, in milliseconds.
    sends: Vec<u64>,
}

impl Client {
    /// Listens until the client goes; true if its session went with it.
    async fn listen(&mut self, mut source: SplitStream<WebSocketStream<TcpStream>>) -> bool {
        while let Some(Ok(message)) = source.next().await {
            match message {
                Message::Text(text) => {
                    if let Step::Close(code) = self.hear(&text) {
                        let _ = self.line.send(Order::Close(code));
                        // The writer ends the connection; until then nothing more is heard.
                        std::future::pending::<()>().await;
                    }
                }
                Message::Close(frame) => {
                    let code = frame.map_or(1005, |frame| u16::from(frame.code));
                    return code == 1000 || code == 1001;
                }
                _ => {}
            }
        }
        false
    }

    fn hear(&mut self, text: &str) -> Step {
        let now = self.inner.look(State::now);
        self.sends.retain(|at| at + 60_000 > now);
        self.sends.push(now);
        if self.sends.len() > SENDS {
            return self.wrong(4008, "more than 120 messages in a minute");
        }
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            return self.wrong(4002, "what was sent is no JSON");
        };
        let data = &message["d"];
        match message["op"].as_u64() {
            Some(1) => self.beat(),
            Some(2) if self.session.is_some() => self.wrong(4005, "identified twice"),
            Some(2) => self.identify(data),
            Some(6) => self.resume(data),
            Some(3 | 4 | 8 | 31) if self.session.is_none() => {
                self.wrong(4003, "sent something before identifying")
            }
            // Presence, voice, members, sounds: accepted, without any consequence.
            Some(3 | 4 | 8 | 31) => Step::Go,
            _ => self.wrong(4001, "unknown opcode"),
        }
    }

    fn beat(&self) -> Step {
        if !self.inner.look(|state| state.faults.deaf) {
            let _ = self.line.send(Order::Send(json!({"op": 11, "t": null, "s": null, "d": null})));
        }
        Step::Go
    }

    fn identify(&mut self, data: &Value) -> Step {
        if !token(data) {
            return Step::Close(4004);
        }
        let Some(intents) = data["intents"].as_u64().filter(|intents| *intents < 1 << 27) else {
            return self.wrong(4013, "invalid intents");
        };
        if data["properties"]["os"].is_null()
            || data["shard"].as_array().is_some_and(|s| s[0].as_u64() >= s[1].as_u64())
        {
            return self.wrong(4002, "identify without properties, or with an impossible shard");
        }
        // The portal's switches for presences and members are off for this application.
        let mut forbidden = GUILD_MEMBERS | GUILD_PRESENCES;
        if !self.inner.look(|state| state.reads_content) {
            forbidden |= MESSAGE_CONTENT;
        }
        if intents & forbidden != 0 {
            return self.wrong(4014, "disallowed intents");
        }
        let (line, number) = (self.line.clone(), self.number);
        self.session = Some(self.inner.change(|state| state.identify(intents, line, number)));
        Step::Go
    }

    fn resume(&mut self, data: &Value) -> Step {
        if !token(data) {
            return Step::Close(4004);
        }
        let id = data["session_id"].as_str().unwrap_or_default().to_owned();
        let (line, number, seq) = (self.line.clone(), self.number, data["seq"].as_u64().unwrap_or_default());
        if self.inner.change(|state| state.resume(&id, seq, line, number)) {
            self.session = Some(id);
        } else {
            let _ = self.line.send(Order::Send(json!({"op": 9, "t": null, "s": null, "d": false})));
        }
        Step::Go
    }

    fn wrong(&self, code: u16, what: &str) -> Step {
        self.inner.change(|state| {
            let violation = Violation { at: state.now(), request: "gateway".into(), what: what.to_owned() };
            state.log.violations.push(violation);
        });
        Step::Close(code)
    }

    fn leave(&self, over: bool) {
        if let Some(id) = &self.session {
            self.inner.change(|state| state.hang_up(id, self.number, over));
        }
    }
}

/// serenity identifies with `Bot …`, others without: Discord takes both.
fn token(data: &Value) -> bool {
    data["token"].as_str().is_some_and(|given| given.trim_start_matches("Bot ") == TOKEN)
}
