//! What the engine asks of the volunteers' desk in a turn: desks, posts, volunteers, what was said.
//! Reads only.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{StoreError, Turnover};
use crate::engine::{DeskFound, DeskNeed, Heard, Opening};
use crate::model::chat::{Address, MessageRef};
use crate::model::desk::{Desk, Post, Volunteer};
use crate::model::id::{RequestId, VolunteerId};
use crate::model::message::Content;
use crate::model::time::from_millis;

/// How many lines of a conversation a post begins with at most.
const HEARD: i64 = 30;
/// How many requests are posted at most when a desk is set up; the others are when their time to be
/// reminded of comes.
const UNPOSTED: i64 = 200;

fn post(row: &SqliteRow) -> Result<Post, StoreError> {
    let bad = |_| StoreError::Unreadable("request_desk".to_owned());
    Ok(Post {
        request: RequestId::from_number(row.try_get("request")?),
        thread: row.try_get::<String, _>("thread")?.parse().map_err(bad)?,
        head: MessageRef(row.try_get("head")?),
        community: row.try_get::<String, _>("community")?.parse().map_err(bad)?,
        heard_at: from_millis(row.try_get("heard_at")?),
        warned: row.try_get("warned")?,
        told: row.try_get("told")?,
    })
}

fn desk(row: &SqliteRow) -> Result<Desk, StoreError> {
    let bad = || StoreError::Unreadable("desks".to_owned());
    Ok(Desk {
        community: row.try_get::<String, _>("community")?.parse().map_err(|_| bad())?,
        place: row.try_get::<String, _>("place")?.parse().map_err(|_| bad())?,
        group: row.try_get("grp")?,
        lang: row.try_get::<String, _>("lang")?.parse().map_err(|_| bad())?,
    })
}

fn volunteer(row: &SqliteRow) -> Result<Volunteer, StoreError> {
    let bad = |_| StoreError::Unreadable("volunteers".to_owned());
    Ok(Volunteer {
        id: VolunteerId::from_number(row.try_get("id")?),
        who: row.try_get::<String, _>("who")?.parse().map_err(bad)?,
        alias: row.try_get("alias")?,
    })
}

impl Turnover {
    /// Reads what the desk's part of the engine turned out to need.
    pub(super) async fn find_desk(&mut self, need: &DeskNeed) -> Result<DeskFound, StoreError> {
        Ok(match need {
            DeskNeed::Current => {
                let sql = "SELECT * FROM desks ORDER BY changed_at DESC, community LIMIT 1";
                let row = sqlx::query(sql).fetch_optional(self.sql().await?).await?;
                DeskFound::Desk(row.as_ref().map(desk).transpose()?)
            }
            DeskNeed::Of(community) => {
                let row = self.one("SELECT * FROM desks WHERE community = ?", &community.to_string()).await?;
                DeskFound::Desk(row.as_ref().map(desk).transpose()?)
            }
            DeskNeed::PostAt(thread) => {
                let row =
                    self.one("SELECT * FROM request_desk WHERE thread = ?", &thread.to_string()).await?;
                DeskFound::Posts(row.as_ref().map(post).transpose()?.into_iter().collect())
            }
            DeskNeed::PostOf(request) => {
                let sql = "SELECT * FROM request_desk WHERE request = ?";
                let row = sqlx::query(sql).bind(request.number()).fetch_optional(self.sql().await?).await?;
                DeskFound::Posts(row.as_ref().map(post).transpose()?.into_iter().collect())
            }
            DeskNeed::PostsFor(resident) => self.posts("resident = ?", resident).await?,
            DeskNeed::OpenPostsIn(community) => {
                self.posts("community = ? AND status IN ('waiting', 'claimed')", community).await?
            }
            DeskNeed::Opening(address) => DeskFound::Opening(self.opening(address).await?),
            DeskNeed::Unposted(community) => {
                let rows = sqlx::query(
                    "SELECT * FROM requests WHERE status = 'waiting' AND kind = 'conversation' AND resident <> ''
                       AND id NOT IN (SELECT request FROM request_desk
                                      WHERE community = ?1 OR community IN (SELECT community FROM desks))
                     ORDER BY opened_at LIMIT ?2",
                )
                .bind(community.to_string())
                .bind(UNPOSTED)
                .fetch_all(self.sql().await?)
                .await?;
                DeskFound::Requests(rows.iter().map(super::requests::from_row).collect::<Result<_, _>>()?)
            }
            DeskNeed::Volunteer(who) => {
                let row = self.one("SELECT * FROM volunteers WHERE who = ?", &who.to_string()).await?;
                DeskFound::Volunteers(row.as_ref().map(volunteer).transpose()?.into_iter().collect())
            }
            DeskNeed::Volunteers => {
                let rows = sqlx::query("SELECT * FROM volunteers ORDER BY alias, id")
                    .fetch_all(self.sql().await?)
                    .await?;
                DeskFound::Volunteers(rows.iter().map(volunteer).collect::<Result<_, _>>()?)
            }
            DeskNeed::Ahead(request) => DeskFound::Ahead(self.ahead(*request).await?),
            DeskNeed::Heard(requests) => DeskFound::Heard(self.heard(requests).await?),
        })
    }

