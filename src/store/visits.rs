//! Visits: written whole, read by identifier, code, resident or centre.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Turnover};
use crate::facts::centres::Taken;
use crate::facts::centres::times::LONGEST_VISIT;
use crate::model::chat::{Address, Role};
use crate::model::id::{CentreId, RequestId, VisitId};
use crate::model::time::{Date, Time, Timestamp, from_millis, later, swedish_instant, to_millis};
use crate::model::visit::{Company, Interpreter, Promise, Visit, VisitCode, VisitStatus, Wishes};

/// Reads a row of `visits`.
pub(crate) fn from_row(row: &SqliteRow) -> Result<Visit, StoreError> {
    let id: i64 = row.try_get("id")?;
    let bad = || StoreError::Unreadable(format!("visits.id = {id}"));
    let alternatives: Vec<i64> = serde_json::from_str(row.try_get("alternatives")?).map_err(|_| bad())?;
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
        article: row.try_get::<Option<String>, _>("article")?.and_then(|a| a.parse().ok()),
        wishes: Wishes {
            interpreter: row.try_get::<Option<String>, _>("interpreter")?.map(Interpreter::from),
            company: Company::from_word(row.try_get("company")?).ok_or_else(bad)?,
            note: row.try_get("note")?,
        },
        promise: Promise::from_word(row.try_get("promise")?).ok_or_else(bad)?,
        lang: row.try_get::<String, _>("lang")?.parse().map_err(|_| bad())?,
        request: RequestId::from_number(row.try_get("request")?),
        sequence: row.try_get("sequence")?,
        asked_at: from_millis(row.try_get("asked_at")?),
    })
}

impl Turnover {
    pub(super) async fn visit(&mut self, id: VisitId) -> Result<Option<Visit>, StoreError> {
        let row = sqlx::query("SELECT * FROM visits WHERE id = ?")
            .bind(id.number())
            .fetch_optional(self.sql().await?)
            .await?;
        row.as_ref().map(from_row).transpose()
    }

    pub(super) async fn visit_of_code(&mut self, code: &VisitCode) -> Result<Option<Visit>, StoreError> {
        let row = sqlx::query("SELECT * FROM visits WHERE code = ?")
            .bind(code.as_str())
            .fetch_optional(self.sql().await?)
            .await?;
        row.as_ref().map(from_row).transpose()
    }

