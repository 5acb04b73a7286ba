//! `digidel run --demo`: a month of invented requests, conversations and visits.
//!
//! Everything is made by the application itself, turn by turn, under a clock that starts a month ago:
//! what an evaluator sees is what the bot really answered. Writes no SQL, and never to the operator's
//! own database. Every page shows that it is invented (`http::Site::invented`).

mod cast;
mod month;
mod stage;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use self::cast::Cast;
use self::stage::Stage;
use crate::app::HandleError;
use crate::facts::Facts;
use crate::model::time::{Timestamp, in_sweden, later};
use crate::outbox::{Deliver, Failure, Parcel, Receipt};
use crate::store::{Store, StoreError};

/// How much is made up.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// How many days back it begins.
    pub days: u16,
    /// How many talks begin on a working day.
    pub a_day: u16,
    /// Where the randomness comes from: the same seed, the same month.
    pub seed: u64,
}

impl Default for Extent {
    fn default() -> Self {
        Self { days: 30, a_day: 9, seed: 7 }
    }
}

/// Why nothing could be made up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The application failed.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// The file of talks cannot be read: a defect.
    #[error("the invented talks cannot be read: {0}")]
    Talks(#[from] toml::de::Error),
    /// No password could be kept.
    #[error("no account could be made")]
    Account,
}

/// The invented centres, as a `centres.toml`. One has been confirmed long ago.
#[must_use]
pub fn centres(now: Timestamp) -> String {
    let day = |days_ago: i64| in_sweden(later(now, -days_ago * 86_400)).date().to_string();
    include_str!("centres.toml").replace("{lately}", &day(20)).replace("{long_ago}", &day(400))
}

/// Fills an empty store with a month that ends now. The accounts get this password.
///
/// # Errors
/// [`DemoError`]
pub async fn fill(
    store: &Store,
    facts: Arc<Facts>,
    now: Timestamp,
    extent: Extent,
    password: &str,
) -> Result<(), DemoError> {
    let begin = later(now, -i64::from(extent.days) * 86_400);
    let cast = Cast::engage(store, &facts, password, begin).await?;
    let stage = Stage::new(store.clone(), facts, begin, extent.seed);
    month::play(stage, &cast, now, extent).await
}

/// The login of the invented member of staff who may do everything but administer.
pub const LOGIN: &str = "anna";

/// Takes letters to platforms that are off in a demo: they are shown in the console and go nowhere.
pub struct Nowhere;

impl Deliver for Nowhere {
    fn deliver<'a>(&'a self, _: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}
