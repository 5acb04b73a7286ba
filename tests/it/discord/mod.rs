//! The Discord adapter and the volunteers' desk, against the local Discord over real HTTP and
//! WebSocket. Residents sit at a screen that stands for Telegram; the adapter there is another's.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use digidel::adapters::discord::{Discord, Labels, Wiring};
use digidel::alarms::AlarmClock;
use digidel::app::{App, Handled};
use digidel::engine::say;
use digidel::model::chat::{Address, Chat, Hints, MessageRef, Platform, Role};
use digidel::model::deed::{Deed, RequestOp};
use digidel::model::event::{Incoming, Input};
use digidel::model::id::Fresh;
use digidel::model::request::Request;
use digidel::model::time::{Clock, Timestamp, from_millis, to_millis};
use digidel::outbox::Outbox;
use digidel::settings;
use digidel::store::Store;
use digidel::store::worklist::Filter;
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::discord::{Cannot, Id, Person, Server, State, TOKEN};
use crate::support::house::{MONDAY, facts, instant};

mod away;
mod commands;
mod crash;
mod desk;
mod hostile;
mod intent;
mod load;
mod losses;
mod one_thread;
mod phones;
mod staff;
mod text_channel;
mod waiting;

use self::phones::{Phones, Shown};

pub type Tested = Result<(), Box<dyn std::error::Error>>;

/// How long a test waits for something to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// A desk with one request that waits at it.
pub struct Case {
    pub bridge: Bridge,
    pub desk: Desk,
    pub amina: Address,
    pub post: Id,
}

impl Case {
    pub async fn about(matter: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let mut bridge = Bridge::open().await?;
        let desk = bridge.desk().await?;
        let amina = Bridge::resident("amina");
        bridge.asks_for_person(&amina, matter).await?;
        let post = bridge.post(&desk, 0).await?;
        Ok(Self { bridge, desk, amina, post })
    }
}

/// The process: what ends when it is killed.
struct Process {
    app: App,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // As a kill would: nothing is finished.
        self.tasks.iter().for_each(JoinHandle::abort);
        self.stop.cancel();
    }
}

/// The whole bot on a database in memory, connected to a local Discord.
pub struct Bridge {
    pub dc: Server,
    pub store: Store,
    pub phones: Phones,
    now: Arc<AtomicI64>,
    started: tokio::time::Instant,
    seeds: Arc<AtomicU64>,
    bell: Arc<Notify>,
    process: Option<Process>,
    folder: Option<tempfile::TempDir>,
    keys: u64,
}

impl Bridge {
    pub async fn open() -> Result<Self, Box<dyn std::error::Error>> {
        Self::on_disk(Server::start().await?).await
    }

