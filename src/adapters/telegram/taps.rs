//! What a person sees before the answer: the tap that is acknowledged, and "typing".
//!
//! Both are for the moment only: they are never repeated, and their failure is nobody's trouble.

use std::sync::Arc;
use std::time::Duration;

use teloxide::payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters, SendChatAction};
use teloxide::types::{CallbackQueryId, ChatAction, ChatId, Recipient};
use tokio::task::AbortHandle;

use super::Telegram;
use super::api::Request;
use crate::model::chat::Scope;
use crate::model::event::{Incoming, Input};

/// After this long without an answer the person sees that one is being written.
const PATIENCE: Duration = Duration::from_millis(300);

/// Ends "typing" when the turn is done.
pub(super) struct Typing(Vec<AbortHandle>);

impl Drop for Typing {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl Telegram {
    /// Acknowledges a tap at once, beside the turn. Telegram forgets a query after about a minute
    /// ("query is too old"): by then nobody waits for it, so a failure is only counted.
    pub(super) fn acknowledge(self: &Arc<Self>, query: String, event: Option<&Incoming>) {
        let mut answer = AnswerCallbackQuery::new(CallbackQueryId(query));
        if let Some(Incoming { input: Input::OldTap, hints, .. }) = event {
            answer = answer.text(self.profiles.of(hints.lang.unwrap_or_default()).old_button.clone());
        }
        let this = Arc::clone(self);
        self.tasks.spawn(async move {
            if this.api.call(&Request::of(&answer)).await.is_err() {
                metrics::counter!("digidel_telegram_late_taps_total").increment(1);
            }
        });
    }

    /// Shows "typing" in the private chats of these events, should their turns take long.
    pub(super) fn typing(self: &Arc<Self>, events: &[Incoming]) -> Typing {
        let mut chats: Vec<i64> = events
            .iter()
            .filter(|e| e.chat.scope == Scope::Private && !matches!(e.input, Input::Gone | Input::Moved(_)))
            .filter_map(|e| e.chat.address.id().parse().ok())
            .collect();
        chats.sort_unstable();
        chats.dedup();
        let show = |chat: i64| {
            let this = Arc::clone(self);
            let action = SendChatAction::new(Recipient::Id(ChatId(chat)), ChatAction::Typing);
            let task = self.tasks.spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                drop(this.api.call(&Request::of(&action)).await);
            });
            task.abort_handle()
        };
        Typing(chats.into_iter().map(show).collect())
    }
}
