//! Numbers about requests and visits: counts without a person or a word.

use sqlx::{AssertSqlSafe, Row};

use super::{Store, StoreError};
use crate::model::chat::Platform;
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::place::Municipality;
use crate::model::request::{Outcome, RequestStatus};
use crate::model::time::{Timestamp, to_millis};

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The day in Sweden, as `2027-03-01`. Days are cut at midnight UTC+1, an hour off in summer.
    Day,
    /// The topic.
    Topic,
    /// The language.
    Lang,
    /// How far they have come.
    Status,
    /// Where they came in.
    Platform,
    /// What the resident said of it.
    Outcome,
    /// The centre.
    Centre,
}

impl By {
    fn expression(self) -> &'static str {
        match self {
            Self::Day => "(opened_at + 3600000) / 86400000",
            Self::Topic => "coalesce(topic, '')",
            Self::Lang => "lang",
            Self::Status => "status",
            // The resident of a forgotten person is empty: the channel is then unknown.
            Self::Platform => "substr(resident, 1, max(instr(resident, ':') - 1, 0))",
            Self::Outcome => "coalesce(outcome, '')",
            Self::Centre => "coalesce(centre, '')",
        }
    }

    /// The words that there are, where they are few; the empty one where there may be none.
    fn words(self) -> Vec<&'static str> {
        match self {
            Self::Lang => Lang::ALL.iter().map(|lang| lang.code()).collect(),
            Self::Status => RequestStatus::ALL.iter().map(|status| status.word()).collect(),
            Self::Platform => Platform::ALL.iter().map(|platform| platform.name()).chain([""]).collect(),
            Self::Outcome => Outcome::ALL.iter().map(|outcome| outcome.word()).chain([""]).collect(),
            Self::Day | Self::Topic | Self::Centre => Vec::new(),
        }
    }
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Letters that are due and have not arrived.
    pub due: i64,
    /// Since when the oldest of them has been due, in milliseconds since 1970.
    pub oldest_due: Option<i64>,
    /// Residents who wait for a person.
    pub waiting: i64,
    /// Since when the first of them has waited, in milliseconds since 1970.
    pub oldest_waiting: Option<i64>,
}

