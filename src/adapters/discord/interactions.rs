//! Commands, buttons and forms: acknowledged within three seconds, then handled like any event.
//!
//! In a guild the answer is for the person alone. What the acknowledgement left open is filled in by
//! the letter that answers; see `deliver`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use serenity::all::{
    CommandInteraction, CommandType, ComponentInteraction, ComponentInteractionDataKind, Interaction,
    InteractionContext, InteractionId, Member, MessageFlags, ModalInteraction, Permissions, ResolvedValue,
};

use super::place::Place;
use super::read::{self, Setting};
use super::write::PRIVATE;
use super::wrong::{Wrong, code};
use super::{Discord, commands, components, modal};
use crate::model::action::Action;
use crate::model::chat::{Hints, ReplyHandle, Scope};
use crate::model::desk::{Desk, DeskButton, DeskInput};
use crate::model::event::{Incoming, Input};
use crate::model::lang::Lang;

/// How long one try to acknowledge may take: two must fit into three seconds.
const ACK: Duration = Duration::from_millis(1_300);
/// How long "is thinking…" may stand when nothing is to be said.
const THINKING: Duration = Duration::from_secs(20);
/// Suggestions while somebody types (discord.com/developers/docs/interactions/receiving-and-responding).
const SUGGESTIONS: usize = 25;

/// How an interaction is answered. Opaque to everyone else, as a [`ReplyHandle`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Handle {
    /// The token, good for 15 minutes.
    pub token: String,
    /// Whether the first answer is still open, or a message that was there before.
    pub open: bool,
    /// Whether only the person sees it.
    pub private: bool,
}

impl Handle {
    fn write(&self) -> ReplyHandle {
        ReplyHandle(serde_json::to_string(self).unwrap_or_default())
    }

    pub(super) fn read(handle: &ReplyHandle) -> Option<Self> {
        serde_json::from_str(&handle.0).ok()
    }
}

/// What an interaction carries whatever it is.
struct Cause {
    id: InteractionId,
    token: String,
    user: u64,
    roles: Vec<String>,
    channel: u64,
    locale: String,
    /// Whether others read the place where it happened.
    among_others: bool,
}

fn roles(member: &Member) -> Vec<String> {
    member.roles.iter().map(ToString::to_string).collect()
}

macro_rules! cause {
    ($it:expr, $context:expr) => {
        Cause {
            id: $it.id,
            token: $it.token.clone(),
            user: $it.user.id.get(),
            roles: $it.member.as_ref().map(|m| roles(m)).unwrap_or_default(),
            channel: $it.channel_id.get(),
            locale: $it.locale.clone(),
            among_others: $it.guild_id.is_some() || $context == Some(InteractionContext::PrivateChannel),
        }
    };
}

impl Cause {
    fn lang(&self) -> Lang {
        Lang::from_hint(&self.locale).unwrap_or_default()
    }

    fn incoming(&self, setting: Setting, input: Input, reply: Option<ReplyHandle>) -> Incoming {
        let mut incoming = read::incoming(format!("discord:interaction:{}", self.id), setting, input);
        incoming.hints = read::hints(&self.locale);
        incoming.reply = reply;
        incoming
    }

    fn at_desk(&self, place: Place) -> Setting {
        read::volunteer(place, self.user, self.roles.clone())
    }
}

impl Discord {
    /// Something that somebody did with the bot's commands, buttons or forms.
    pub(super) async fn interaction(&self, interaction: Interaction) {
        match interaction {
            Interaction::Command(it) => self.command(&it).await,
            Interaction::Autocomplete(it) => self.suggest(&it).await,
            Interaction::Component(it) => self.pressed(&it).await,
            Interaction::Modal(it) => self.submitted(&it).await,
            _ => {}
        }
    }

    /// Calls back. `false`: the interaction can no longer be answered.
    async fn call_back(&self, cause: &Cause, body: &Value) -> bool {
        for _ in 0..2 {
            let request = self.http().create_interaction_response(cause.id, &cause.token, body, Vec::new());
            match tokio::time::timeout(ACK, request).await.map(|r| r.map_err(Wrong::from)) {
                Ok(Ok(())) => return true,
                Ok(Err(wrong)) if wrong.is(&[code::ALREADY_ANSWERED]) => return true,
                Ok(Err(wrong)) if !wrong.may_pass() => return false,
                Ok(Err(_)) | Err(_) => {}
            }
        }
        false
    }

