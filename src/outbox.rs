//! Delivery: due letters go out, and what became of them is written down.
//!
//! Keeps order per recipient, backs off, and is honest about what nobody can know. Knows no
//! platform: adapters implement [`Deliver`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::model::chat::{MessageRef, Platform};
use crate::model::id::LetterId;
use crate::model::message::Content;
use crate::model::time::{Clock, SignedDuration, Timestamp};
use crate::store::letters::Outcome;
pub use crate::store::letters::Parcel;
use crate::store::{Store, StoreError};
use crate::telemetry;
use crate::watch::Watch;

/// How many letters are under way at once.
const IN_FLIGHT: u32 = 64;
/// With so many under way more are about to be done: those of a blink share a transaction.
const MANY: usize = 16;
const BLINK: Duration = Duration::from_millis(2);
/// The longest pause between two tries, in seconds.
const LONGEST_PAUSE: u64 = 300;
/// After this many seconds a letter that could not be delivered is dead: nobody waits longer for a
/// reply, and Telegram itself forgets updates after a day.
const PATIENCE: i64 = 86_400;
/// The longest sleep without looking at the database, should the bell be missed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What arrived: the platform's own identifiers of the messages, if it has any.
pub type Receipt = Vec<MessageRef>;

/// Why a letter was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// Not sent, try again: the platform said when, or `None` to back off.
    Retry {
        /// How long the platform asks to wait.
        after: Option<Duration>,
        /// Why, without personal data.
        why: String,
    },
    /// Sent, but no answer came.
    Unknown,
    /// The recipient blocked the bot, left, or does not exist.
    Gone,
    /// The platform will never take this letter.
    Refused(String),
}

/// A failure, and how many parts of the letter had arrived before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub error: SendError,
    /// Parts that arrived, counted from the letter's first.
    pub parts_done: u32,
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        Self { error, parts_done: 0 }
    }
}

/// Carries one letter to its destination: the only trait of the house.
pub trait Deliver: Send + Sync {
    /// Delivers, from the first part that has not arrived.
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>>;

    /// Whether a letter may be sent again without being read twice, because the platform drops
    /// what it has seen.
    fn repeats_safely(&self) -> bool {
        false
    }

    /// Whether this letter only changes or takes away what stands there, so that doing it twice is doing
    /// it once.
    fn only_changes(&self, _parcel: &Parcel) -> bool {
        false
    }
}

/// Delivers the letters of a store.
pub struct Outbox {
    store: Store,
    clock: Clock,
    bell: Arc<Notify>,
    carriers: HashMap<Platform, Arc<dyn Deliver>>,
    /// Where notes from the bot to itself go.
    alarms: Arc<dyn Deliver>,
}

impl Outbox {
    /// An outbox that wakes up at the bell.
    #[must_use]
    pub fn new(store: Store, clock: Clock, bell: Arc<Notify>, alarms: Arc<dyn Deliver>) -> Self {
        Self { store, clock, bell, carriers: HashMap::new(), alarms }
    }

    /// Adds the carrier of a platform.
    #[must_use]
    pub fn with(mut self, platform: Platform, carrier: Arc<dyn Deliver>) -> Self {
        self.carriers.insert(platform, carrier);
        self
    }

