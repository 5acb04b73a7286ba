//! The volunteers' desk: desks, posts, volunteers, what carries on what, notices and proposals.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{StoreError, Turnover};
use crate::engine::{DeskFound, DeskNeed, Heard};
use crate::model::chat::{Address, MessageRef};
use crate::model::desk::{Desk, DeskEffect, Notice, Post, Proposal, Volunteer};
use crate::model::event::Event;
use crate::model::id::{LetterId, RequestId, VolunteerId};
use crate::model::message::{Content, Letter, Message};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// How many lines of a conversation a post begins with at most.
const HEARD: i64 = 30;

fn post(row: &SqliteRow) -> Result<Post, StoreError> {
    let bad = |_| StoreError::Unreadable("request_desk".to_owned());
    Ok(Post {
        request: RequestId::from_number(row.try_get("request")?),
        thread: row.try_get::<String, _>("thread")?.parse().map_err(bad)?,
        head: MessageRef(row.try_get("head")?),
        community: row.try_get::<String, _>("community")?.parse().map_err(bad)?,
        heard_at: from_millis(row.try_get("heard_at")?),
        warned: row.try_get("warned")?,
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

impl Turnover<'_> {
    /// Reads what the desk's part of the engine turned out to need.
    pub(super) async fn find_desk(&mut self, need: &DeskNeed) -> Result<DeskFound, StoreError> {
        Ok(match need {
            DeskNeed::Current => {
                let sql = "SELECT * FROM desks ORDER BY changed_at DESC, community LIMIT 1";
                let row = sqlx::query(sql).fetch_optional(&mut *self.tx).await?;
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
                let row = sqlx::query(sql).bind(request.number()).fetch_optional(&mut *self.tx).await?;
                DeskFound::Posts(row.as_ref().map(post).transpose()?.into_iter().collect())
            }
            DeskNeed::PostsFor(resident) => self.posts("resident = ?", resident).await?,
            DeskNeed::OpenPostsIn(community) => {
                self.posts("community = ? AND status IN ('waiting', 'claimed')", community).await?
            }
            DeskNeed::Unposted => {
                let rows = sqlx::query(
                    "SELECT * FROM requests WHERE status = 'waiting' AND kind = 'conversation' AND resident <> ''
                       AND id NOT IN (SELECT request FROM request_desk) ORDER BY opened_at LIMIT 50",
                )
                .fetch_all(&mut *self.tx)
                .await?;
                DeskFound::Requests(rows.iter().map(super::requests::from_row).collect::<Result<_, _>>()?)
            }
            DeskNeed::Volunteer(who) => {
                let row = self.one("SELECT * FROM volunteers WHERE who = ?", &who.to_string()).await?;
                DeskFound::Volunteers(row.as_ref().map(volunteer).transpose()?.into_iter().collect())
            }
            DeskNeed::Volunteers => {
                let rows = sqlx::query("SELECT * FROM volunteers ORDER BY alias, id")
                    .fetch_all(&mut *self.tx)
                    .await?;
                DeskFound::Volunteers(rows.iter().map(volunteer).collect::<Result<_, _>>()?)
            }
            DeskNeed::Ahead(request) => DeskFound::Ahead(self.ahead(*request).await?),
            DeskNeed::Heard(requests) => DeskFound::Heard(self.heard(requests).await?),
        })
    }

    async fn one(&mut self, sql: &'static str, text: &str) -> Result<Option<SqliteRow>, StoreError> {
        Ok(sqlx::query(sql).bind(text).fetch_optional(&mut *self.tx).await?)
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
        let rows = sqlx::query(sql).bind(address.to_string()).fetch_all(&mut *self.tx).await?;
        Ok(DeskFound::Posts(rows.iter().map(post).collect::<Result<_, _>>()?))
    }

    /// How many requests have waited longer than this one.
    async fn ahead(&mut self, request: RequestId) -> Result<usize, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM requests WHERE status = 'waiting' AND for_staff = 0 AND resident <> '' AND id <> ?1
               AND opened_at < coalesce((SELECT opened_at FROM requests WHERE id = ?1), 9223372036854775807)",
        )
        .bind(request.number())
        .fetch_one(&mut *self.tx)
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
            .fetch_all(&mut *self.tx)
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
            .fetch_all(&mut *self.tx)
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

    /// Carries out what the desk's part of the engine decided.
    pub(super) async fn do_desk(&mut self, effect: &DeskEffect, event: &Event) -> Result<(), StoreError> {
        match effect {
            DeskEffect::SaveDesk(desk) => self.write_desk(desk, event).await,
            DeskEffect::DropDesk(community) => {
                self.run("DELETE FROM desks WHERE community = ?", &community.to_string()).await?;
                self.audit(&event.role, "desk lost", &community.to_string(), event.now).await
            }
            DeskEffect::SavePost(post) => self.write_post(post).await,
            DeskEffect::DropPost(request) => {
                let sql = "DELETE FROM request_desk WHERE request = ?";
                sqlx::query(sql).bind(request.number()).execute(&mut *self.tx).await?;
                Ok(())
            }
            DeskEffect::SaveVolunteer(volunteer) => self.write_volunteer(volunteer).await,
            DeskEffect::Relay(letter) => self.relay(letter, event).await,
            DeskEffect::Amend(message) => self.amend(message, event).await,
            DeskEffect::Withdraw => self.withdraw(event).await,
            DeskEffect::TellStaff(notice) => self.notice(notice, event.now).await,
            DeskEffect::Propose(proposal) => self.propose(proposal, event.now).await,
        }
    }

    async fn run(&mut self, sql: &'static str, text: &str) -> Result<(), StoreError> {
        sqlx::query(sql).bind(text).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn write_desk(&mut self, desk: &Desk, event: &Event) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO desks (community, place, grp, lang, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (community) DO UPDATE SET place = ?2, grp = ?3, lang = ?4, changed_at = ?5",
        )
        .bind(desk.community.to_string())
        .bind(desk.place.to_string())
        .bind(&desk.group)
        .bind(desk.lang.code())
        .bind(to_millis(event.now))
        .execute(&mut *self.tx)
        .await?;
        self.audit(&event.role, "desk set up", &desk.place.to_string(), event.now).await
    }

    async fn write_post(&mut self, post: &Post) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO request_desk (request, thread, head, community, heard_at, warned) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (request) DO UPDATE SET thread = ?2, head = ?3, community = ?4, heard_at = ?5, warned = ?6",
        )
        .bind(post.request.number())
        .bind(post.thread.to_string())
        .bind(&post.head.0)
        .bind(post.community.to_string())
        .bind(to_millis(post.heard_at))
        .bind(post.warned)
        .execute(&mut *self.tx)
        .await?;
        let sql = "INSERT INTO seen (address, message) VALUES (?, ?) ON CONFLICT (address) DO NOTHING";
        sqlx::query(sql).bind(post.thread.to_string()).bind(&post.head.0).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn write_volunteer(&mut self, volunteer: &Volunteer) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO volunteers (who, id, alias) VALUES (?1, ?2, ?3) ON CONFLICT (who) DO UPDATE SET alias = ?3",
        )
        .bind(volunteer.who.to_string())
        .bind(volunteer.id.number())
        .bind(&volunteer.alias)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn relay(&mut self, letter: &Letter, event: &Event) -> Result<(), StoreError> {
        let id = self.write_letter(letter, None, event.now).await?;
        self.person_wrote(id, event.now).await?;
        let Some(message) = &event.message else { return Ok(()) };
        sqlx::query(
            "INSERT INTO relayed (address, message, letter) VALUES (?1, ?2, ?3)
             ON CONFLICT (address, message) DO UPDATE SET letter = ?3",
        )
        .bind(event.chat.address.to_string())
        .bind(&message.0)
        .bind(id)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// The letter that carries on the event's message: its number, recipient and state.
    async fn carried(&mut self, event: &Event) -> Result<Option<(i64, Address, String)>, StoreError> {
        let Some(message) = &event.message else { return Ok(None) };
        let row: Option<(i64, String, String)> = sqlx::query_as(
            "SELECT l.id, l.recipient, l.state FROM relayed AS r JOIN letters AS l ON l.id = r.letter
             WHERE r.address = ? AND r.message = ?",
        )
        .bind(event.chat.address.to_string())
        .bind(&message.0)
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(row.and_then(|(id, to, state)| Some((id, to.parse().ok()?, state))))
    }

    async fn amend(&mut self, message: &Message, event: &Event) -> Result<(), StoreError> {
        let Some((id, to, state)) = self.carried(event).await? else { return Ok(()) };
        let unreadable = |e: serde_json::Error| StoreError::Unreadable(e.to_string());
        match state.as_str() {
            // Not tried yet: it goes out as it is now.
            "pending" => {
                let content = Content::Message(message.clone());
                sqlx::query("UPDATE letters SET content = ? WHERE id = ?")
                    .bind(serde_json::to_string(&content).map_err(unreadable)?)
                    .bind(id)
                    .execute(&mut *self.tx)
                    .await?;
                Ok(())
            }
            "sent" | "sending" | "retry" => {
                let letter = LetterId::from_number(id);
                let content = Content::Edit { letter, at: Vec::new(), message: message.clone() };
                self.follow(to, content, event.now).await
            }
            _ => Ok(()),
        }
    }

    async fn withdraw(&mut self, event: &Event) -> Result<(), StoreError> {
        let Some((id, to, state)) = self.carried(event).await? else { return Ok(()) };
        match state.as_str() {
            "pending" => {
                sqlx::query("UPDATE letters SET state = 'void', closed_at = ? WHERE id = ?")
                    .bind(to_millis(event.now))
                    .bind(id)
                    .execute(&mut *self.tx)
                    .await?;
                Ok(())
            }
            "sent" | "sending" | "retry" => {
                let content = Content::Withdraw { letter: LetterId::from_number(id), at: Vec::new() };
                self.follow(to, content, event.now).await
            }
            _ => Ok(()),
        }
    }

    async fn follow(&mut self, to: Address, content: Content, now: Timestamp) -> Result<(), StoreError> {
        let placement = crate::model::message::Placement::Below;
        let of = match &content {
            Content::Edit { letter, .. } | Content::Withdraw { letter, .. } => Some(*letter),
            _ => None,
        };
        let letter = Letter { to, content, due: None, placement, request: None, visit: None };
        let id = self.write_letter(&letter, None, now).await?;
        // It belongs to the same request, so that the transcript follows too, and to the same author.
        sqlx::query(
            "UPDATE letters SET by_person = 1, request = (SELECT request FROM letters WHERE id = ?1) WHERE id = ?2",
        )
        .bind(of.map(LetterId::number))
        .bind(id)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn notice(&mut self, notice: &Notice, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO notices (kind, request, at) VALUES (?, ?, ?)")
            .bind(notice.kind.word())
            .bind(notice.request.map(RequestId::number))
            .bind(to_millis(now))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn propose(&mut self, proposal: &Proposal, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO proposals (request, question, answer, lang, at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(proposal.request.number())
        .bind(&proposal.question)
        .bind(&proposal.answer)
        .bind(proposal.lang.code())
        .bind(to_millis(now))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Notes how far a conversation has been read.
    pub(super) async fn see(&mut self, address: &Address, message: &MessageRef) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO seen (address, message) VALUES (?1, ?2) ON CONFLICT (address) DO UPDATE SET message = ?2")
            .bind(address.to_string())
            .bind(&message.0)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Where an earlier letter arrived.
    pub(super) async fn arrived(&mut self, letter: LetterId) -> Result<Vec<MessageRef>, StoreError> {
        let receipt: Option<Option<String>> = sqlx::query_scalar("SELECT receipt FROM letters WHERE id = ?")
            .bind(letter.number())
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(receipt.flatten().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }
}
