//! The whole bot on a database in memory, with a clock that only moves when a test says so.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use digidel::adapters::terminal::{self, Terminal};
use digidel::alarms::AlarmClock;
use digidel::app::{App, Handled, Seed};
use digidel::facts::Facts;
use digidel::facts::source::Source;
use digidel::model::chat::{Address, Chat, Hints, MessageRef, Platform, Role};
use digidel::model::event::{Incoming, Input};
use digidel::model::id::Fresh;
use digidel::model::message::{Content, Message};
use digidel::model::staff::StaffOp;
use digidel::model::time::{Clock, Timestamp, from_millis, swedish_instant, to_millis};
use digidel::outbox::{Deliver, Failure, Outbox, Parcel, Receipt};
use digidel::store::Store;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

/// A Monday morning with nothing special about it.
pub const MONDAY: &str = "2027-03-01 10:00";

/// The built-in facts, but for the centres, which are invented so that no test depends on what a
/// real centre decides, and without the embedding model, so that a debug build is quick.
pub fn source() -> Source {
    Source::folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/chats/config"))).lexical_only()
}

/// The facts of [`source`], loaded once for all tests: they are read-only.
pub fn facts() -> Arc<Facts> {
    static FACTS: LazyLock<Arc<Facts>> = LazyLock::new(|| {
        let (facts, problems) = Facts::load(&source());
        let errors: Vec<String> = problems
            .iter()
            .filter(|p| p.severity == digidel::facts::Severity::Error)
            .map(ToString::to_string)
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        Arc::new(facts)
    });
    Arc::clone(&FACTS)
}

/// What somebody says and presses who books a visit at the invented centre in Motala.
pub fn booking(name: &str) -> [&str; 9] {
    [
        "boka",
        "Motala",
        "[Testcentret i Motala]",
        "[ons 3 mars]",
        "[10.00]",
        "[E-post]",
        "[Nej tack]",
        name,
        "ja",
    ]
}

/// "2027-03-01 10:00" on a Swedish clock.
pub fn instant(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').expect("date and time");
    let time: jiff::civil::Time = format!("{time}:00").parse().expect("a time");
    swedish_instant(date.parse().expect("a date"), time).expect("a time that exists once")
}

/// Everybody's screen, by address.
#[derive(Clone, Default)]
pub struct Hall {
    screens: Arc<Mutex<BTreeMap<Address, Terminal>>>,
    /// Who has seen what, in order of arrival.
    seen: Arc<Mutex<Vec<(Address, Message)>>>,
}

impl Hall {
    pub fn screen(&self, address: &Address) -> Terminal {
        self.screens.lock().expect("no panic").entry(address.clone()).or_default().clone()
    }
}

impl Deliver for Hall {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        if let Content::Message(message) = &parcel.content {
            self.seen.lock().expect("no panic").push((parcel.to.clone(), message.clone()));
        }
        let screen = self.screen(&parcel.to);
        Box::pin(async move { screen.deliver(parcel).await.map(|_| vec![MessageRef("1".into())]) })
    }
}

pub struct House {
    facts: Arc<Facts>,
    pub store: Store,
    pub app: App,
    pub outbox: Outbox,
    pub hall: Hall,
    now: Arc<AtomicI64>,
    seeds: Arc<AtomicU64>,
    keys: u64,
}

impl House {
    pub async fn open() -> Self {
        Self::on(Store::in_memory().await.expect("a database in memory"))
    }

    pub fn on(store: Store) -> Self {
        Self::with(store, facts())
    }

    /// With other facts than the usual ones.
    pub fn with(store: Store, facts: Arc<Facts>) -> Self {
        let now = Arc::new(AtomicI64::new(to_millis(instant(MONDAY))));
        let seeds = Arc::new(AtomicU64::new(1));
        let hall = Hall::default();
        let (app, outbox) = build(&facts, &store, &now, &seeds, &hall);
        Self { facts, store, app, outbox, hall, now, seeds, keys: 0 }
    }

    /// The process ends and starts again on the same database.
    pub async fn restart(&mut self) {
        let (app, outbox) = build(&self.facts, &self.store, &self.now, &self.seeds, &self.hall);
        outbox.recover().await.expect("the database answers");
        (self.app, self.outbox) = (app, outbox);
    }

    pub fn now(&self) -> Timestamp {
        from_millis(self.now.load(Ordering::SeqCst))
    }

    pub fn set_clock(&self, now: Timestamp) {
        self.now.store(to_millis(now), Ordering::SeqCst);
    }

    /// Somebody does something; everything that follows from it is delivered.
    pub async fn does(&mut self, who: &Address, lang: Option<&str>, line: &str) -> Handled {
        let input = terminal::read(line, &self.hall.screen(who).choices());
        let incoming = self.incoming(who, lang, input);
        let handled = self.app.handle(incoming).await.expect("a turn");
        self.deliver().await;
        handled
    }

    pub fn incoming(&mut self, who: &Address, lang: Option<&str>, input: Input) -> Incoming {
        self.keys += 1;
        Incoming {
            key: format!("test:{}", self.keys),
            chat: Chat::private(who.clone()),
            role: Role::Resident,
            input,
            hints: Hints { lang: lang.and_then(digidel::model::lang::Lang::from_hint) },
            reply: None,
            message: Some(MessageRef(self.keys.to_string())),
        }
    }

    /// A member of staff decides something; everything that follows from it is delivered.
    pub async fn staff(&mut self, op: StaffOp) -> Handled {
        let desk = Address::new(Platform::Web, "staff:7");
        let mut incoming = self.incoming(&desk, None, Input::Staff(op));
        incoming.role = Role::Staff(7);
        let handled = self.app.handle(incoming).await.expect("a turn");
        self.deliver().await;
        handled
    }

    /// Delivers what is due now.
    pub async fn deliver(&self) {
        self.outbox.drain().await.expect("the database answers");
    }

    /// What everybody has read since the last call, in order.
    pub fn read(&self) -> Vec<(Address, Message)> {
        std::mem::take(&mut *self.hall.seen.lock().expect("no panic"))
    }
}

fn build(
    facts: &Arc<Facts>,
    store: &Store,
    now: &Arc<AtomicI64>,
    seeds: &Arc<AtomicU64>,
    hall: &Hall,
) -> (App, Outbox) {
    let clock: Clock = {
        let now = Arc::clone(now);
        Arc::new(move || from_millis(now.load(Ordering::SeqCst)))
    };
    let seed: Seed = {
        let seeds = Arc::clone(seeds);
        // A number per turn is seed enough, but codes of neighbours should not look alike.
        Arc::new(move || Fresh::new(seeds.fetch_add(1, Ordering::SeqCst)).bits())
    };
    let bell = Arc::new(Notify::new());
    let app = App::start(Arc::clone(facts), store.clone(), clock.clone(), seed, bell.clone());
    let mut outbox = Outbox::new(store.clone(), clock, bell, Arc::new(AlarmClock(app.clone())));
    for platform in Platform::ALL {
        outbox = outbox.with(platform, Arc::new(hall.clone()));
    }
    (app, outbox)
}
