//! A stage with a set clock: the real application and outbox, and screens instead of platforms.
//!
//! Nothing leaves it. Time moves only by [`Stage::until`], and whatever the bot had noted for itself
//! on the way happens at its own time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::alarms::AlarmClock;
use crate::app::{App, HandleError, Handled, Seed};
use crate::facts::Facts;
use crate::model::action::Action;
use crate::model::chat::{Address, Chat, Hints, MessageRef, Platform, Role};
use crate::model::event::{Incoming, Input};
use crate::model::id::Fresh;
use crate::model::lang::Lang;
use crate::model::message::Content;
use crate::model::time::{Clock, Timestamp, from_millis, to_millis};
use crate::outbox::{Deliver, Failure, Outbox, Parcel, Receipt};
use crate::store::{Store, StoreError};

/// How many buttons of a person's screen can be pressed: those of the last few messages.
const BUTTONS: usize = 30;

/// The buttons that each person sees, the newest last.
#[derive(Clone, Default)]
struct Screens(Arc<Mutex<HashMap<Address, Vec<Action>>>>);

impl Deliver for Screens {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        if let Content::Message(message) = &parcel.content {
            let mut screens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let seen = screens.entry(parcel.to.clone()).or_default();
            seen.extend(message.ask.choices().iter().map(|c| c.action.clone()));
            let surplus = seen.len().saturating_sub(BUTTONS);
            seen.drain(..surplus);
        }
        let receipt = vec![MessageRef(parcel.id.to_string())];
        Box::pin(async { Ok(receipt) })
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}

/// The application with a set clock.
pub(super) struct Stage {
    pub app: App,
    pub store: Store,
    outbox: Outbox,
    screens: Screens,
    clock: Arc<AtomicI64>,
    keys: u64,
}

impl Stage {
    pub fn new(store: Store, facts: Arc<Facts>, begin: Timestamp, seed: u64) -> Self {
        let clock = Arc::new(AtomicI64::new(to_millis(begin)));
        let time: Clock = {
            let clock = Arc::clone(&clock);
            Arc::new(move || from_millis(clock.load(Ordering::SeqCst)))
        };
        let seeds = AtomicU64::new(seed);
        let seed: Seed = Arc::new(move || Fresh::new(seeds.fetch_add(1, Ordering::SeqCst)).bits());
        let bell = Arc::new(Notify::new());
        let app = App::start(facts, store.clone(), Arc::clone(&time), seed, Arc::clone(&bell));
        let screens = Screens::default();
        let mut outbox = Outbox::new(store.clone(), time, bell, Arc::new(AlarmClock(app.clone())));
        for platform in Platform::ALL {
            outbox = outbox.with(platform, Arc::new(screens.clone()));
        }
        Self { app, store, outbox, screens, clock, keys: 0 }
    }

    pub fn now(&self) -> Timestamp {
        from_millis(self.clock.load(Ordering::SeqCst))
    }

    /// Lets time pass; letters and alarms on the way go out when they are due.
    pub async fn until(&self, then: Timestamp) -> Result<(), StoreError> {
        while let Some(due) = self.store.next_due().await?.filter(|due| *due <= then) {
            let before = self.now();
            self.clock.store(to_millis(due.max(before)), Ordering::SeqCst);
            self.outbox.drain().await?;
            // What is still due after its own time cannot be delivered; it would be waited for in vain.
            if self.store.next_due().await? == Some(due) {
                break;
            }
        }
        self.clock.store(to_millis(then.max(self.now())), Ordering::SeqCst);
        self.outbox.drain().await?;
        Ok(())
    }

    /// The last buttons that somebody sees whose code begins so.
    pub fn buttons(&self, who: &Address, begin: &str) -> Vec<Action> {
        let screens = self.screens.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = screens.get(who).map_or(&[][..], Vec::as_slice);
        let fits = |action: &&Action| action.to_string().split(':').next() == Some(begin);
        let fitting: Vec<Action> = seen.iter().filter(fits).cloned().collect();
        let first = fitting.len().saturating_sub(8);
        fitting.get(first..).unwrap_or_default().to_vec()
    }

    /// Somebody does something.
    pub async fn happens(
        &mut self,
        address: &Address,
        role: Role,
        lang: Option<Lang>,
        input: Input,
    ) -> Result<Handled, HandleError> {
        self.keys += 1;
        let incoming = Incoming {
            key: format!("demo:{}", self.keys),
            chat: Chat::private(address.clone()),
            role,
            input,
            hints: Hints { lang },
            reply: None,
            message: None,
        };
        let handled = self.app.handle(incoming).await?;
        self.outbox.drain().await?;
        Ok(handled)
    }
}
