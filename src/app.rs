//! The loop: note the event, load what it needs, react, save; one SQLite transaction.
//!
//! The only owner of clock and randomness. Turns of many conversations share a commit, so that one
//! `fsync` serves them all; an event is acknowledged only after it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Notify, mpsc, oneshot};

use crate::engine::{self, Reaction, Situation};
use crate::facts::{Facts, Understanding};
use crate::model::chat::Scope;
use crate::model::desk::DeskInput;
use crate::model::event::{Event, Incoming, Input, Masked};
use crate::model::id::Fresh;
use crate::model::time::Clock;
use crate::store::{Noted, Store, StoreError, Turnover};

/// How many turns share a commit at most.
const BATCH: usize = 64;
/// How many turns wait for the writer at most; beyond it, adapters wait.
const QUEUE: usize = 1_024;
/// How often a turn is tried with fresh randomness when a code or a seat was taken meanwhile.
const TRIES: u64 = 4;
/// How many different things an event may need of the store.
const NEEDS: usize = 24;

/// Where randomness comes from: 64 bits at a time.
pub type Seed = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It was new; its effects are on disk.
    Done,
    /// It was handled before; nothing changed.
    Repeated,
}

/// Why an event could not be handled. It is not acknowledged: the platform sends it again.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine panicked: a defect.
    #[error("the engine failed on an event of kind {0}")]
    Engine(&'static str),
    /// The program is stopping.
    #[error("the bot is stopping")]
    Stopping,
}

/// An understood event on its way to the writer.
struct Job {
    key: String,
    event: Event,
    understanding: Option<Understanding>,
    facts: Arc<Facts>,
    done: oneshot::Sender<Result<Handled, HandleError>>,
}

/// The application: hands events to the engine and its decisions to the store.
#[derive(Clone)]
pub struct App {
    facts: Arc<RwLock<Arc<Facts>>>,
    clock: Clock,
    seed: Seed,
    queue: mpsc::Sender<Job>,
}

impl App {
    /// Starts the writer. The bell rings whenever letters were written.
    #[must_use]
    pub fn start(facts: Arc<Facts>, store: Store, clock: Clock, seed: Seed, bell: Arc<Notify>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(write(jobs, store, bell, Arc::clone(&seed)));
        Self { facts: Arc::new(RwLock::new(facts)), clock, seed, queue }
    }

    /// The facts in force.
    #[must_use]
    pub fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.facts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other facts in force, whole, from the next event on.
    pub fn replace_facts(&self, facts: Facts) {
        *self.facts.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(facts);
    }

    /// Handles one event. When it returns, everything that follows from it is on disk.
    ///
    /// # Errors
    /// [`HandleError`]: nothing of it has happened, and the platform may send it again.
    pub async fn handle(&self, incoming: Incoming) -> Result<Handled, HandleError> {
        let done = self.submit(incoming).await?;
        done.await.map_err(|_| HandleError::Stopping)?
    }

    /// Handles events that belong together, in their order: what is slow is done for all first, then
    /// they go to the writer one after the other and share its commits.
    pub async fn handle_all(&self, incoming: Vec<Incoming>) -> Vec<Result<Handled, HandleError>> {
        let mut waiting = Vec::with_capacity(incoming.len());
        for one in incoming {
            waiting.push(self.submit(one).await);
        }
        let mut handled = Vec::with_capacity(waiting.len());
        for one in waiting {
            handled.push(match one {
                Ok(done) => done.await.unwrap_or(Err(HandleError::Stopping)),
                Err(error) => Err(error),
            });
        }
        handled
    }

    async fn submit(
        &self,
        incoming: Incoming,
    ) -> Result<oneshot::Receiver<Result<Handled, HandleError>>, HandleError> {
        let facts = self.facts();
        let key = incoming.key.clone();
        let event = self.event(incoming);
        let understanding = understand(&facts, &event).await;
        let (done, answer) = oneshot::channel();
        let job = Job { key, event, understanding, facts, done };
        self.queue.send(job).await.map_err(|_| HandleError::Stopping)?;
        Ok(answer)
    }

    /// Masks and dates what an adapter read: from here on no secret is in memory.
    fn event(&self, incoming: Incoming) -> Event {
        let Incoming { chat, role, input, hints, reply, message, .. } = incoming;
        let (input, masked) = mask(input);
        let (now, fresh) = ((self.clock)(), Fresh::new((self.seed)()));
        Event { chat, role, input, masked, hints, reply, message, now, fresh }
    }
}