    /// On a database of its own that outlives a kill: one in memory goes with its connection.
    pub async fn on_disk(dc: Server) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let store = Store::open(&folder.path().join("digidel.db")).await?;
        let mut bridge = Self::at(dc, store).await?;
        bridge.folder = Some(folder);
        Ok(bridge)
    }

    pub async fn on(store: Store) -> Result<Self, Box<dyn std::error::Error>> {
        Self::at(Server::start().await?, store).await
    }

    /// At a Discord that is not as it usually is.
    pub async fn at(dc: Server, store: Store) -> Result<Self, Box<dyn std::error::Error>> {
        if std::env::var_os("RUST_LOG").is_some() {
            let filter = tracing_subscriber::EnvFilter::from_default_env();
            let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
        }
        // One time for both: the numbers of what is written at Discord are made of it.
        let here = u64::try_from(to_millis(instant(MONDAY)))?;
        dc.advance(Duration::from_millis(here.saturating_sub(dc.look(State::now))));
        let mut bridge = Self {
            dc,
            store,
            phones: Phones::default(),
            now: Arc::new(AtomicI64::new(to_millis(instant(MONDAY)))),
            started: tokio::time::Instant::now(),
            seeds: Arc::new(AtomicU64::new(1)),
            bell: Arc::new(Notify::new()),
            process: None,
            folder: None,
            keys: 0,
        };
        bridge.start().await?;
        Ok(bridge)
    }

    /// Starts the process, as `digidel run` does.
    pub async fn start(&mut self) -> Tested {
        let now = Arc::clone(&self.now);
        let start = self.started;
        // Time goes on as it does, so that what is tried again is tried; `later` makes it jump.
        let clock: Clock = Arc::new(move || {
            let gone = i64::try_from(start.elapsed().as_millis()).unwrap_or(0);
            from_millis(now.load(Ordering::SeqCst) + gone)
        });
        let seeds = Arc::clone(&self.seeds);
        let seed: digidel::app::Seed =
            Arc::new(move || Fresh::new(seeds.fetch_add(1, Ordering::SeqCst)).bits());
        let app = App::start(facts(), self.store.clone(), clock.clone(), seed, self.bell.clone());
        let store = self.store.clone();
        let wiring = Wiring {
            labels: Labels::new(&say::discord),
            places: Arc::new(|typed| facts().places.suggest(typed, 25).into_iter().map(|p| p.name).collect()),
            followed: Arc::new(move || {
                let store = store.clone();
                Box::pin(async move { store.followed(Platform::Discord).await.map_err(|e| e.to_string()) })
            }),
        };
        let settings =
            settings::Discord { token: Some(TOKEN.into()), api_url: Some(self.dc.url()), token_file: None };
        let discord = Discord::new(&settings, app.clone(), wiring)?;
        let outbox =
            Outbox::new(self.store.clone(), clock, self.bell.clone(), Arc::new(AlarmClock(app.clone())))
                .with(Platform::Telegram, Arc::new(self.phones.clone()))
                .with(Platform::Discord, Arc::new(discord.clone()));
        outbox.recover().await?;
        let stop = CancellationToken::new();
        let tasks = vec![
            tokio::spawn(discord.listen(stop.clone())),
            tokio::spawn(Arc::new(outbox).run(stop.clone())),
        ];
        let identified = self.dc.look(|state| state.sessions.identified);
        self.process = Some(Process { app, stop, tasks });
        self.dc
            .until("the bot has registered", |state| {
                let ready = state.sessions.identified > identified && state.sessions.connected();
                (ready && !state.commands.is_empty()).then_some(())
            })
            .await?;
        Ok(())
    }

    /// Kills the process in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.process = None;
        // The dead cannot hold a connection.
        self.dc.drop_gateway();
        self.dc.forget_sessions();
    }

    pub async fn restart(&mut self) -> Tested {
        self.kill();
        self.start().await
    }

    pub fn app(&self) -> App {
        self.process.as_ref().expect("the process runs").app.clone()
    }

    /// Lets time pass for the bot, and wakes it.
    pub fn later(&self, minutes: i64) {
        self.now.fetch_add(minutes * 60_000, Ordering::SeqCst);
        self.bell.notify_one();
    }

    pub fn resident(name: &str) -> Address {
        Address::new(Platform::Telegram, name)
    }

    pub async fn does(&mut self, who: &Address, input: Input, message: Option<&str>) -> Tested {
        self.keys += 1;
        let incoming = Incoming {
            key: format!("test:{}", self.keys),
            chat: Chat::private(who.clone()),
            role: Role::Resident,
            input,
            hints: Hints::default(),
            reply: None,
            message: Some(MessageRef(message.map_or_else(|| self.keys.to_string(), str::to_owned))),
        };
        self.app().handle(incoming).await?;
        Ok(())
    }

    pub async fn says(&mut self, who: &Address, text: &str) -> Tested {
        self.does(who, Input::Text(text.into()), None).await
    }

    /// Presses the newest button with this label.
    pub async fn taps(&mut self, who: &Address, label: &str) -> Tested {
        let action = self
            .until(&format!("[{label}] on {who}'s screen"), |screens| {
                let own = screens.iter().rev().filter(|(a, ..)| a == who);
                own.flat_map(|(_, s, _)| &s.choices).find(|c| c.label == label).map(|c| c.action.clone())
            })
            .await?;
        self.does(who, Input::Tap(action), None).await
    }

    async fn until<T>(
        &self,
        what: &str,
        mut see: impl FnMut(&[(Address, Shown, tokio::time::Instant)]) -> Option<T>,
    ) -> Result<T, Cannot> {
        let patience = tokio::time::sleep(PATIENCE);
        tokio::pin!(patience);
        loop {
            let changed = self.phones.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let found = see(&self.phones.screens.lock().unwrap_or_else(PoisonError::into_inner));
            if let Some(found) = found {
                return Ok(found);
            }
            tokio::select! {
                () = &mut changed => {}
                () = &mut patience => {
                    let screens = self.phones.screens.lock().unwrap_or_else(PoisonError::into_inner);
                    let all: Vec<String> = screens.iter().map(|(a, s, _)| format!("{a}> {}", s.text)).collect();
                    let wrong: Vec<String> = self.dc.violations().iter().map(ToString::to_string).collect();
                    return Err(Cannot(format!("waited in vain for {what}\n{}\n{wrong:#?}", all.join("\n"))));
                }
            }
        }
    }

    /// Waits until a resident reads a message that contains `text`; when it came.
    pub async fn reads(&self, who: &Address, text: &str) -> Result<tokio::time::Instant, Cannot> {
        self.until(&format!("{who} to read `{text}`"), |screens| {
            screens
                .iter()
                .rev()
                .find(|(a, s, _)| a == who && !s.gone && s.text.contains(text))
                .map(|(.., at)| *at)
        })
        .await
    }

    /// Everything on a resident's screen.
    pub fn screen(&self, who: &Address) -> Vec<Shown> {
        self.phones
            .with(|screens| screens.iter().filter(|(a, ..)| a == who).map(|(_, s, _)| s.clone()).collect())
    }

    /// The instant by the bot's clock.
    pub fn clock(&self) -> Timestamp {
        let gone = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(0);
        from_millis(self.now.load(Ordering::SeqCst) + gone)
    }

    /// The request that a resident opened last.
    pub async fn request_of(&self, who: &Address) -> Result<Request, Box<dyn std::error::Error>> {
        let all = self.store.requests(&Filter::default(), 500).await?;
        let own = all.into_iter().filter(|r| r.resident == *who);
        Ok(own.max_by_key(|r| r.opened_at).ok_or_else(|| Cannot(format!("no request of {who}")))?)
    }

    /// A member of staff does something about it, as the console would.
    pub async fn staff_does(
        &mut self,
        who: &Address,
        deed: Deed,
    ) -> Result<Handled, Box<dyn std::error::Error>> {
        let request = self.request_of(who).await?;
        let op = RequestOp { request: request.id, seen: request.changed_at, deed };
        self.keys += 1;
        let incoming = Incoming {
            key: format!("test:{}", self.keys),
            chat: Chat::private(who.clone()),
            role: Role::Staff(1),
            input: Input::Deed(Box::new(op)),
            hints: Hints::default(),
            reply: None,
            message: None,
        };
        Ok(self.app().handle(incoming).await?)
    }

    /// A resident asks for a person and agrees.
    pub async fn asks_for_person(&mut self, who: &Address, matter: &str) -> Tested {
        self.does(who, Input::Command(digidel::model::event::Command::Person, String::new()), None).await?;
        self.says(who, matter).await?;
        self.taps(who, "Ja, skicka frågan").await
    }
}