    /// How far the opening of a post at this address has come.
    async fn opening(&mut self, address: &Address) -> Result<Opening, StoreError> {
        let under_way: Option<bool> = sqlx::query_scalar(
            r#"SELECT max(state IN ('pending', 'retry', 'sending')) FROM letters
               WHERE recipient = ? AND content LIKE '{"desk":{"open"%'"#,
        )
        .bind(address.to_string())
        .fetch_one(self.sql().await?)
        .await?;
        Ok(match under_way {
            None => Opening::Never,
            Some(true) => Opening::UnderWay,
            Some(false) => Opening::Ended,
        })
    }

    async fn one(&mut self, sql: &'static str, text: &str) -> Result<Option<SqliteRow>, StoreError> {
        Ok(sqlx::query(sql).bind(text).fetch_optional(self.sql().await?).await?)
    }

    async fn posts(&mut self, condition: &'static str, address: &Address) -> Result<DeskFound, StoreError> {
        let sql = match condition {
            "resident = ?" => {
                "SELECT d.* FROM request_desk AS d JOIN requests AS r ON r.id = d.request
                 WHERE r.resident = ? ORDER BY r.opened_at"
            }
            _ => {
                "SELECT d.* FROM request_desk AS d JOIN requests AS r ON r.id = d.request
                 WHERE d.community = ? AND r.status IN ('waiting', 'claimed') ORDER BY r.opened_at"
            }
        };
        let rows = sqlx::query(sql).bind(address.to_string()).fetch_all(self.sql().await?).await?;
        Ok(DeskFound::Posts(rows.iter().map(post).collect::<Result<_, _>>()?))
    }

    /// How many requests have waited longer than this one.
    async fn ahead(&mut self, request: RequestId) -> Result<usize, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM requests WHERE status = 'waiting' AND for_staff = 0 AND resident <> '' AND id <> ?1
               AND opened_at < coalesce((SELECT opened_at FROM requests WHERE id = ?1), 9223372036854775807)",
        )
        .bind(request.number())
        .fetch_one(self.sql().await?)
        .await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// What was said in some requests, oldest first; the last lines only.
    async fn heard(&mut self, requests: &[RequestId]) -> Result<Vec<Heard>, StoreError> {
        let mut lines = Vec::new();
        for request in requests {
            let said: Vec<(i64, String)> = sqlx::query_as(
                "SELECT at, text FROM inbox WHERE request = ? AND role = 'resident' AND kind IN ('text', 'forwarded')
                   AND text IS NOT NULL ORDER BY id DESC LIMIT ?",
            )
            .bind(request.number())
            .bind(HEARD)
            .fetch_all(self.sql().await?)
            .await?;
            lines.extend(
                said.into_iter().map(|(at, text)| (at, Heard { ours: false, by_person: false, text })),
            );
            let answered: Vec<(i64, String, bool)> = sqlx::query_as(
                "SELECT created_at, content, by_person FROM letters WHERE request = ?1 AND state <> 'void'
                   AND recipient = (SELECT resident FROM requests WHERE id = ?1) ORDER BY id DESC LIMIT ?2",
            )
            .bind(request.number())
            .bind(HEARD)
            .fetch_all(self.sql().await?)
            .await?;
            lines.extend(answered.into_iter().filter_map(|(at, content, by_person)| {
                match serde_json::from_str(&content).ok()? {
                    Content::Message(message) => {
                        Some((at, Heard { ours: true, by_person, text: message.text.plain() }))
                    }
                    _ => None,
                }
            }));
        }
        lines.sort_by_key(|(at, line)| (*at, line.ours));
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }
}
