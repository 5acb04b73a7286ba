//! The one writer: takes the turns that wait, has each decided and saved, and commits them together.
//!
//! A turn that fails takes nobody along: the others are turned over without it. Nothing is acknowledged
//! before the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{Notify, mpsc, watch};

use super::{HandleError, Handled, Job, Seed, Shelf, Turn};
use crate::engine::{self, Reaction, Situation};
use crate::facts::Facts;
use crate::model::effect::Effect;
use crate::model::event::Event;
use crate::model::id::Fresh;
use crate::store::{Noted, Store, StoreError, Turned, Turnover};
use crate::telemetry;

/// How many turns share a commit at most.
const BATCH: usize = 128;
/// How often a turn is tried with fresh randomness when a code or a seat was taken meanwhile.
const TRIES: u64 = 4;
/// How many different things an event may need of the store: a closed week asks for each day's queue
/// and for each visit's request.
const NEEDS: usize = 4_096;

/// What the writer works with.
pub(super) struct Desk {
    pub store: Store,
    pub shelf: Shelf,
    /// Wakes the librarian.
    pub wake: watch::Sender<u64>,
    pub seed: Seed,
}

/// The one writer: takes what waits, turns it over in one transaction, acknowledges after the commit.
pub(super) async fn write(
    mut jobs: mpsc::Receiver<Job>,
    desk: Desk,
    bell: Arc<Notify>,
    counter: watch::Sender<u64>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        let results = turn_over(&desk, &batch).await;
        let letters = results.iter().flatten().any(|(_, turned)| turned.letters > 0);
        let saved = results.iter().any(Result::is_ok);
        for (job, result) in batch.drain(..).zip(results) {
            count(&job, &result);
            // The adapter may have gone meanwhile; the turn is on disk all the same.
            let _ = job.done.send(result.map(|(handled, _)| handled));
        }
        if letters {
            bell.notify_one();
        }
        if saved {
            counter.send_modify(|commits| *commits = commits.wrapping_add(1));
        }
        if let Err(error) = desk.store.scrub().await {
            tracing::error!(%error, "the log of the database could not be emptied");
        }
    }
}

type TurnResult = Result<(Handled, Turned), HandleError>;

/// What became of a turn, for the log and the figures.
fn count(job: &Job, result: &TurnResult) {
    let (platform, kind) = (job.turn.event.chat.address.platform().name(), job.turn.event.input.kind());
    let Ok((handled, turned)) = result else {
        metrics::counter!(telemetry::TURNS_FAILED, "platform" => platform).increment(1);
        return;
    };
    if *handled != Handled::Repeated {
        // By this number the letters of the turn are found in the log (`outbox`).
        tracing::info!(turn = turned.number, platform, kind, letters = turned.letters, "a turn");
    }
    metrics::counter!(telemetry::TURNS, "platform" => platform, "kind" => kind).increment(1);
    metrics::histogram!(telemetry::TURN_SECONDS, "platform" => platform).record(job.turn.began.elapsed());
}

