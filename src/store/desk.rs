//! What the engine decided of the volunteers' desk: desks, posts, volunteers, what carries on what,
//! notices and proposals. Writes; `desk_found` reads.

use super::{StoreError, Turnover};
use crate::model::chat::{Address, MessageRef};
use crate::model::desk::{Desk, DeskEffect, Notice, Post, Proposal, Volunteer};
use crate::model::event::Event;
use crate::model::id::{LetterId, RequestId};
use crate::model::message::{Content, Letter, Message};
use crate::model::time::{Timestamp, to_millis};

impl Turnover {
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
                sqlx::query(sql).bind(request.number()).execute(self.sql().await?).await?;
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
        sqlx::query(sql).bind(text).execute(self.sql().await?).await?;
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
        .execute(self.sql().await?)
        .await?;
        sqlx::query("UPDATE notices SET done_at = ? WHERE done_at IS NULL AND kind = 'desk_lost'")
            .bind(to_millis(event.now))
            .execute(self.sql().await?)
            .await?;
        self.audit(&event.role, "desk set up", &desk.place.to_string(), event.now).await
    }

    async fn write_post(&mut self, post: &Post) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO request_desk (request, thread, head, community, heard_at, warned, told)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (request) DO UPDATE SET
               thread = ?2, head = ?3, community = ?4, heard_at = ?5, warned = ?6, told = ?7",
        )
        .bind(post.request.number())
        .bind(post.thread.to_string())
        .bind(&post.head.0)
        .bind(post.community.to_string())
        .bind(to_millis(post.heard_at))
        .bind(post.warned)
        .bind(post.told)
        .execute(self.sql().await?)
        .await?;
        let sql = "INSERT INTO seen (address, message) VALUES (?, ?) ON CONFLICT (address) DO NOTHING";
        sqlx::query(sql).bind(post.thread.to_string()).bind(&post.head.0).execute(self.sql().await?).await?;
        Ok(())
    }

    async fn write_volunteer(&mut self, volunteer: &Volunteer) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO volunteers (who, id, alias) VALUES (?1, ?2, ?3) ON CONFLICT (who) DO UPDATE SET alias = ?3",
        )
        .bind(volunteer.who.to_string())
        .bind(volunteer.id.number())
        .bind(&volunteer.alias)
        .execute(self.sql().await?)
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
        .execute(self.sql().await?)
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
        .fetch_optional(self.sql().await?)
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
                    .execute(self.sql().await?)
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
                    .execute(self.sql().await?)
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
        .execute(self.sql().await?)
        .await?;
        Ok(())
    }

    async fn notice(&mut self, notice: &Notice, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO notices (kind, request, at) VALUES (?, ?, ?)")
            .bind(notice.kind.word())
            .bind(notice.request.map(RequestId::number))
            .bind(to_millis(now))
            .execute(self.sql().await?)
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
        .execute(self.sql().await?)
        .await?;
        Ok(())
    }

    /// Notes how far a conversation has been read.
    pub(super) async fn see(&mut self, address: &Address, message: &MessageRef) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO seen (address, message) VALUES (?1, ?2) ON CONFLICT (address) DO UPDATE SET message = ?2")
            .bind(address.to_string())
            .bind(&message.0)
            .execute(self.sql().await?)
            .await?;
        Ok(())
    }
}
