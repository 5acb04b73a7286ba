//! The loop: note the event, load what it needs, react, save; one SQLite transaction.
//!
//! The only owner of clock and randomness. Turns of many conversations share a commit, so that one
//! `fsync` serves them all; an event is acknowledged only after it.

mod masking;
mod shelf;
mod writer;

use std::num::NonZero;
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, StreamExt};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};

use self::shelf::Shelf;
use self::writer::{Desk, write};
use crate::facts::knowledge::Decision;
use crate::facts::{Facts, Understanding};
use crate::gate::{Gate, Limits, Verdict};
use crate::model::chat::{Address, Chat, Hints, Role, Scope};
use crate::model::desk::DeskInput;
use crate::model::event::{Event, Incoming, Input};
use crate::model::id::{Fresh, LetterId};
use crate::model::message::Content;
use crate::model::staff::Refusal;
use crate::model::time::{Clock, Timestamp};
pub use crate::store::history::Said;
use crate::store::{Store, StoreError};
use crate::telemetry;

/// How many turns wait for the writer at most; beyond it, adapters wait.
const QUEUE: usize = 1_024;
/// How many events of one batch are understood side by side.
const AHEAD: usize = 16;

/// Where randomness comes from: 64 bits at a time.
pub type Seed = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It was new; its effects are on disk.
    Done,
    /// It was handled before; nothing changed.
    Repeated,
    /// It was one too many, and nothing is to be said of it.
    Dropped,
    /// A deed of staff that could not be done; nothing changed but the inbox.
    Refused(Refusal),
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

/// An understood event.
struct Turn {
    key: String,
    /// When it came in.
    began: Instant,
    event: Event,
    understanding: Option<Understanding>,
}

/// What became of an event at the gate.
enum Prepared {
    /// It is to be handled.
    Turn(Box<Turn>),
    /// It was one too many.
    Dropped,
}

/// A turn on its way to the writer.
struct Job {
    turn: Turn,
    done: oneshot::Sender<Result<Handled, HandleError>>,
}

/// The application: hands events to the engine and its decisions to the store.
#[derive(Clone)]
pub struct App {
    shelf: Shelf,
    clock: Clock,
    seed: Seed,
    queue: mpsc::Sender<Job>,
    store: Store,
    commits: watch::Receiver<u64>,
    /// Wakes the librarian.
    wake: watch::Sender<u64>,
    gate: Option<Arc<Gate>>,
    /// As many texts are understood at once as there are processors; more wait in their order.
    thinking: Arc<Semaphore>,
}

/// What becomes of a turn, when it is known.
type Outcome = oneshot::Receiver<Result<Handled, HandleError>>;

/// Events that the writer has, in their order.
pub struct UnderWay(Vec<Result<Outcome, HandleError>>);

impl UnderWay {
    /// Waits until everything that follows from them is on disk.
    pub async fn handled(self) -> Vec<Result<Handled, HandleError>> {
        let mut handled = Vec::with_capacity(self.0.len());
        for one in self.0 {
            handled.push(match one {
                Ok(done) => done.await.unwrap_or(Err(HandleError::Stopping)),
                Err(error) => Err(error),
            });
        }
        handled
    }
}

impl App {
    /// Starts the writer. The bell rings whenever letters were written.
    #[must_use]
    pub fn start(facts: Arc<Facts>, store: Store, clock: Clock, seed: Seed, bell: Arc<Notify>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (counter, commits) = watch::channel(0);
        let (wake, woken) = watch::channel(0);
        let shelf = Shelf::new(facts);
        tokio::spawn(shelf.clone().librarian(store.clone(), woken));
        let desk =
            Desk { store: store.clone(), shelf: shelf.clone(), wake: wake.clone(), seed: Arc::clone(&seed) };
        tokio::spawn(write(jobs, desk, bell, counter));
        // A processor each; beyond it texts wait their turn.
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let thinking = Arc::new(Semaphore::new(processors));
        Self { shelf, clock, seed, queue, store, commits, wake, gate: None, thinking }
    }

    /// The same with a gate before it: who sends too much waits outside.
    #[must_use]
    pub fn guarded(mut self, limits: Limits) -> Self {
        self.gate = Some(Arc::new(Gate::new(limits, self.clock.clone())));
        self
    }

