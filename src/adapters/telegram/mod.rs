//! Telegram: the bot's first platform.
//!
//! Receives by polling or by webhook, and a platform is told "received" only after the commit.
//! Delivers one letter at a time, without queue, pacing or repeats of its own: that is the outbox's
//! work. `read` and `write` translate and nothing else; teloxide's types stay in this folder.

mod api;
mod errors;
mod handle;
mod health;
mod html;
mod poll;
mod profile;
mod read;
mod receive;
mod taps;
mod webhook;
mod write;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use teloxide::payloads::DeleteMessage;
use teloxide::types::{ChatId, MessageId, Recipient};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::api::Api;
pub use self::api::{File, Request};
use self::errors::CallError;
pub use self::handle::Handle;
pub use self::health::Health;
pub use self::read::{ALLOWED, Me, Read, read};
use self::webhook::Hook;
pub(super) use self::write::preview;
pub use self::write::{Part, Plan, To, plan};
use crate::app::App;
use crate::model::chat::MessageRef;
use crate::model::message::{Content, Placement};
use crate::model::profile::Profiles;
use crate::outbox::{Deliver, Failure, Parcel, Receipt, SendError};
use crate::settings;

/// How long a poll waits for something to happen, in seconds.
const POLL: u16 = 30;
/// The longest pause between two tries to reach Telegram.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The adapter: receives and delivers.
pub struct Telegram {
    api: Api,
    app: App,
    profiles: Profiles,
    hook: Option<Hook>,
    poll_seconds: u16,
    me: OnceLock<Me>,
    health: Mutex<Health>,
    /// Chats with a keyboard for the position under the input field. Lost at a restart: the keyboard
    /// then folds away by itself after it was pressed.
    keyboards: Mutex<HashSet<i64>>,
    /// Updates that the engine failed on, and how often.
    strikes: receive::Strikes,
    strange: receive::Strange,
    sorry: receive::Sorry,
    /// What runs beside: acknowledgements, "typing", the profile.
    tasks: TaskTracker,
}

impl Telegram {
    /// The adapter, if there is a token. Connects to nothing yet: an outage at the start only delays.
    ///
    /// # Errors
    /// A setting that cannot work, in plain words.
    pub fn connect(
        settings: &settings::Telegram,
        http: &settings::Http,
        app: App,
        profiles: Profiles,
    ) -> anyhow::Result<Option<Arc<Self>>> {
        let Some(token) = &settings.token else { return Ok(None) };
        let hook = Hook::new(settings.webhook_secret.as_ref(), http.public_url.as_deref())?;
        Ok(Some(Arc::new(Self {
            api: Api::new(token, settings.api_url.as_deref())?,
            app,
            profiles,
            hook,
            poll_seconds: settings.poll_seconds.unwrap_or(POLL),
            me: OnceLock::new(),
            health: Mutex::default(),
            keyboards: Mutex::default(),
            strikes: receive::Strikes::default(),
            strange: receive::Strange::default(),
            sorry: receive::Sorry::default(),
            tasks: TaskTracker::new(),
        })))
    }

    /// Receives until it is told to stop; what is under way is finished first.
    pub async fn listen(self: Arc<Self>, stop: CancellationToken) {
        if self.introduce(&stop).await.is_some() {
            let this = Arc::clone(&self);
            self.tasks.spawn(async move { this.show_profile().await });
            match &self.hook {
                Some(hook) => self.watch_webhook(hook, &stop).await,
                None => self.poll(&stop).await,
            }
        }
        self.tasks.close();
        // Acknowledgements are short; a profile that waits for Telegram is not worth waiting for.
        drop(tokio::time::timeout(Duration::from_secs(2), self.tasks.wait()).await);
    }

    /// The route of the webhook, for the program's HTTP server; `None` when updates are polled.
    #[must_use]
    pub fn routes(self: &Arc<Self>) -> Option<axum::Router> {
        self.hook.as_ref().map(|hook| webhook::routes(Arc::clone(self), hook))
    }