    /// "Is thinking…", for the person alone where others read.
    async fn think(&self, cause: &Cause) -> Option<Handle> {
        let private = cause.among_others;
        let flags = if private { PRIVATE } else { 0 };
        let handle = Handle { token: cause.token.clone(), open: true, private };
        self.call_back(cause, &json!({"type": 5, "data": {"flags": flags}})).await.then_some(handle)
    }

    /// Handles the event and looks after what the acknowledgement left open.
    async fn turn(&self, incoming: Incoming, handle: Option<Handle>) {
        let lang = incoming.hints.lang.unwrap_or_default();
        let handled = self.handle(incoming).await;
        let Some(handle) = handle else { return };
        if let Err(error) = handled {
            tracing::error!(%error, "an interaction was not handled");
            let text =
                json!({"content": self.labels().of(lang, "not_ready"), "allowed_mentions": {"parse": []}});
            if handle.open {
                // Nothing more can be done if this fails too.
                let _ = self.fill_in(&handle.token, &text, &[]).await;
            }
        } else if handle.open {
            let discord = self.clone();
            tokio::spawn(async move { discord.stop_thinking(&handle.token).await });
        }
    }

    /// Takes "is thinking…" away when the turn had nothing to say.
    async fn stop_thinking(&self, token: &str) {
        tokio::time::sleep(THINKING).await;
        if !self.memory().answered.remove(token) {
            // The token may have run out; then Discord shows the failure itself.
            let _ = self.http().delete_original_interaction_response(token).await;
        }
    }

    async fn command(&self, it: &CommandInteraction) {
        let cause = cause!(it, it.context);
        let handle = self.think(&cause).await;
        let reply = handle.as_ref().map(Handle::write);
        let incoming = if it.data.kind == CommandType::Message {
            advice(it, &cause, reply)
        } else if it.data.name == self.labels().of(Lang::En, "desk") {
            self.desk_command(it, &cause, reply).await
        } else {
            commands::of_name(&it.data.name, self.labels()).map(|command| {
                let words = it.data.options().into_iter().find_map(|o| match o.value {
                    ResolvedValue::String(text) => Some(text.to_owned()),
                    _ => None,
                });
                let input = Input::Command(command, words.unwrap_or_default());
                cause.incoming(read::resident(cause.user), input, reply)
            })
        };
        match incoming {
            Some(incoming) => self.turn(incoming, handle).await,
            None => {
                if let Some(handle) = handle {
                    // A command of an earlier version.
                    let _ = self.http().delete_original_interaction_response(&handle.token).await;
                }
            }
        }
    }

