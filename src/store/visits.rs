//! Visits: written whole, read by identifier, code, resident or centre.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{StoreError, Turnover};
use crate::facts::centres::Taken;
use crate::model::chat::Address;
use crate::model::id::{CentreId, RequestId, VisitId};
use crate::model::time::{Timestamp, from_millis, to_millis};
use crate::model::visit::{Visit, VisitCode, VisitStatus};

/// Reads a row of `visits`.
pub(crate) fn from_row(row: &SqliteRow) -> Result<Visit, StoreError> {
    let id: i64 = row.try_get("id")?;
    let bad = || StoreError::Unreadable(format!("visits.id = {id}"));
    let alternatives: Vec<i64> =
        serde_json::from_str(row.try_get("alternatives")?).map_err(|_| bad())?;
    Ok(Visit {
        id: VisitId::from_number(id),
        code: row.try_get::<String, _>("code")?.parse().map_err(|_| bad())?,
        centre: row.try_get::<String, _>("centre")?.parse().map_err(|_| bad())?,
        resident: row.try_get::<String, _>("resident")?.parse().map_err(|_| bad())?,
        starts_at: from_millis(row.try_get("starts_at")?),
        minutes: row.try_get("minutes")?,
        seat: row.try_get("seat")?,
        status: VisitStatus::from_word(row.try_get("status")?).ok_or_else(bad)?,
        held_until: row.try_get::<Option<i64>, _>("held_until")?.map(from_millis),
        alternatives: alternatives.into_iter().map(from_millis).collect(),
        name: row.try_get("name")?,
        about: row.try_get("about")?,
        lang: row.try_get::<String, _>("lang")?.parse().map_err(|_| bad())?,
        request: RequestId::from_number(row.try_get("request")?),
        sequence: row.try_get("sequence")?,
    })
}

impl Turnover<'_> {
    pub(super) async fn visit(&mut self, id: VisitId) -> Result<Option<Visit>, StoreError> {
        let row = sqlx::query("SELECT * FROM visits WHERE id = ?")
            .bind(id.number())
            .fetch_optional(&mut *self.tx)
            .await?;
        row.as_ref().map(from_row).transpose()
    }

    pub(super) async fn visit_of_code(&mut self, code: &VisitCode) -> Result<Option<Visit>, StoreError> {
        let row = sqlx::query("SELECT * FROM visits WHERE code = ?")
            .bind(code.as_str())
            .fetch_optional(&mut *self.tx)
            .await?;
        row.as_ref().map(from_row).transpose()
    }

    pub(super) async fn visits_ahead(
        &mut self,
        resident: &Address,
        now: Timestamp,
    ) -> Result<Vec<Visit>, StoreError> {
        let rows = sqlx::query("SELECT * FROM visits WHERE resident = ? AND starts_at > ? ORDER BY starts_at")
            .bind(resident.to_string())
            .bind(to_millis(now))
            .fetch_all(&mut *self.tx)
            .await?;
        rows.iter().map(from_row).collect()
    }

    pub(super) async fn taken(&mut self, centre: &CentreId, now: Timestamp) -> Result<Taken, StoreError> {
        let rows: Vec<(i64, u16)> = sqlx::query_as(
            "SELECT starts_at, seat FROM visits
             WHERE centre = ?1 AND starts_at > ?2 AND status IN ('held', 'booked', 'arrived', 'no_show')
               AND (status <> 'held' OR held_until > ?2)",
        )
        .bind(centre.as_str())
        .bind(to_millis(now))
        .fetch_all(&mut *self.tx)
        .await?;
        let mut taken = Taken::default();
        for (starts_at, seat) in rows {
            taken.add(from_millis(starts_at), seat);
        }
        Ok(taken)
    }

    pub(super) async fn write_visit(&mut self, visit: &Visit, now: Timestamp) -> Result<(), StoreError> {
        if visit.status.takes_seat() {
            self.clear_lapsed(visit, now).await?;
        }
        let alternatives: Vec<i64> = visit.alternatives.iter().map(|at| to_millis(*at)).collect();
        let alternatives = serde_json::to_string(&alternatives).unwrap_or_else(|_| "[]".to_owned());
        sqlx::query(
            "INSERT INTO visits (id, code, centre, resident, starts_at, minutes, seat, status, held_until,
                                 alternatives, name, about, lang, request, sequence, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT (id) DO UPDATE SET starts_at = ?5, minutes = ?6, seat = ?7, status = ?8, held_until = ?9,
                 alternatives = ?10, name = ?11, about = ?12, sequence = ?15, changed_at = ?16",
        )
        .bind(visit.id.number())
        .bind(visit.code.as_str())
        .bind(visit.centre.as_str())
        .bind(visit.resident.to_string())
        .bind(to_millis(visit.starts_at))
        .bind(visit.minutes)
        .bind(visit.seat)
        .bind(visit.status.word())
        .bind(visit.held_until.map(to_millis))
        .bind(alternatives)
        .bind(&visit.name)
        .bind(&visit.about)
        .bind(visit.lang.code())
        .bind(visit.request.number())
        .bind(visit.sequence)
        .bind(to_millis(now))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// A hold that has run out gives way to whoever takes the seat now.
    async fn clear_lapsed(&mut self, visit: &Visit, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE visits SET status = 'lapsed' WHERE centre = ? AND starts_at = ? AND seat = ?
               AND status = 'held' AND held_until <= ? AND id <> ?",
        )
        .bind(visit.centre.as_str())
        .bind(to_millis(visit.starts_at))
        .bind(visit.seat)
        .bind(to_millis(now))
        .bind(visit.id.number())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