    /// Takes up what a crash left in flight: each is a try that got no answer, which counts where something
    /// new may have arrived.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn recover(&self) -> Result<usize, StoreError> {
        let left = self.store.in_flight().await?;
        let cut_off = |parcel: &Parcel| match self.carrier(parcel) {
            Some(carrier) if carrier.only_changes(parcel) => {
                SendError::Retry { after: None, why: "no answer".to_owned() }
            }
            _ => SendError::Unknown,
        };
        let outcomes: Vec<(LetterId, Outcome)> =
            left.iter().map(|p| (p.id, self.judge(p, Err(cut_off(p).into())))).collect();
        let now = (self.clock)();
        self.store.settle(&outcomes, now, 0).await?;
        self.store.hurry(now).await?;
        Ok(outcomes.len())
    }

    /// What waits by a clock that has been set back since would wait for as long as it was wrong.
    async fn mind_the_clock(&self, watch: &mut Watch) {
        let jumped = watch.jumped((self.clock)(), tokio::time::Instant::now());
        if jumped == 0 {
            return;
        }
        let (seconds, way) = (jumped.abs(), if jumped < 0 { "back" } else { "forward" });
        warn!(
            "the clock of this computer was set {way} by {seconds} s; if it goes wrong again, check its time service \
             (timedatectl). Reminders go by it, and what people hold may run out early"
        );
        if let Err(error) = self.store.hurry((self.clock)()).await {
            error!(%error, "what waits could not be brought to the new time");
        }
    }

    /// Delivers until it is told to stop; letters under way are finished first.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut under_way: JoinSet<(LetterId, Outcome)> = JoinSet::new();
        let mut done = Vec::new();
        let mut next_due;
        let mut watch = Watch::new((self.clock)(), tokio::time::Instant::now());
        loop {
            self.mind_the_clock(&mut watch).await;
            let room = IN_FLIGHT.saturating_sub(u32::try_from(under_way.len()).unwrap_or(IN_FLIGHT));
            let room = if stop.is_cancelled() { 0 } else { room };
            match self.store.settle(&done, (self.clock)(), room).await {
                Ok(claimed) => {
                    done.clear();
                    next_due = claimed.next_due;
                    for parcel in claimed.parcels {
                        let outbox = Arc::clone(&self);
                        under_way.spawn(async move { (parcel.id, outbox.carry(&parcel).await) });
                    }
                }
                Err(error) => {
                    error!(%error, "the outbox cannot reach the database; trying again in a second");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            }
            if stop.is_cancelled() && under_way.is_empty() {
                return;
            }
            self.wait(&mut under_way, &mut done, next_due, &stop).await;
        }
    }

    /// Waits until something is done, due or written.
    async fn wait(
        &self,
        under_way: &mut JoinSet<(LetterId, Outcome)>,
        done: &mut Vec<(LetterId, Outcome)>,
        next_due: Option<Timestamp>,
        stop: &CancellationToken,
    ) {
        let sleep = self.until(next_due);
        tokio::select! {
            Some(finished) = under_way.join_next() => done.extend(finished.ok()),
            () = self.bell.notified() => {}
            () = tokio::time::sleep(sleep) => {}
            () = stop.cancelled(), if !stop.is_cancelled() => {}
        }
        if under_way.len() >= MANY {
            let blink = tokio::time::sleep(BLINK);
            tokio::pin!(blink);
            while done.len() < MANY {
                tokio::select! {
                    Some(finished) = under_way.join_next() => done.extend(finished.ok()),
                    () = &mut blink => break,
                }
            }
        }
        while let Some(finished) = under_way.try_join_next() {
            done.extend(finished.ok());
        }
    }

    fn until(&self, next_due: Option<Timestamp>) -> Duration {
        next_due.map_or(LONGEST_SLEEP, |due| {
            let left = due.duration_since((self.clock)());
            // What is due but waits for an older letter is woken by that letter's end.
            Duration::try_from(left).map_or(Duration::from_millis(50), |d| d.min(LONGEST_SLEEP))
        })
    }

    /// Delivers everything that is due now, one after the other per recipient, and returns when
    /// nothing is: for scripts and tests.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        let mut parcels = self.store.settle(&[], (self.clock)(), IN_FLIGHT).await?.parcels;
        while !parcels.is_empty() {
            count += parcels.len();
            let outcomes = join_all(parcels.iter().map(|p| async { (p.id, self.carry(p).await) })).await;
            parcels = self.store.settle(&outcomes, (self.clock)(), IN_FLIGHT).await?.parcels;
        }
        Ok(count)
    }

    async fn carry(&self, parcel: &Parcel) -> Outcome {
        let began = Instant::now();
        let result = match self.carrier(parcel) {
            Some(carrier) => carrier.deliver(parcel).await,
            None => {
                Err(SendError::Retry { after: None, why: "the platform is switched off".to_owned() }.into())
            }
        };
        let outcome = self.judge(parcel, result);
        if !matches!(parcel.content, Content::Alarm(_)) {
            tell(parcel, &outcome, began.elapsed());
        }
        outcome
    }

    fn carrier(&self, parcel: &Parcel) -> Option<&Arc<dyn Deliver>> {
        match parcel.content {
            Content::Alarm(_) => Some(&self.alarms),
            Content::Message(_)
            | Content::Retract(_)
            | Content::Edit { .. }
            | Content::Withdraw { .. }
            | Content::Clear(_)
            | Content::Desk(_) => self.carriers.get(&parcel.to.platform()),
        }
    }

    /// What becomes of a letter after a try.
    fn judge(&self, parcel: &Parcel, result: Result<Receipt, Failure>) -> Outcome {
        let Failure { error, parts_done } = match result {
            Ok(receipt) => return Outcome::Sent(receipt),
            Err(failure) => failure,
        };
        let parts_done = parts_done.max(parcel.parts_done);
        let platform = parcel.to.platform().name();
        let retry = |after: Option<Duration>, unanswered, why: String| {
            self.again(parcel, after, parts_done, unanswered, why)
        };
        match error {
            SendError::Retry { after, why } => retry(after, false, why),
            SendError::Unknown => {
                let safe = self.carrier(parcel).is_some_and(|c| c.repeats_safely());
                warn!(letter = %parcel.id, platform, "no answer: the letter may have arrived");
                if safe || parcel.unanswered == 0 {
                    retry(None, true, "no answer".to_owned())
                } else {
                    Outcome::Unknown
                }
            }
            SendError::Gone => Outcome::Gone,
            SendError::Refused(why) => {
                error!(letter = %parcel.id, platform, why, "the platform refused a letter");
                Outcome::Dead(why)
            }
        }
    }

    fn again(
        &self,
        parcel: &Parcel,
        after: Option<Duration>,
        parts_done: u32,
        unanswered: bool,
        why: String,
    ) -> Outcome {
        let now = (self.clock)();
        if now.duration_since(parcel.written_at) > SignedDuration::from_secs(PATIENCE) && parcel.attempts > 10
        {
            return Outcome::Dead(format!("given up after a day: {why}"));
        }
        let pause = after.unwrap_or_else(|| {
            let doubled = 1_u64.checked_shl(parcel.attempts.min(16)).unwrap_or(LONGEST_PAUSE);
            Duration::from_secs(doubled.min(LONGEST_PAUSE))
        });
        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::from_secs(1));
        Outcome::Retry { at: now.checked_add(pause).unwrap_or(now), parts_done, unanswered, why }
    }
}

/// What became of a try, for the log and the figures.
fn tell(parcel: &Parcel, outcome: &Outcome, took: Duration) {
    let platform = parcel.to.platform().name();
    let word = match outcome {
        Outcome::Sent(_) => "sent",
        Outcome::Retry { .. } => "retry",
        Outcome::Unknown => "unknown",
        Outcome::Dead(_) => "dead",
        Outcome::Gone => "gone",
    };
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    info!(turn = parcel.turn, letter = %parcel.id, platform, outcome = word, attempt = parcel.attempts, millis, "a letter");
    metrics::counter!(telemetry::DELIVERIES, "platform" => platform, "outcome" => word).increment(1);
    metrics::histogram!(telemetry::DELIVERY_SECONDS, "platform" => platform).record(took);
}