    /// The present instant, by the one clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Changes whenever turns were saved: for pages that show what is new.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    /// The last lines of a conversation, for platforms that keep no history of their own.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn conversation(&self, address: &Address, count: u32) -> Result<Vec<Said>, StoreError> {
        self.store.conversation(address, self.now(), count).await
    }

    /// What a letter says, if it went to this address.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn letter_to(&self, address: &Address, id: LetterId) -> Result<Option<Content>, StoreError> {
        self.store.letter_to(address, id).await
    }

    /// The facts in force.
    #[must_use]
    pub fn facts(&self) -> Arc<Facts> {
        self.shelf.get().in_force
    }

    /// The facts as the files have them.
    #[must_use]
    pub fn filed(&self) -> Arc<Facts> {
        self.shelf.get().filed
    }

    /// Puts other facts from files in force, whole, from the next event on; what staff have said is
    /// laid over them again.
    pub fn replace_facts(&self, facts: Facts) {
        self.shelf.replace(Arc::new(facts));
        self.wake.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Staff have written in the articles: waits until everything up to this revision is in force.
    pub async fn learn(&self, revision: i64) {
        self.wake.send_modify(|n| *n = n.wrapping_add(1));
        self.shelf.has_learnt(revision).await;
    }

    /// Handles one event. When it returns, everything that follows from it is on disk.
    ///
    /// # Errors
    /// [`HandleError`]: nothing of it has happened, and the platform may send it again.
    pub async fn handle(&self, incoming: Incoming) -> Result<Handled, HandleError> {
        let prepared = self.prepare(incoming).await;
        let done = self.submit(prepared).await?;
        done.await.map_err(|_| HandleError::Stopping)?
    }

    /// Handles events that belong together, in their order: what is slow is done for all first, then
    /// they go to the writer one after the other and share its commits.
    pub async fn handle_all(&self, incoming: Vec<Incoming>) -> Vec<Result<Handled, HandleError>> {
        self.hand_over(incoming).await.handled().await
    }

    /// The same as far as the writer: when it returns, others can be handed over behind these.
    pub async fn hand_over(&self, incoming: Vec<Incoming>) -> UnderWay {
        let mut waiting = Vec::with_capacity(incoming.len());
        // Several are understood side by side, but each goes to the writer when it is its turn.
        let mut prepared = stream::iter(incoming.into_iter().map(|one| self.prepare(one))).buffered(AHEAD);
        while let Some(one) = prepared.next().await {
            waiting.push(self.submit(one).await);
        }
        UnderWay(waiting)
    }

    /// Deletes everything about a person, as they could themselves, without a word to them.
    ///
    /// # Errors
    /// [`HandleError`]: nothing was deleted.
    pub async fn erase(&self, person: Address, by: Role) -> Result<(), HandleError> {
        let incoming = Incoming {
            key: format!("erase:{:016x}", (self.seed)()),
            chat: Chat::private(person),
            role: by,
            input: Input::Erase,
            hints: Hints::default(),
            reply: None,
            message: None,
        };
        self.handle(incoming).await.map(drop)
    }

    /// Lets an event in, or not, and understands it.
    async fn prepare(&self, mut incoming: Incoming) -> Prepared {
        let began = Instant::now();
        match self.gate.as_ref().map_or(Verdict::Enter, |gate| gate.judge(&incoming)) {
            Verdict::Enter => {}
            Verdict::Tell => incoming.input = Input::Flood,
            Verdict::Drop => return Prepared::Dropped,
        }
        // At once, but for the first moments of the process.
        self.shelf.has_learnt(0).await;
        let facts = self.facts();
        let key = incoming.key.clone();
        let event = self.event(incoming);
        let understanding = self.understand(&facts, &event).await;
        Prepared::Turn(Box::new(Turn { key, began, event, understanding }))
    }

    /// Hands a turn to the writer.
    async fn submit(&self, prepared: Prepared) -> Result<Outcome, HandleError> {
        let (done, answer) = oneshot::channel();
        match prepared {
            Prepared::Dropped => {
                // The receiver is at hand: it cannot have gone.
                let _ = done.send(Ok(Handled::Dropped));
            }
            Prepared::Turn(turn) => {
                let job = Job { turn: *turn, done };
                self.queue.send(job).await.map_err(|_| HandleError::Stopping)?;
            }
        }
        Ok(answer)
    }

    /// The slow part, before any transaction: off the async threads, as it computes for milliseconds.
    async fn understand(&self, facts: &Arc<Facts>, event: &Event) -> Option<Understanding> {
        let text = to_understand(event)?.to_owned();
        if let Some(known) = facts.understood(&text) {
            count_search(&known);
            return Some(known);
        }
        let facts = Arc::clone(facts);
        // First come, first served; the semaphore is never closed.
        let _turn = self.thinking.acquire().await.ok()?;
        let understanding = tokio::task::spawn_blocking(move || facts.understand(&text)).await.ok()?;
        count_search(&understanding);
        Some(understanding)
    }

    /// Masks and dates what an adapter read: from here on no secret is in memory.
    fn event(&self, incoming: Incoming) -> Event {
        let Incoming { chat, role, input, hints, reply, message, .. } = incoming;
        let (input, masked) = masking::mask(input);
        let (now, fresh) = ((self.clock)(), Fresh::new((self.seed)()));
        Event { chat, role, input, masked, hints, reply, message, now, fresh }
    }
}

/// The text of an event that is to be understood.
fn to_understand(event: &Event) -> Option<&str> {
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
    Some(text.as_str()).filter(|text| !text.trim().is_empty())
}

fn count_search(understanding: &Understanding) {
    let decision = match understanding.found.decision {
        Decision::Answer(_) => "answer",
        Decision::Suggest(_) => "suggest",
        Decision::Unknown => "unknown",
    };
    metrics::counter!(telemetry::SEARCHES, "decision" => decision).increment(1);
}
