//! The one writer: takes the turns that wait, has each decided and saved, and commits them together.
//!
//! A turn that fails is undone alone. Nothing is acknowledged before the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{Notify, mpsc, watch};

use super::{HandleError, Handled, Job, Seed, Shelf, Shelved};
use crate::engine::{self, Reaction, Situation};
use crate::facts::Facts;
use crate::model::event::Event;
use crate::model::id::Fresh;
use crate::store::{Noted, Store, StoreError, Turnover};
use crate::telemetry;

/// How many turns share a commit at most.
const BATCH: usize = 64;
/// How often a turn is tried with fresh randomness when a code or a seat was taken meanwhile.
const TRIES: u64 = 4;
/// How many different things an event may need of the store: a closed week asks for each day's queue
/// and for each visit's request.
const NEEDS: usize = 4_096;

/// The one writer: takes what waits, turns it over in one transaction, acknowledges after the commit.
pub(super) async fn write(
    mut jobs: mpsc::Receiver<Job>,
    store: Store,
    bell: Arc<Notify>,
    shelf: Shelf,
    counter: watch::Sender<u64>,
    seed: Seed,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        let results = turn_over(&store, &batch, &shelf, &seed).await;
        match results {
            Ok(results) => {
                let letters = results.iter().flatten().any(|(_, letters)| *letters > 0);
                for (job, result) in batch.drain(..).zip(results) {
                    count(&job, &result);
                    // The adapter may have gone meanwhile; the turn is on disk all the same.
                    let _ = job.done.send(result.map(|(handled, _)| handled));
                }
                if letters {
                    bell.notify_one();
                }
                counter.send_modify(|commits| *commits = commits.wrapping_add(1));
                if let Err(error) = store.scrub().await {
                    tracing::error!(%error, "the log of the database could not be emptied");
                }
            }
            Err(error) => {
                tracing::error!(%error, turns = batch.len(), "the turns were not saved");
                let mut error = Some(error);
                for job in batch.drain(..) {
                    let error = error.take().map_or(HandleError::Stopping, HandleError::Store);
                    let _ = job.done.send(Err(error));
                }
            }
        }
    }
}

type TurnResult = Result<(Handled, usize), HandleError>;

/// What became of a turn, for the figures.
fn count(job: &Job, result: &TurnResult) {
    let (platform, kind) = (job.event.chat.address.platform().name(), job.event.input.kind());
    if result.is_err() {
        metrics::counter!(telemetry::TURNS_FAILED, "platform" => platform).increment(1);
        return;
    }
    metrics::counter!(telemetry::TURNS, "platform" => platform, "kind" => kind).increment(1);
    metrics::histogram!(telemetry::TURN_SECONDS, "platform" => platform).record(job.began.elapsed());
}

async fn turn_over(
    store: &Store,
    batch: &[Job],
    shelf: &Shelf,
    seed: &Seed,
) -> Result<Vec<TurnResult>, StoreError> {
    let mut shelved = shelf.get();
    let mut turnover = store.begin().await?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        turnover.savepoint().await?;
        // The writer's own look, not the adapter's: a day that staff closed a moment ago is closed.
        refresh(&mut turnover, &mut shelved).await?;
        let result = turn(&mut turnover, job, &shelved.in_force, seed).await;
        match &result {
            Ok(_) => turnover.keep().await?,
            Err(error) => {
                tracing::error!(%error, "a turn failed and was undone");
                turnover.undo().await?;
            }
        }
        results.push(result);
    }
    refresh(&mut turnover, &mut shelved).await?;
    turnover.commit().await?;
    shelf.advance(shelved);
    Ok(results)
}

/// Lays over the files what staff have said, in this process or another, since the last look.
async fn refresh(turnover: &mut Turnover<'_>, shelved: &mut Shelved) -> Result<(), StoreError> {
    let newest = turnover.newest_revision().await?;
    if shelved.revision == Some(newest) {
        return Ok(());
    }
    let revisions = turnover.revisions().await?;
    let pairs = revisions.iter().map(|r| (r.subject.as_str(), r.content.as_str()));
    let (facts, problems) = shelved.filed.overlaid(pairs);
    for problem in problems {
        tracing::warn!(%problem, "a revision is left out");
    }
    shelved.in_force = Arc::new(facts);
    shelved.revision = Some(newest);
    Ok(())
}

/// One turn. Codes and identifiers that turn out to be taken are drawn again.
async fn turn(turnover: &mut Turnover<'_>, job: &Job, facts: &Facts, seed: &Seed) -> TurnResult {
    let mut tried = turn_once(turnover, job, facts, &job.event).await;
    for _ in 1..TRIES {
        if !matches!(tried, Err(HandleError::Store(StoreError::Taken))) {
            break;
        }
        turnover.undo().await?;
        turnover.savepoint().await?;
        let event = Event { fresh: Fresh::new(seed()), ..job.event.clone() };
        tried = turn_once(turnover, job, facts, &event).await;
    }
    tried
}

async fn turn_once(turnover: &mut Turnover<'_>, job: &Job, facts: &Facts, event: &Event) -> TurnResult {
    let Noted::New(inbox) = turnover.note(&job.key, event).await? else {
        return Ok((Handled::Repeated, 0));
    };
    let session = turnover.session(&event.chat.address).await?;
    let reaction = react(turnover, job, facts, event, Situation::of(session)).await?;
    let turned = turnover.save(inbox, event, &reaction).await?;
    let (platform, kind) = (event.chat.address.platform().name(), event.input.kind());
    // By this number the letters of the turn are found in the log (`outbox`).
    tracing::info!(turn = inbox, platform, kind, letters = turned.letters, "a turn");
    let handled = reaction.refusal.map_or(Handled::Done, Handled::Refused);
    Ok((handled, turned.letters))
}

/// Asks the engine until it has all it needs. Pure as it is, asking again costs microseconds.
async fn react(
    turnover: &mut Turnover<'_>,
    job: &Job,
    facts: &Facts,
    event: &Event,
    mut situation: Situation,
) -> Result<Reaction, HandleError> {
    let failed = || HandleError::Engine(event.input.kind());
    for _ in 0..NEEDS {
        let ask = || engine::react(facts, &situation, event, job.understanding.as_ref());
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
