//! The whole bot on Telegram: real adapter, real HTTP, a database in memory, and a clock that runs
//! from where a test sets it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use digidel::adapters::telegram::Telegram;
use digidel::alarms::AlarmClock;
use digidel::app::{App, Seed};
use digidel::engine::say;
use digidel::facts::Facts;
use digidel::model::chat::Platform;
use digidel::model::id::Fresh;
use digidel::model::time::{Clock, Timestamp, from_millis, to_millis};
use digidel::outbox::Outbox;
use digidel::settings;
use digidel::store::Store;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::support::house::{MONDAY, facts, instant};
use crate::support::telegram::{Bubble, Sent, Server, User};

/// The secret of the webhook.
pub const SECRET: &str = "Abc_1-2";

/// How updates come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Polling,
    Webhook,
}

/// A running bot; it ends with `stop`, or dies with the rig.
pub struct Rig {
    pub server: Server,
    pub store: Store,
    pub app: App,
    pub telegram: Arc<Telegram>,
    pub hook: Option<SocketAddr>,
    offset: Arc<AtomicI64>,
    began: Instant,
    bell: Arc<Notify>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

pub fn token_settings(server: &Server) -> settings::Telegram {
    settings::Telegram {
        token: Some(server.token().to_owned().into()),
        api_url: Some(server.url()),
        webhook_secret: None,
        token_file: None,
        webhook_secret_file: None,
        poll_seconds: Some(1),
    }
}

impl Rig {
    pub async fn start(mode: Mode) -> Self {
        let store = Store::in_memory().await.expect("a database in memory");
        Self::start_on(Server::start().await, store, mode).await
    }

    /// On a file, whose commits reach the disk, as in production.
    pub async fn on_disk(server: Server, file: &Path, mode: Mode) -> Self {
        Self::start_on(server, Store::open(file).await.expect("a database"), mode).await
    }

    pub async fn start_on(server: Server, store: Store, mode: Mode) -> Self {
        Self::start_with(facts(), server, store, mode).await
    }

    pub async fn start_with(facts: Arc<Facts>, server: Server, store: Store, mode: Mode) -> Self {
        let began = Instant::now();
        let offset = Arc::new(AtomicI64::new(to_millis(instant(MONDAY))));
        let clock: Clock = {
            let offset = Arc::clone(&offset);
            Arc::new(move || {
                let passed = i64::try_from(began.elapsed().as_millis()).expect("a short test");
                from_millis(offset.load(Ordering::SeqCst) + passed)
            })
        };
        let seeds = AtomicU64::new(1);
        let seed: Seed = Arc::new(move || Fresh::new(seeds.fetch_add(1, Ordering::SeqCst)).bits());
        let bell = Arc::new(Notify::new());
        let app = App::start(facts, store.clone(), clock.clone(), seed, Arc::clone(&bell));

        let listener =
            tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (mut telegram, mut http) = (token_settings(&server), settings::Http::default());
        if mode == Mode::Webhook {
            server.route_webhook("bot.example.se", address);
            telegram.webhook_secret = Some(SECRET.to_owned().into());
            http.public_url = Some("https://bot.example.se".to_owned());
        }
        let adapter = Telegram::connect(&telegram, &http, app.clone(), say::profiles());
        let adapter = adapter.expect("good settings").expect("a token");
        let alarms = Arc::new(AlarmClock(app.clone()));
        let outbox = Outbox::new(store.clone(), clock, Arc::clone(&bell), alarms);
        let outbox = Arc::new(outbox.with(Platform::Telegram, adapter.clone()));
        outbox.recover().await.expect("the database answers");

        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        if let Some(routes) = adapter.routes() {
            tasks.spawn(async move { axum::serve(listener, routes).await.expect("a server") });
        }
        tasks.spawn(adapter.clone().listen(stop.clone()));
        tasks.spawn(outbox.run(stop.clone()));
        let hook = (mode == Mode::Webhook).then_some(address);
        Self { server, store, app, telegram: adapter, hook, offset, began, bell, stop, tasks }
    }

    /// What a visit is about and what is needed there: neither has to be said.
    pub async fn skip_details(&self, user: &User, mut asked: Bubble) {
        const SKIPS: [&str; 4] = ["Hoppa över", "Nej tack", "Skip", "No, thank you"];
        while let Some(skip) =
            asked.labels().concat().into_iter().find(|l| SKIPS.contains(l)).map(str::to_owned)
        {
            asked = self.answer(user, &user.tap_on(asked.id, &skip).expect("the button is there")).await;
        }
    }

    pub fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_millis()).expect("a short test");
        from_millis(self.offset.load(Ordering::SeqCst) + passed)
    }

    /// Sets the clock; it runs on from there, and what is due by then goes out.
    pub fn set_clock(&self, now: &str) {
        let passed = i64::try_from(self.began.elapsed().as_millis()).expect("a short test");
        self.offset.store(to_millis(instant(now)) - passed, Ordering::SeqCst);
        self.bell.notify_one();
    }

    /// How many letters are in a state.
    pub async fn letters(&self, state: &str) -> i64 {
        let counts = self.store.letter_counts().await.expect("the database answers");
        counts.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count)
    }

    /// Waits until a look at the database says so.
    pub async fn until(&self, what: &str, mut look: impl AsyncFnMut(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !look(self).await {
            assert!(Instant::now() < deadline, "not in time: {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits for the answer to what a person did, with all its parts; gives its last message.
    pub async fn answer(&self, user: &User, sent: &Sent) -> Bubble {
        user.answer_to(sent).await.unwrap();
        self.settled().await;
        user.screen().of_bot().max_by_key(|bubble| bubble.touched).cloned().expect("an answer")
    }

    /// Waits until nothing is due or under way.
    pub async fn settled(&self) {
        self.until("letters settle", async |rig| {
            let due = rig.store.next_due().await.expect("the database answers");
            let waits = due.is_some_and(|due| due <= rig.now());
            !waits && rig.store.in_flight().await.expect("the database answers").is_empty()
        })
        .await;
    }

    /// No rule of the Bot API was broken.
    pub fn assert_lawful(&self) {
        let violations: Vec<String> = self.server.violations().iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "{violations:#?}");
    }

    /// Stops as the program does.
    pub async fn stop(mut self) -> Server {
        self.stop.cancel();
        // The HTTP server of a webhook has no end of its own here.
        if self.hook.is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.tasks.abort_all();
        }
        while self.tasks.join_next().await.is_some() {}
        self.server.clone()
    }
}