/// A guild with a desk that is set up, and two volunteers.
pub struct Desk {
    pub guild: Id,
    /// A forum, or a text channel.
    pub place: Id,
    /// Where commands are given.
    pub hall: Id,
    pub role: Id,
    /// May manage the guild.
    pub owner: Person,
    pub anna: Person,
    pub bo: Person,
}

impl Bridge {
    pub async fn desk(&mut self) -> Result<Desk, Box<dyn std::error::Error>> {
        let guild = self.dc.guild("Digidel");
        let forum = self.dc.forum(guild, "ärenden", &["Väntar", "Taget", "Klart", "Personal", "svenska"]);
        self.desk_in(guild, forum).await
    }

    /// A desk in a channel of any kind that can have threads.
    pub async fn desk_in(&mut self, guild: Id, place: Id) -> Result<Desk, Box<dyn std::error::Error>> {
        let role = self.dc.role(guild, "volontär", 0);
        let owner = self.dc.person("Ägaren");
        let admin = self.dc.role(guild, "styr", crate::support::discord::permissions::ADMINISTRATOR);
        owner.join(guild, &[admin]);
        let (anna, bo) = (self.dc.person("Anna Andersson"), self.dc.person("Bo Berg"));
        anna.join(guild, &[role]);
        bo.join(guild, &[role]);
        let hall = self.dc.text_channel(guild, "hallen");
        let options = [("channel", json!(place.to_string())), ("role", json!(role.to_string()))];
        let set_up = owner.slash(hall, "desk setup", &options)?.message().await?;
        assert!(set_up.contains("Disken är klar"), "{set_up}");
        for (who, alias) in [(&anna, "Humlan"), (&bo, "Biet")] {
            let named = who.slash(hall, "desk alias", &[("name", json!(alias))])?.message().await?;
            assert!(named.contains(alias), "{named}");
        }
        Ok(Desk { guild, place, hall, role, owner, anna, bo })
    }

    /// Waits for the next post of the desk, counted from 0.
    pub async fn post(&self, desk: &Desk, n: usize) -> Result<Id, Cannot> {
        let post = self
            .dc
            .until("a post is opened", |state| {
                let posts: Vec<Id> =
                    state.channels.values().filter(|c| c.parent == Some(desk.place)).map(|c| c.id).collect();
                posts.get(n).copied()
            })
            .await?;
        // Not before the bot knows its own post.
        while !self
            .store
            .followed(Platform::Discord)
            .await
            .map_err(|e| Cannot(e.to_string()))?
            .iter()
            .any(|f| f.address.id() == format!("t:{post}"))
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(post)
    }
}