/// Turns a batch over in one transaction. If one of its turns fails, nothing of the batch is kept, and
/// each half of it is turned over by itself, until the bad one is alone: the rest share their commits,
/// and nothing has to be marked on the way just in case.
async fn turn_over(desk: &Desk, batch: &[Job]) -> Vec<TurnResult> {
    let mut results = Vec::with_capacity(batch.len());
    let mut parts = vec![batch];
    while let Some(part) = parts.pop() {
        let events = part.iter().map(|job| (job.turn.key.as_str(), &job.turn.event.chat.address));
        let (turnover, newest) = match desk.store.begin_for(events).await {
            Ok(begun) => begun,
            // No turn's fault: halves would only wait for the database one after the other.
            Err(error) => {
                tracing::error!(%error, turns = part.len(), "the turns were not saved");
                results.push(Err(error.into()));
                results.extend(part.iter().skip(1).map(|_| Err(HandleError::Stopping)));
                continue;
            }
        };
        match (turn_over_whole(desk, turnover, newest, part).await, part) {
            (Ok(turned), _) => results.extend(turned.into_iter().map(Ok)),
            (Err(error), [_]) => {
                tracing::error!(%error, "a turn failed and was undone");
                results.push(Err(error));
            }
            (Err(_), _) => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
    }
    results
}

/// One transaction: all of these turns, or an error and none.
async fn turn_over_whole(
    desk: &Desk,
    mut turnover: Turnover,
    newest: i64,
    batch: &[Job],
) -> Result<Vec<(Handled, Turned)>, HandleError> {
    let mut shelved = desk.shelf.get();
    // The writer's own look, not the adapter's: a day that staff closed a moment ago is closed. Nobody
    // else can write from here to the commit, so only a turn of the batch itself can bring more.
    let mut news = shelved.refresh(&mut turnover, newest).await?;
    let mut all = Vec::with_capacity(batch.len());
    for job in batch {
        let (handled, turned) = turn(&mut turnover, job, &shelved.in_force, &desk.seed).await?;
        if turned.revised {
            let newest = turnover.newest_revision().await?;
            news |= shelved.refresh(&mut turnover, newest).await?;
        }
        all.push((handled, turned));
    }
    turnover.commit().await?;
    desk.shelf.advance(shelved);
    if news {
        // Perhaps in an article, by another process.
        desk.wake.send_modify(|n| *n = n.wrapping_add(1));
    }
    Ok(all)
}

/// One turn. Codes and identifiers that turn out to be taken are drawn again.
async fn turn(
    turnover: &mut Turnover,
    job: &Job,
    facts: &Facts,
    seed: &Seed,
) -> Result<(Handled, Turned), HandleError> {
    let Turn { key, event, .. } = &job.turn;
    let Noted::New(inbox) = turnover.note(key, event).await? else {
        return Ok((Handled::Repeated, Turned::default()));
    };
    let mut tried = decide(turnover, job, facts, inbox, event).await;
    for _ in 1..TRIES {
        if !matches!(tried, Err(HandleError::Store(StoreError::Taken))) {
            break;
        }
        turnover.undo().await?;
        let event = Event { fresh: Fresh::new(seed()), ..event.clone() };
        tried = decide(turnover, job, facts, inbox, &event).await;
    }
    tried
}

/// What follows from a noted event, decided and saved.
async fn decide(
    turnover: &mut Turnover,
    job: &Job,
    facts: &Facts,
    inbox: i64,
    event: &Event,
) -> Result<(Handled, Turned), HandleError> {
    let session = turnover.session(&event.chat.address).await?;
    let reaction = react(turnover, job, facts, event, Situation::of(session)).await?;
    let draws = reaction.effects.iter().any(Effect::may_be_taken);
    if draws {
        turnover.savepoint().await?;
    }
    let turned = turnover.save(inbox, event, &reaction).await?;
    if draws {
        turnover.keep().await?;
    }
    let handled = reaction.refusal.map_or(Handled::Done, Handled::Refused);
    Ok((handled, turned))
}

/// Asks the engine until it has all it needs. Pure as it is, asking again costs microseconds.
async fn react(
    turnover: &mut Turnover,
    job: &Job,
    facts: &Facts,
    event: &Event,
    mut situation: Situation,
) -> Result<Reaction, HandleError> {
    let failed = || HandleError::Engine(event.input.kind());
    for _ in 0..NEEDS {
        let ask = || engine::react(facts, &situation, event, job.turn.understanding.as_ref());
        match catch_unwind(AssertUnwindSafe(ask)).map_err(|_| failed())? {
            Ok(reaction) => return Ok(reaction),
            Err(need) => {
                let found = turnover.find(need, event).await?;
                situation.add(found);
            }
        }
    }
    Err(failed())
}
