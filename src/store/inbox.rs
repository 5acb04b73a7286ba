//! What came in: noted once, under the platform's own key.
//!
//! Keeps the masked text and the kind of the input; never a position, never what was masked.

use super::waiting::InboxRow;
use super::{StoreError, Turnover};
use crate::model::chat::{Platform, Role, Scope};
use crate::model::desk::DeskInput;
use crate::model::event::{Event, Input};
use crate::model::id::RequestId;
use crate::model::time::to_millis;

/// Whether an event is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It is, and has this number.
    New(i64),
    /// It was handled before: nothing is to be done.
    Repeated,
}

fn role_word(role: &Role) -> &'static str {
    match role {
        Role::Resident => "resident",
        Role::Volunteer { .. } => "volunteer",
        Role::Staff(_) => "staff",
        Role::Clock => "clock",
    }
}

/// What is kept of an input: the masked words, never a position, and nothing of a group.
fn kept_text(event: &Event) -> Option<String> {
    if event.chat.scope == Scope::Group {
        return None;
    }
    match &event.input {
        Input::Text(text) | Input::Forwarded(text) | Input::Edited(text) => Some(text.clone()),
        Input::Tap(action) => Some(format!("[{action}]")),
        Input::Command(command, rest) => Some(format!("{command} {rest}").trim().to_owned()),
        Input::Desk(desk) => match desk.as_ref() {
            DeskInput::Answer(text) => Some(text.clone()),
            _ => None,
        },
        Input::Deleted
        | Input::OldTap
        | Input::Location(_)
        | Input::Unreadable(_)
        | Input::Gone
        | Input::Moved(_)
        | Input::Alarm(_)
        | Input::Staff(_)
        | Input::Erase
        | Input::Flood
        | Input::Deed(_) => None,
    }
}

/// The number of a message that the bot may have to take away: only Telegram lets it take away what
/// others wrote, and only in private chats.
fn kept_message(event: &Event) -> Option<&str> {
    let theirs = !matches!(event.input, Input::Tap(_) | Input::OldTap);
    let may = event.chat.scope == Scope::Private && event.chat.address.platform() == Platform::Telegram;
    event.message.as_ref().filter(|_| theirs && may).map(|message| message.0.as_str())
}

impl Turnover {
    /// Notes an event under its key.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn note(&mut self, key: &str, event: &Event) -> Result<Noted, StoreError> {
        if !self.ahead.as_ref().is_some_and(|ahead| ahead.asked(key)) {
            self.look_ahead([(key, &event.chat.address)]).await?;
        }
        self.turn = self.ahead.as_mut().and_then(|ahead| {
            let new = ahead.known.insert(key.to_owned());
            ahead.inbox += i64::from(new);
            new.then_some(ahead.inbox)
        });
        let Some(id) = self.turn else { return Ok(Noted::Repeated) };
        self.waiting.inbox.push(InboxRow(
            id,
            key.to_owned(),
            event.chat.address.to_string(),
            role_word(&event.role),
            event.input.kind(),
            kept_text(event),
            kept_message(event).map(str::to_owned),
            None,
            to_millis(event.now),
        ));
        Ok(Noted::New(id))
    }

    /// Makes a noted event part of a request's transcript.
    pub(super) async fn belongs(&mut self, inbox: i64, request: RequestId) -> Result<(), StoreError> {
        if let Some(row) = self.waiting.inbox.iter_mut().rfind(|row| row.0 == inbox) {
            row.7 = Some(request.number());
            return Ok(());
        }
        sqlx::query("UPDATE inbox SET request = ? WHERE id = ?")
            .bind(request.number())
            .bind(inbox)
            .execute(self.sql().await?)
            .await?;
        Ok(())
    }
}