    /// How the adapter does.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut Health)) {
        change(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Learns who the bot is, however long Telegram is away. `None`: told to stop.
    async fn introduce(&self, stop: &CancellationToken) -> Option<()> {
        let who = Request::raw("GetMe", json!({}));
        let mut pause = Duration::from_secs(1);
        loop {
            let called = tokio::select! {
                called = self.api.call(&who) => called,
                () = stop.cancelled() => return None,
            };
            match called {
                Ok(me) => {
                    let id = me.get("id").and_then(Value::as_u64).unwrap_or_default();
                    let name = me.get("username").and_then(Value::as_str).unwrap_or_default().to_owned();
                    tracing::info!(bot = name, "connected to Telegram");
                    self.note(Health::well);
                    return self.me.set(Me { id, name }).ok();
                }
                Err(error) => self.complain(&error),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return None,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Tells the operator, once for each new trouble.
    fn complain(&self, error: &CallError) {
        let trouble = error.for_operator();
        self.note(|health| {
            if health.trouble.as_deref() != Some(trouble.as_str()) {
                tracing::warn!("{trouble}");
            }
            health.trouble = Some(trouble);
        });
    }

    /// How a letter with a message goes out; `None` for every other. What an earlier letter says now is
    /// edited into its first message, or sent anew if that is gone.
    fn planned(&self, chat: i64, parcel: &Parcel) -> Option<Plan> {
        let (placement, handle, message) = match &parcel.content {
            Content::Message(message) => {
                (parcel.placement, parcel.reply.as_ref().and_then(Handle::read), message)
            }
            Content::Edit { at, message, .. } => {
                let first = at.first().and_then(|first| first.0.parse().ok());
                (Placement::Replace, first.map(|id| Handle::Text(MessageId(id))), message)
            }
            _ => return None,
        };
        let to = To {
            chat,
            placement,
            handle,
            bot: self.me.get().map(|me| me.name.as_str()),
            profile: self.profiles.of(message.lang),
        };
        Some(plan(to, message))
    }

    async fn put(&self, chat: i64, parcel: &Parcel, plan: Plan) -> Result<Receipt, Failure> {
        if parcel.parts_done == 0 {
            for tidy in &plan.before {
                // Spent buttons that stay are explained when they are pressed.
                drop(self.api.call(tidy).await);
            }
            if !plan.asks_position {
                self.fold_keyboard(chat).await;
            }
        }
        let mut receipt = Receipt::new();
        let done = usize::try_from(parcel.parts_done).unwrap_or(usize::MAX);
        for (part, number) in plan.parts.iter().zip(0_u32..).skip(done) {
            let seen = self.part(part).await.map_err(|error| Failure { error, parts_done: number })?;
            receipt.extend(seen);
        }
        if plan.asks_position {
            self.keyboards.lock().unwrap_or_else(PoisonError::into_inner).insert(chat);
        }
        Ok(receipt)
    }

    async fn part(&self, part: &Part) -> Result<Option<MessageRef>, SendError> {
        match part {
            Part::Send(request) => self.send(request).await,
            Part::Edit { edit, instead } => match self.api.call(edit).await {
                Ok(message) => Ok(message_ref(&message)),
                Err(error) if error.is_unchanged() => Ok(None),
                Err(error) if error.is_lost_message() => self.send(instead).await,
                Err(error) => Err(error.for_repeatable()),
            },
        }
    }

    async fn send(&self, request: &Request) -> Result<Option<MessageRef>, SendError> {
        self.api.call(request).await.map(|message| message_ref(&message)).map_err(CallError::for_letter)
    }

    /// Takes the keyboard for the position away. Telegram does that only together with a message, and
    /// not with one that has buttons: so a message that goes at once.
    async fn fold_keyboard(&self, chat: i64) {
        if !self.keyboards.lock().unwrap_or_else(PoisonError::into_inner).remove(&chat) {
            return;
        }
        let fold = json!({
            "chat_id": chat, "text": "✓", "disable_notification": true,
            "reply_markup": { "remove_keyboard": true },
        });
        if let Ok(sent) = self.api.call(&Request::raw("SendMessage", fold)).await
            && let Some(id) = sent.get("message_id")
        {
            let delete = json!({ "chat_id": chat, "message_id": id });
            drop(self.api.call(&Request::raw("DeleteMessage", delete)).await);
        }
    }

    /// Takes a message away that holds a secret. Telegram lets bots do so in private chats for 48
    /// hours (core.telegram.org/bots/api#deletemessage); what it refuses stays, and that is no failure.
    async fn retract(&self, chat: i64, message: &MessageRef) -> Result<Receipt, Failure> {
        let Ok(id) = message.0.parse() else { return Ok(Receipt::new()) };
        let delete = DeleteMessage::new(Recipient::Id(ChatId(chat)), MessageId(id));
        match self.api.call(&Request::of(&delete)).await {
            Ok(_) => Ok(Receipt::new()),
            Err(error) => match error.for_repeatable() {
                SendError::Refused(why) => {
                    tracing::info!(why, "a message with a secret could not be deleted");
                    Ok(Receipt::new())
                }
                error => Err(error.into()),
            },
        }
    }

    /// Takes messages away, the person's own and the bot's: up to 100 with one call
    /// (core.telegram.org/bots/api#deletemessages). Where one of them may not be deleted Telegram
    /// refuses the whole call; then each is tried alone.
    async fn clear(&self, chat: i64, messages: &[MessageRef]) -> Result<Receipt, Failure> {
        let ids: Vec<i64> = messages.iter().filter_map(|message| message.0.parse().ok()).collect();
        for some in ids.chunks(100) {
            let delete = json!({ "chat_id": chat, "message_ids": some });
            match self
                .api
                .call(&Request::raw("DeleteMessages", delete))
                .await
                .map_err(CallError::for_repeatable)
            {
                Ok(_) => {}
                Err(SendError::Refused(_)) => {
                    for id in some {
                        self.retract(chat, &MessageRef(id.to_string())).await?;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Receipt::new())
    }
}

fn message_ref(message: &Value) -> Option<MessageRef> {
    message.get("message_id").and_then(Value::as_i64).map(|id| MessageRef(id.to_string()))
}

impl Deliver for Telegram {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async move {
            let Ok(chat) = parcel.to.id().parse::<i64>() else {
                return Err(SendError::Refused("not a chat of Telegram".to_owned()).into());
            };
            if let Some(plan) = self.planned(chat, parcel) {
                return self.put(chat, parcel, plan).await;
            }
            match &parcel.content {
                Content::Retract(message) => self.retract(chat, message).await,
                Content::Clear(messages) => self.clear(chat, messages).await,
                Content::Withdraw { at, .. } => {
                    for message in at {
                        self.retract(chat, message).await?;
                    }
                    Ok(Receipt::new())
                }
                Content::Desk(_) => Err(SendError::Refused("Telegram has no desk".to_owned()).into()),
                // Planned above; and the outbox keeps the bot's notes to itself away from platforms.
                Content::Message(_) | Content::Edit { .. } | Content::Alarm(_) => Ok(Receipt::new()),
            }
        })
    }

    fn only_changes(&self, parcel: &Parcel) -> bool {
        let Ok(chat) = parcel.to.id().parse() else { return false };
        match self.planned(chat, parcel) {
            Some(plan) => matches!(plan.parts.as_slice(), [Part::Edit { .. }]),
            None => !matches!(parcel.content, Content::Desk(_) | Content::Alarm(_)),
        }
    }
}