    pub(super) async fn visits_ahead(
        &mut self,
        resident: &Address,
        now: Timestamp,
    ) -> Result<Vec<Visit>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM visits WHERE resident = ? AND starts_at > ? ORDER BY starts_at")
                .bind(resident.to_string())
                .bind(to_millis(now))
                .fetch_all(self.sql().await?)
                .await?;
        rows.iter().map(from_row).collect()
    }

    /// Who waits for a seat on a day, the longest first.
    pub(super) async fn queue(&mut self, centre: &CentreId, date: Date) -> Result<Vec<Visit>, StoreError> {
        let (from, until) = day_bounds(date);
        let rows = sqlx::query(
            "SELECT * FROM visits WHERE centre = ? AND starts_at >= ? AND starts_at < ? AND status = 'queued'
             ORDER BY asked_at, id",
        )
        .bind(centre.as_str())
        .bind(from)
        .bind(until)
        .fetch_all(self.sql().await?)
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// Every visit at a centre that a change of its hours may touch, who asked first first.
    pub(super) async fn centre_visits(
        &mut self,
        centre: &CentreId,
        now: Timestamp,
    ) -> Result<Vec<Visit>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM visits WHERE centre = ? AND starts_at > ?
               AND status IN ('held', 'offered', 'booked', 'queued') ORDER BY asked_at, id",
        )
        .bind(centre.as_str())
        .bind(to_millis(now))
        .fetch_all(self.sql().await?)
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// When the person did not come to a visit, from an instant on, soonest first.
    pub(super) async fn no_shows(
        &mut self,
        resident: &Address,
        since: Timestamp,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let rows: Vec<i64> = sqlx::query_scalar(
            "SELECT starts_at FROM visits WHERE resident = ? AND starts_at >= ? AND status = 'no_show'
             ORDER BY starts_at",
        )
        .bind(resident.to_string())
        .bind(to_millis(since))
        .fetch_all(self.sql().await?)
        .await?;
        Ok(rows.into_iter().map(from_millis).collect())
    }

    pub(super) async fn taken(&mut self, centre: &CentreId, now: Timestamp) -> Result<Taken, StoreError> {
        // A visit that has begun may reach into a time that lies ahead.
        let since = later(now, -i64::from(LONGEST_VISIT) * 60);
        let rows: Vec<(i64, u16, u16)> = sqlx::query_as(
            "SELECT starts_at, minutes, seat FROM visits
             WHERE centre = ?1 AND starts_at > ?2
               AND status IN ('held', 'offered', 'booked', 'arrived', 'no_show')
               AND (status NOT IN ('held', 'offered') OR held_until > ?3)",
        )
        .bind(centre.as_str())
        .bind(to_millis(since))
        .bind(to_millis(now))
        .fetch_all(self.sql().await?)
        .await?;
        let mut taken = Taken::default();
        for (starts_at, minutes, seat) in rows {
            taken.add(from_millis(starts_at), minutes, seat);
        }
        Ok(taken)
    }

    pub(super) async fn write_visit(
        &mut self,
        visit: &Visit,
        role: &Role,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if visit.status.takes_seat() {
            self.clear_lapsed(visit, now).await?;
        }
        let alternatives: Vec<i64> = visit.alternatives.iter().map(|at| to_millis(*at)).collect();
        let alternatives = serde_json::to_string(&alternatives).unwrap_or_else(|_| "[]".to_owned());
        sqlx::query(
            "INSERT INTO visits (id, code, centre, resident, starts_at, minutes, seat, status, held_until,
                                 alternatives, name, about, lang, request, sequence, changed_at,
                                 article, interpreter, company, note, promise, asked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                     ?17, ?18, ?19, ?20, ?21, ?22)
             ON CONFLICT (id) DO UPDATE SET starts_at = ?5, minutes = ?6, seat = ?7, status = ?8, held_until = ?9,
                 alternatives = ?10, name = ?11, about = ?12, sequence = ?15, changed_at = ?16,
                 article = ?17, interpreter = ?18, company = ?19, note = ?20, promise = ?21",
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
        .bind(visit.article.as_ref().map(ToString::to_string))
        .bind(visit.wishes.interpreter.clone().map(String::from))
        .bind(visit.wishes.company.word())
        .bind(&visit.wishes.note)
        .bind(visit.promise.word())
        .bind(to_millis(visit.asked_at))
        .execute(self.sql().await?)
        .await?;
        self.audit(role, visit.status.word(), &subject(visit), now).await
    }

    /// A hold or an offer that has run out gives way to whoever takes the seat now.
    async fn clear_lapsed(&mut self, visit: &Visit, now: Timestamp) -> Result<(), StoreError> {
        let lapsed: Vec<i64> = sqlx::query_scalar(
            "UPDATE visits SET status = 'lapsed' WHERE centre = ? AND starts_at = ? AND seat = ?
               AND status IN ('held', 'offered') AND held_until <= ? AND id <> ? RETURNING id",
        )
        .bind(visit.centre.as_str())
        .bind(to_millis(visit.starts_at))
        .bind(visit.seat)
        .bind(to_millis(now))
        .bind(visit.id.number())
        .fetch_all(self.sql().await?)
        .await?;
        for id in lapsed {
            let subject = format!("visit {} at {}", VisitId::from_number(id), visit.starts_at);
            self.audit(&Role::Clock, VisitStatus::Lapsed.word(), &subject, now).await?;
        }
        Ok(())
    }
}

/// How a visit is named in the audit; the time tells a move from other changes.
fn subject(visit: &Visit) -> String {
    format!("visit {} at {}", visit.id, visit.starts_at)
}

/// The milliseconds between which a day in Sweden lies.
fn day_bounds(date: Date) -> (i64, i64) {
    let midnight = |date: Date| swedish_instant(date, Time::midnight()).map_or(0, to_millis);
    (midnight(date), midnight(date.saturating_add(jiff::Span::new().days(1))))
}

impl Store {
    /// The visits of a day at a centre, in order of time and seat; drafts and holds left out.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn day_list(&self, centre: &CentreId, date: Date) -> Result<Vec<Visit>, StoreError> {
        let (from, until) = day_bounds(date);
        let rows = sqlx::query(
            "SELECT * FROM visits WHERE centre = ? AND starts_at >= ? AND starts_at < ?
               AND status IN ('booked', 'offered', 'arrived', 'no_show', 'queued') ORDER BY starts_at, seat, asked_at",
        )
        .bind(centre.as_str())
        .bind(from)
        .bind(until)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// The visits at a centre whose proposals wait for an answer, the oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn proposals(&self, centre: &CentreId) -> Result<Vec<Visit>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM visits WHERE centre = ?
               AND (status = 'proposed' OR (status = 'booked' AND alternatives <> '[]')) ORDER BY asked_at, id",
        )
        .bind(centre.as_str())
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// Every visit of a person, the latest begun first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn visits_of(&self, resident: &Address) -> Result<Vec<Visit>, StoreError> {
        let rows = sqlx::query("SELECT * FROM visits WHERE resident = ? ORDER BY asked_at DESC, id")
            .bind(resident.to_string())
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(from_row).collect()
    }

    /// A visit as it is now.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn find_visit(&self, id: VisitId) -> Result<Option<Visit>, StoreError> {
        let row = sqlx::query("SELECT * FROM visits WHERE id = ?")
            .bind(id.number())
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(from_row).transpose()
    }
}
