//! The facts in force: those of the files, under what staff have said since.
//!
//! What staff say of a centre is laid over by the writer itself, in the turn that follows. What they
//! write in an article needs a new search, which takes too long for that: the librarian builds it
//! beside the traffic and swaps it in whole.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use tokio::sync::watch;

use crate::facts::Facts;
use crate::facts::knowledge::{Knowledge, overlay};
use crate::facts::recent::Recent;
use crate::store::{Store, StoreError, Turnover};

/// The facts that everybody shares.
#[derive(Clone)]
pub(super) struct Shelf {
    shelved: Arc<RwLock<Shelved>>,
    /// The newest revision of an article that is in force; `None` before the first look.
    learnt: watch::Sender<Option<i64>>,
}

/// The facts as in the files, and as in force.
#[derive(Clone)]
pub(super) struct Shelved {
    pub filed: Arc<Facts>,
    pub in_force: Arc<Facts>,
    /// The newest revision that the writer has seen; `None` before the first look.
    revision: Option<i64>,
}

impl Shelved {
    fn new(filed: Arc<Facts>) -> Self {
        Self { in_force: Arc::clone(&filed), filed, revision: None }
    }

    /// The same facts with the articles of others, and what has been understood with these.
    fn with(&self, other: &Facts) -> Arc<Facts> {
        let (knowledge, recent) = (Arc::clone(&other.knowledge), Arc::clone(&other.recent));
        Arc::new(Facts { knowledge, recent, ..Facts::clone(&self.in_force) })
    }

    /// Lays over the files what staff have said, in this process or another, since the last look.
    /// The newest of it has this number. Returns whether there was anything new.
    pub async fn refresh(&mut self, turnover: &mut Turnover, newest: i64) -> Result<bool, StoreError> {
        if self.revision == Some(newest) {
            return Ok(false);
        }
        let revisions = turnover.revisions().await?;
        let pairs = revisions.iter().map(|r| (r.subject.as_str(), r.content.as_str()));
        let (facts, problems) = self.filed.overlaid(pairs);
        for problem in problems {
            tracing::warn!(%problem, "a revision is left out");
        }
        let (knowledge, recent) = (Arc::clone(&self.in_force.knowledge), Arc::clone(&self.in_force.recent));
        self.in_force = Arc::new(Facts { knowledge, recent, ..facts });
        self.revision = Some(newest);
        Ok(true)
    }
}

impl Shelf {
    pub fn new(filed: Arc<Facts>) -> Self {
        Self { shelved: Arc::new(RwLock::new(Shelved::new(filed))), learnt: watch::Sender::new(None) }
    }

    pub fn get(&self) -> Shelved {
        self.shelved.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other files in force; what staff have said is laid over them again.
    pub fn replace(&self, filed: Arc<Facts>) {
        *self.shelved.write().unwrap_or_else(PoisonError::into_inner) = Shelved::new(filed);
        self.learnt.send_replace(None);
    }

    /// Puts in force what a batch has brought into force, unless the files were replaced meanwhile.
    pub fn advance(&self, mut to: Shelved) {
        let mut shelved = self.shelved.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&shelved.filed, &to.filed) && shelved.revision != to.revision {
            // The librarian may have brought other articles while the batch was under way.
            if !Arc::ptr_eq(&shelved.in_force.knowledge, &to.in_force.knowledge) {
                to.in_force = to.with(&shelved.in_force);
            }
            *shelved = to;
        }
    }

    /// Waits until the articles that staff have written up to this revision are in force.
    pub async fn has_learnt(&self, revision: i64) {
        // The sender is here too: it cannot have gone.
        let _ = self.learnt.subscribe().wait_for(|learnt| learnt.is_some_and(|l| l >= revision)).await;
    }

    /// Keeps the articles up to date, until nobody is left who could wake it.
    pub async fn librarian(self, store: Store, mut wake: watch::Receiver<u64>) {
        loop {
            if let Err(error) = self.learn(&store).await {
                tracing::error!(%error, "what staff wrote in the articles could not be read");
                self.go_on();
            }
            if wake.changed().await.is_err() {
                return;
            }
        }
    }

    async fn learn(&self, store: &Store) -> Result<(), StoreError> {
        let revisions = store.revisions_under(overlay::SUBJECT).await?;
        let newest = revisions.iter().map(|r| r.id).max().unwrap_or(0);
        let learnt = *self.learnt.borrow();
        if learnt == Some(newest) {
            return Ok(());
        }
        if newest > 0 {
            let filed = self.get().filed;
            let (from, begun) = (Arc::clone(&filed), Instant::now());
            let built = tokio::task::spawn_blocking(move || {
                from.knowledge.overlaid(revisions.iter().map(|r| (r.subject.as_str(), r.content.as_str())))
            });
            let (knowledge, problems) = match built.await {
                Ok(built) => built,
                Err(error) => {
                    tracing::error!(%error, "the search over new articles could not be built");
                    self.go_on();
                    return Ok(());
                }
            };
            for problem in problems {
                tracing::warn!(%problem, "a revision is left out");
            }
            if !self.put(&filed, Arc::new(knowledge)) {
                // The files were replaced meanwhile; the next round reads them.
                return Ok(());
            }
            tracing::info!(
                milliseconds = begun.elapsed().as_millis(),
                revision = newest,
                "new articles are in force"
            );
        }
        self.learnt.send_replace(Some(newest));
        Ok(())
    }

    /// Lets events through whatever happened: better the articles of the files than no answer at all.
    fn go_on(&self) {
        self.learnt.send_if_modified(|learnt| {
            let first = learnt.is_none();
            *learnt = learnt.or(Some(0));
            first
        });
    }

    fn put(&self, filed: &Arc<Facts>, knowledge: Arc<Knowledge>) -> bool {
        let mut shelved = self.shelved.write().unwrap_or_else(PoisonError::into_inner);
        let same = Arc::ptr_eq(&shelved.filed, filed);
        if same {
            // What was understood with other articles is to be understood anew.
            let recent = Arc::new(Recent::default());
            shelved.in_force = Arc::new(Facts { knowledge, recent, ..Facts::clone(&shelved.in_force) });
        }
        same
    }
}
