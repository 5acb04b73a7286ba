//! How much one person, and all together, may ask of the bot: floods end here, before anything is
//! understood or stored.
//!
//! Kept in memory under hashes that mean nothing elsewhere, and never more than a set number of them;
//! a restart forgives everybody.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use serde::Deserialize;

use crate::model::chat::{Role, Scope};
use crate::model::event::{Incoming, Input};
use crate::model::time::{Clock, to_millis};

/// How many persons are remembered at most. Beyond it new ones count only towards the limit of all.
const PERSONS: usize = 50_000;
/// After so many events those who have been quiet are forgotten.
const TIDY: u32 = 1_024;

/// How much is let in. A person who types never meets these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How many events of one person, or one group, are taken at once: also what waits after an outage.
    pub person_burst: NonZeroU32,
    /// How many more are taken a minute.
    pub person_per_minute: NonZeroU32,
    /// How many events of all are taken a second.
    pub all_per_second: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let number = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self { person_burst: number(40), person_per_minute: number(30), all_per_second: number(500) }
    }
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is handled.
    Enter,
    /// It is not; the person is told to wait.
    Tell,
    /// It is not, and the person knows.
    Drop,
}

/// The application's clock, as the limiter reads it.
#[derive(Clone)]
struct Wall(Clock);

impl governor::clock::Clock for Wall {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(to_millis((self.0)())).unwrap_or(0))
    }
}

type Plain = NoOpMiddleware<Duration>;
type Persons = RateLimiter<u64, DashMapStateStore<u64>, Wall, Plain>;

/// Counts who comes.
pub struct Gate {
    hasher: RandomState,
    persons: Persons,
    /// Who has been told: once in a while is enough.
    told: Persons,
    all: RateLimiter<NotKeyed, InMemoryState, Wall, Plain>,
    passed: AtomicU32,
}

impl Gate {
    /// A gate by a clock.
    #[must_use]
    pub fn new(limits: Limits, clock: Clock) -> Self {
        let wall = Wall(clock);
        let person = Quota::per_minute(limits.person_per_minute).allow_burst(limits.person_burst);
        let once = Quota::per_minute(NonZeroU32::MIN);
        let all = Quota::per_second(limits.all_per_second)
            .allow_burst(limits.all_per_second.saturating_mul(NonZeroU32::MIN.saturating_add(3)));
        Self {
            hasher: RandomState::new(),
            persons: RateLimiter::dashmap_with_clock(person, wall.clone()),
            told: RateLimiter::dashmap_with_clock(once, wall.clone()),
            all: RateLimiter::direct_with_clock(all, wall),
            passed: AtomicU32::new(0),
        }
    }

    /// Whether an event may enter.
    pub fn judge(&self, incoming: &Incoming) -> Verdict {
        if !is_limited(incoming) {
            return Verdict::Enter;
        }
        if self.passed.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            self.tidy();
        }
        let person = self.hasher.hash_one(&incoming.chat.address);
        let known = self.persons.len() < PERSONS;
        let mine = !known || self.persons.check_key(&person).is_ok();
        let verdict = if mine && self.all.check().is_ok() {
            Verdict::Enter
        } else if known && self.told.check_key(&person).is_ok() {
            Verdict::Tell
        } else {
            Verdict::Drop
        };
        if verdict != Verdict::Enter {
            let limit = if mine { "all" } else { "person" };
            metrics::counter!("digidel_limited_total", "limit" => limit).increment(1);
        }
        verdict
    }

    /// How many persons are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.persons.len() + self.told.len()
    }

    fn tidy(&self) {
        for some in [&self.persons, &self.told] {
            some.retain_recent();
            some.shrink_to_fit();
        }
    }
}

/// Whether somebody chose to send it: nobody chooses to be told that a thread is gone. What
/// volunteers and staff do is theirs to answer for.
fn is_limited(incoming: &Incoming) -> bool {
    let chosen = matches!(
        incoming.input,
        Input::Text(_)
            | Input::Forwarded(_)
            | Input::Edited(_)
            | Input::Tap(_)
            | Input::OldTap
            | Input::Command(..)
            | Input::Location(_)
            | Input::Unreadable(_)
    );
    chosen && incoming.role == Role::Resident && incoming.chat.scope != Scope::Desk
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicI64;

    use super::*;
    use crate::model::chat::{Address, Chat, Hints, Platform};
    use crate::model::time::from_millis;

    fn gate(limits: Limits) -> (Gate, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(1_800_000_000_000));
        let clock = Arc::clone(&now);
        (Gate::new(limits, Arc::new(move || from_millis(clock.load(Ordering::SeqCst)))), now)
    }

    fn of(person: usize, input: Input) -> Incoming {
        Incoming {
            key: String::new(),
            chat: Chat::private(Address::new(Platform::Telegram, person)),
            role: Role::Resident,
            input,
            hints: Hints::default(),
            reply: None,
            message: None,
        }
    }

    fn text(person: usize) -> Incoming {
        of(person, Input::Text("hej".to_owned()))
    }

    #[test]
    fn who_floods_is_told_once_and_others_enter() {
        let (gate, now) = gate(Limits::default());
        assert!((0..40).all(|_| gate.judge(&text(1)) == Verdict::Enter));
        assert_eq!(gate.judge(&text(1)), Verdict::Tell);
        assert!((0..100).all(|_| gate.judge(&text(1)) == Verdict::Drop));
        assert_eq!(gate.judge(&text(2)), Verdict::Enter);
        // What nobody chose to send always enters.
        assert_eq!(gate.judge(&of(1, Input::Gone)), Verdict::Enter);
        now.fetch_add(60_000, Ordering::SeqCst);
        assert_eq!(gate.judge(&text(1)), Verdict::Enter);
    }

    #[test]
    fn all_together_have_a_limit_and_memory_has_one_too() {
        let (gate, now) = gate(Limits::default());
        let entered = (0..10_000).filter(|n| gate.judge(&text(*n)) == Verdict::Enter).count();
        assert_eq!(entered, 2_000, "four seconds' worth at once");
        for n in 0..200_000 {
            now.fetch_add(1, Ordering::SeqCst);
            gate.judge(&text(n));
        }
        assert!(gate.remembered() <= 2 * PERSONS + 1, "{}", gate.remembered());
        now.fetch_add(600_000, Ordering::SeqCst);
        for _ in 0..TIDY {
            gate.judge(&text(1));
        }
        assert!(gate.remembered() < 10, "who is quiet is forgotten: {}", gate.remembered());
    }
}
