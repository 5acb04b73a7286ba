//! The lists of visits that staff read. Changes are turns.

use super::{Store, StoreError, visits};
use crate::model::id::{CentreId, VisitId};
use crate::model::time::{Timestamp, to_millis};
use crate::model::visit::{Visit, VisitCode};

impl Store {
    /// The visits of a centre that begin in a stretch of time, soonest first; no drafts or lapsed holds.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn visits_between(
        &self,
        centre: &CentreId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Visit>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM visits WHERE centre = ? AND starts_at >= ? AND starts_at < ?
               AND status NOT IN ('draft', 'lapsed', 'held') ORDER BY starts_at, seat, id LIMIT 1000",
        )
        .bind(centre.as_str())
        .bind(to_millis(from))
        .bind(to_millis(until))
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(visits::from_row).collect()
    }

    /// The visits of a centre that wait for staff's answer, the oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn visits_waiting(&self, centre: &CentreId, now: Timestamp) -> Result<Vec<Visit>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM visits WHERE centre = ?1 AND starts_at > ?2
               AND (status = 'proposed' OR (status = 'booked' AND alternatives <> '[]'))
             ORDER BY asked_at, id LIMIT 200",
        )
        .bind(centre.as_str())
        .bind(to_millis(now))
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(visits::from_row).collect()
    }

    /// The visit of a number or a code.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn one_visit(
        &self,
        id: Option<VisitId>,
        code: Option<&VisitCode>,
    ) -> Result<Option<Visit>, StoreError> {
        let row = sqlx::query("SELECT * FROM visits WHERE id = ?1 OR code = ?2")
            .bind(id.map(VisitId::number))
            .bind(code.map(VisitCode::as_str))
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(visits::from_row).transpose()
    }
}