fn mask(input: Input) -> (Input, Masked) {
    let of = |text: &str| engine::mask::mask(text);
    match input {
        Input::Text(text) => {
            let (text, masked) = of(&text);
            (Input::Text(text), masked)
        }
        Input::Forwarded(text) => (Input::Forwarded(of(&text).0), Masked::default()),
        Input::Edited(text) => {
            let (text, masked) = of(&text);
            (Input::Edited(text), masked)
        }
        Input::Command(command, rest) => {
            let (rest, masked) = of(&rest);
            (Input::Command(command, rest), masked)
        }
        Input::Desk(desk) => (Input::Desk(Box::new(mask_desk(*desk))), Masked::default()),
        other => (other, Masked::default()),
    }
}

/// What a volunteer types in a form is masked like any text.
fn mask_desk(input: DeskInput) -> DeskInput {
    let of = |text: &str| engine::mask::mask(text).0;
    match input {
        DeskInput::Answer(text) => DeskInput::Answer(of(&text)),
        DeskInput::Alias(text) => DeskInput::Alias(of(&text)),
        DeskInput::Advise { text, message } => DeskInput::Advise { text: of(&text), message },
        other => other,
    }
}

/// The slow part, before any transaction: off the async threads, as it computes for milliseconds.
async fn understand(facts: &Arc<Facts>, event: &Event) -> Option<Understanding> {
    let text = match &event.input {
        // What volunteers write is carried on, not understood.
        Input::Text(_) if event.chat.scope == Scope::Desk => return None,
        Input::Text(text) | Input::Command(_, text) => text,
        Input::Desk(desk) => match desk.as_ref() {
            DeskInput::Advise { text, .. } => text,
            _ => return None,
        },
        _ => return None,
    };
    if text.trim().is_empty() {
        return None;
    }
    let (facts, text) = (Arc::clone(facts), text.clone());
    tokio::task::spawn_blocking(move || facts.understand(&text)).await.ok()
}

/// The one writer: takes what waits, turns it over in one transaction, acknowledges after the commit.
async fn write(mut jobs: mpsc::Receiver<Job>, store: Store, bell: Arc<Notify>, seed: Seed) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        let results = turn_over(&store, &batch, &seed).await;
        match results {
            Ok(results) => {
                let letters = results.iter().flatten().any(|(_, letters)| *letters > 0);
                for (job, result) in batch.drain(..).zip(results) {
                    // The adapter may have gone meanwhile; the turn is on disk all the same.
                    let _ = job.done.send(result.map(|(handled, _)| handled));
                }
                if letters {
                    bell.notify_one();
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

async fn turn_over(store: &Store, batch: &[Job], seed: &Seed) -> Result<Vec<TurnResult>, StoreError> {
    let mut turnover = store.begin().await?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        turnover.savepoint().await?;
        let result = turn(&mut turnover, job, seed).await;
        match &result {
            Ok(_) => turnover.keep().await?,
            Err(error) => {
                tracing::error!(%error, "a turn failed and was undone");
                turnover.undo().await?;
            }
        }
        results.push(result);
    }
    turnover.commit().await?;
    Ok(results)
}

/// One turn. Codes and identifiers that turn out to be taken are drawn again.
async fn turn(turnover: &mut Turnover<'_>, job: &Job, seed: &Seed) -> TurnResult {
    let mut tried = turn_once(turnover, job, &job.event).await;
    for _ in 1..TRIES {
        if !matches!(tried, Err(HandleError::Store(StoreError::Taken))) {
            break;
        }
        turnover.undo().await?;
        turnover.savepoint().await?;
        let event = Event { fresh: Fresh::new(seed()), ..job.event.clone() };
        tried = turn_once(turnover, job, &event).await;
    }
    tried
}

async fn turn_once(turnover: &mut Turnover<'_>, job: &Job, event: &Event) -> TurnResult {
    let Noted::New(inbox) = turnover.note(&job.key, event).await? else {
        return Ok((Handled::Repeated, 0));
    };
    let session = turnover.session(&event.chat.address).await?;
    let reaction = react(turnover, job, event, Situation::of(session)).await?;
    let turned = turnover.save(inbox, event, &reaction).await?;
    Ok((Handled::Done, turned.letters))
}

/// Asks the engine until it has all it needs. Pure as it is, asking again costs microseconds.
async fn react(
    turnover: &mut Turnover<'_>,
    job: &Job,
    event: &Event,
    mut situation: Situation,
) -> Result<Reaction, HandleError> {
    let failed = || HandleError::Engine(event.input.kind());
    for _ in 0..NEEDS {
        let ask = || engine::react(&job.facts, &situation, event, job.understanding.as_ref());
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