    async fn desk_command(
        &self,
        it: &CommandInteraction,
        cause: &Cause,
        reply: Option<ReplyHandle>,
    ) -> Option<Incoming> {
        let guild = it.guild_id?.get();
        let options = it.data.options();
        let ResolvedValue::SubCommand(given) = &options.first()?.value else { return None };
        let raw = |kind: &dyn Fn(&serenity::all::CommandDataOptionValue) -> Option<u64>| {
            it.data.options.first().and_then(|sub| match &sub.value {
                serenity::all::CommandDataOptionValue::SubCommand(options) => {
                    options.iter().find_map(|o| kind(&o.value))
                }
                _ => None,
            })
        };
        let channel = raw(&|value| value.as_channel_id().map(serenity::all::ChannelId::get));
        let role = raw(&|value| value.as_role_id().map(serenity::all::RoleId::get));
        let input = if let (Some(channel), Some(role)) = (channel, role) {
            let allowed = it.member.as_ref().and_then(|m| m.permissions);
            let allowed =
                allowed.is_some_and(|p| p.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR));
            let lang = it.guild_locale.as_deref().and_then(Lang::from_hint).unwrap_or_default();
            let desk = Desk {
                community: Place::Guild(guild).address(),
                place: Place::Desk { guild, channel, request: None }.address(),
                group: role.to_string(),
                lang,
            };
            let missing = if allowed { self.missing_rights(guild, channel).await.ok()? } else { Vec::new() };
            DeskInput::SetUp { desk, missing, allowed, reads: self.reads() }
        } else {
            let name = given.iter().find_map(|o| match o.value {
                ResolvedValue::String(text) => Some(text.to_owned()),
                _ => None,
            });
            DeskInput::Alias(name?)
        };
        Some(cause.incoming(cause.at_desk(Place::Guild(guild)), Input::Desk(Box::new(input)), reply))
    }

    /// Suggests places while somebody types.
    async fn suggest(&self, it: &CommandInteraction) {
        let cause = cause!(it, it.context);
        let typed = it.data.autocomplete().map(|option| option.value.to_owned()).unwrap_or_default();
        let mut places = (self.inner.wiring.places)(&typed);
        places.truncate(SUGGESTIONS);
        let choices: Vec<Value> = places
            .iter()
            .map(|place| components::cut(place, 100))
            .map(|place| json!({"name": place, "value": place}))
            .collect();
        self.call_back(&cause, &json!({"type": 8, "data": {"choices": choices}})).await;
    }

    /// A button or a menu.
    async fn pressed(&self, it: &ComponentInteraction) {
        let cause = cause!(it, it.context);
        let values = match &it.data.kind {
            ComponentInteractionDataKind::StringSelect { values } => values.as_slice(),
            _ => &[],
        };
        if it.data.custom_id == components::WRITE {
            self.call_back(&cause, &modal::write(self.labels(), cause.lang())).await;
            return;
        }
        let action = components::read(&it.data.custom_id, values);
        if let Some(Action::Desk(DeskButton::Answer, _)) = action {
            let form = modal::answer(&it.data.custom_id, self.labels(), cause.lang());
            self.call_back(&cause, &form).await;
            return;
        }
        let setting = match &action {
            Some(Action::Desk(..) | Action::DeskArticle(..) | Action::DeskHand(..)) => {
                cause.at_desk(Place::Thread(cause.channel))
            }
            Some(Action::Publish(_, message)) => {
                cause.at_desk(Place::Public { channel: cause.channel, message: *message })
            }
            _ => read::resident(cause.user),
        };
        let private = it.message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL));
        // What all can read stays as it is for the next person.
        let handle = if private || !cause.among_others {
            self.use_up(&cause, it, private).await
        } else {
            self.think(&cause).await
        };
        let input = action.map_or(Input::OldTap, Input::Tap);
        let reply = handle.as_ref().map(Handle::write);
        let mut incoming = cause.incoming(setting, input, reply);
        if incoming.chat.scope == Scope::Private {
            incoming.hints = Hints::default();
        }
        self.turn(incoming, handle).await;
    }

    /// Acknowledges a press by making the message's buttons grey.
    async fn use_up(&self, cause: &Cause, it: &ComponentInteraction, private: bool) -> Option<Handle> {
        let rows = serde_json::to_value(&it.message.components).unwrap_or_default();
        let body = json!({"type": 7, "data": {"components": components::spent(&rows), "allowed_mentions": {"parse": []}}});
        let handle = Handle { token: cause.token.clone(), open: false, private };
        self.call_back(cause, &body).await.then_some(handle)
    }

    /// A form.
    async fn submitted(&self, it: &ModalInteraction) {
        let context = it.guild_id.is_none().then_some(InteractionContext::BotDm);
        let cause = cause!(it, context);
        let handle = self.think(&cause).await;
        let reply = handle.as_ref().map(Handle::write);
        let text = modal::typed(&it.data);
        let incoming = if it.data.custom_id == components::WRITE {
            cause.incoming(read::resident(cause.user), Input::Text(text), reply)
        } else {
            let input = Input::Desk(Box::new(DeskInput::Answer(text)));
            cause.incoming(cause.at_desk(Place::Thread(cause.channel)), input, reply)
        };
        self.turn(incoming, handle).await;
    }
}

/// "Suggest an answer" on somebody's message.
fn advice(it: &CommandInteraction, cause: &Cause, reply: Option<ReplyHandle>) -> Option<Incoming> {
    let target = it.data.target_id?.get();
    let message = it.data.resolved.messages.values().next()?;
    let input = DeskInput::Advise { text: message.content.clone(), message: target };
    let place = Place::Public { channel: cause.channel, message: target };
    Some(cause.incoming(cause.at_desk(place), Input::Desk(Box::new(input)), reply))
}
