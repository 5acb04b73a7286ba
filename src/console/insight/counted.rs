//! What the figures of a period are made from: every count, read once.
//!
//! Names nothing and hides nothing.

use crate::model::id::CentreId;
use crate::model::time::Timestamp;
use crate::store::insight::By;
use crate::store::{Store, StoreError};

/// By what requests are counted.
const SORTS: [By; 7] = [By::Day, By::Topic, By::Lang, By::Status, By::Outcome, By::Platform, By::Centre];

/// Words and how many there are of each.
pub(super) type Counts = Vec<(String, i64)>;

/// The counts of a period.
pub(super) struct Counted {
    /// Requests, in the order of [`SORTS`].
    sorts: Vec<Counts>,
    /// Requests by topic in the period before, which was as long.
    pub topics_before: Counts,
    /// Visits by what became of them.
    pub visits: Counts,
    /// By centre: the visits that nobody came to, and all that should have taken place.
    pub missed: Vec<(String, i64, i64)>,
    /// How long people waited for a person, the shortest first; `None` where they still do.
    pub waits: Vec<Option<i64>>,
    /// How many questions the bot answered alone, and of how many.
    pub alone: (i64, i64),
}

impl Counted {
    /// Reads them, two at a time: the other connections are for those who look at lists.
    pub async fn read(
        store: &Store,
        centre: Option<&CentreId>,
        (before, from, until): (Timestamp, Timestamp, Timestamp),
    ) -> Result<Self, StoreError> {
        let sorts = async {
            let mut sorts = Vec::with_capacity(SORTS.len());
            for by in SORTS {
                sorts.push(store.count_requests(by, centre, from, until).await?);
            }
            Ok::<_, StoreError>(sorts)
        };
        let others = async {
            let topics_before = store.count_requests(By::Topic, centre, before, from).await?;
            let visits = store.count_visits(centre, from, until).await?;
            let missed = store.missed(centre, from, until).await?;
            let waits = store.waits(centre, from, until).await?;
            let alone = store.answered_alone(centre, from, until).await?;
            Ok::<_, StoreError>((topics_before, visits, missed, waits, alone))
        };
        let (sorts, (topics_before, visits, missed, waits, alone)) = tokio::try_join!(sorts, others)?;
        Ok(Self { sorts, topics_before, visits, missed, waits, alone })
    }

    /// The requests of each sort.
    pub fn requests(&self, by: By) -> &[(String, i64)] {
        SORTS.iter().position(|sort| *sort == by).and_then(|n| self.sorts.get(n)).map_or(&[], Vec::as_slice)
    }
}