impl Store {
    /// What waits: letters, and residents for a person.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn backlog(&self, now: Timestamp) -> Result<Backlog, StoreError> {
        let (due, oldest_due): (i64, Option<i64>) = sqlx::query_as(
            // What is tried again has been due since it was first.
            "SELECT count(*), min(CASE state WHEN 'pending' THEN due_at ELSE created_at END) FROM letters
             WHERE state IN ('pending', 'retry', 'sending') AND (due_at <= ?1 OR state <> 'pending')",
        )
        .bind(to_millis(now))
        .fetch_one(self.readers())
        .await?;
        let (waiting, oldest_waiting): (i64, Option<i64>) = sqlx::query_as(
            "SELECT count(*), min(changed_at) FROM requests
             WHERE status = 'waiting' AND kind = 'conversation' AND resident <> ''",
        )
        .fetch_one(self.readers())
        .await?;
        Ok(Backlog { due, oldest_due, waiting, oldest_waiting })
    }

    /// How many requests of a stretch of time there are of each sort, days in order, else the most first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn count_requests(
        &self,
        by: By,
        centre: Option<&CentreId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let words = by.words();
        if !words.is_empty() {
            return self.count_words(by, &words, centre, (from, until)).await;
        }
        // Days are counted as numbers and written as dates once each.
        let (shown, order) = if by == By::Day {
            ("date(sort * 86400, 'unixepoch')", "sort")
        } else {
            ("sort", "number DESC, sort")
        };
        let query = format!(
            "SELECT {shown}, number FROM
               (SELECT {} AS sort, count(*) AS number FROM requests INDEXED BY requests_figures
                WHERE opened_at >= ?1 AND opened_at < ?2 AND (?3 IS NULL OR centre = ?3) GROUP BY 1)
             ORDER BY {order} LIMIT 400",
            by.expression()
        );
        // Only the words above stand in it.
        Ok(sqlx::query_as(AssertSqlSafe(query))
            .bind(to_millis(from))
            .bind(to_millis(until))
            .bind(centre.map(CentreId::as_str))
            .fetch_all(self.readers())
            .await?)
    }

    /// Counts by a few known words side by side: sorting a year of requests to count them by four
    /// platforms would take ten times as long.
    async fn count_words(
        &self,
        by: By,
        words: &[&'static str],
        centre: Option<&CentreId>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let sum = |word: &&str| format!("coalesce(sum({} = '{word}'), 0)", by.expression());
        let query = format!(
            "SELECT {} FROM requests INDEXED BY requests_figures
             WHERE opened_at >= ?1 AND opened_at < ?2 AND (?3 IS NULL OR centre = ?3)",
            words.iter().map(sum).collect::<Vec<_>>().join(", ")
        );
        // Only words of the program stand in it.
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(to_millis(from))
            .bind(to_millis(until))
            .bind(centre.map(CentreId::as_str))
            .fetch_one(self.readers())
            .await?;
        let mut counts = Vec::new();
        for (place, word) in words.iter().enumerate() {
            counts.push(((*word).to_owned(), row.try_get::<i64, _>(place)?));
        }
        counts.retain(|(_, number)| *number > 0);
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(counts)
    }

    /// How many visits of a stretch of time there are in each state.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn count_visits(
        &self,
        centre: Option<&CentreId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT status, count(*) FROM visits WHERE starts_at >= ?1 AND starts_at < ?2
               AND (?3 IS NULL OR centre = ?3) AND status NOT IN ('held', 'draft', 'lapsed')
             GROUP BY 1 ORDER BY 2 DESC",
        )
        .bind(to_millis(from))
        .bind(to_millis(until))
        .bind(centre.map(CentreId::as_str))
        .fetch_all(self.readers())
        .await?)
    }

    /// How many questions of a stretch of time the bot answered without any person, and of how many. Whoever
    /// says that the answer helped has closed the request.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn answered_alone(
        &self,
        centre: Option<&CentreId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(i64, i64), StoreError> {
        Ok(sqlx::query_as(
            "SELECT coalesce(sum((status = 'answered' OR outcome = 'helped') AND first_answer_at IS NULL), 0), count(*)
             FROM requests INDEXED BY requests_figures
             WHERE opened_at >= ?1 AND opened_at < ?2 AND (?3 IS NULL OR centre = ?3) AND kind = 'question'",
        )
        .bind(to_millis(from))
        .bind(to_millis(until))
        .bind(centre.map(CentreId::as_str))
        .fetch_one(self.readers())
        .await?)
    }

    /// How long those who asked for a person waited for the first answer of one, in milliseconds, the
    /// shortest first; those who have had none stand last, as `None`.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn waits(
        &self,
        centre: Option<&CentreId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Option<i64>>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT first_answer_at - opened_at AS wait FROM requests INDEXED BY requests_figures
             WHERE opened_at >= ?1 AND opened_at < ?2 AND (?3 IS NULL OR centre = ?3) AND kind = 'conversation'
             ORDER BY wait IS NULL, wait",
        )
        .bind(to_millis(from))
        .bind(to_millis(until))
        .bind(centre.map(CentreId::as_str))
        .fetch_all(self.readers())
        .await?)
    }

    /// The visits of a stretch of time that should have taken place, by centre: the centre, how many
    /// nobody came to, and how many there were.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn missed(
        &self,
        centre: Option<&CentreId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(String, i64, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT centre, sum(status = 'no_show'), count(*) FROM visits
             WHERE starts_at >= ?1 AND starts_at < ?2 AND (?3 IS NULL OR centre = ?3)
               AND status IN ('arrived', 'no_show') GROUP BY 1 ORDER BY 2 DESC, 1",
        )
        .bind(to_millis(from))
        .bind(to_millis(until))
        .bind(centre.map(CentreId::as_str))
        .fetch_all(self.readers())
        .await?)
    }

    /// How many requests came from each municipality, the most first; for whom some centres are named,
    /// of these centres and of none yet.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn count_municipalities(
        &self,
        from: Timestamp,
        until: Timestamp,
        centres: &[CentreId],
    ) -> Result<Vec<(Municipality, i64)>, StoreError> {
        let own = serde_json::to_string(centres).unwrap_or_default();
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT municipality, count(*) FROM requests WHERE municipality IS NOT NULL
               AND opened_at >= ?1 AND opened_at < ?2
               AND (?3 = '[]' OR centre IS NULL OR centre IN (SELECT value FROM json_each(?3)))
             GROUP BY 1 ORDER BY 2 DESC, 1",
        )
        .bind(to_millis(from))
        .bind(to_millis(until))
        .bind(own)
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|(name, count)| (Municipality::new(name), count)).collect())
    }
}
