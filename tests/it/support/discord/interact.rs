//! What a user does with the bot's commands, buttons, menus and forms, and how to wait for the
//! bot's answer.
//!
//! As in Discord's program, only what is registered and shown can be used: a missing or disabled
//! button is an error of the test, not an event.

use std::time::Duration;

use serde_json::{Value, json};

use super::gateway::Audience;
use super::messages::LOADING;
use super::offer::{by_user, context, fill_in, find_command, nest, resolved};
use super::permissions::{self as may, in_channel};
use super::screen::{Seen, listed, seen};
use super::state::{BOT, CALLBACK_LIMIT, Callback, Channel, Id, Interaction, Kind, Message, State};
use super::{Cannot, Person, Server, shape};

/// Where a command is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a channel or thread of a guild, or a direct conversation, by its id.
    Channel(Id),
    /// In the direct conversation with the bot.
    Dm,
    /// Between two people, where the bot is not: it must be installed to the person's account.
    Elsewhere,
}

impl From<Id> for Place {
    fn from(channel: Id) -> Self {
        Self::Channel(channel)
    }
}

/// Something that a person did and the bot is to answer.
#[derive(Clone)]
pub struct Exchange {
    server: Server,
    /// The interaction's id.
    pub id: Id,
    /// Where it took place.
    pub channel: Id,
}

impl Exchange {
    /// Waits for the callback; an error if the person read "the application did not respond".
    pub async fn answered(&self) -> Result<Callback, Cannot> {
        let found = self.server.until("the bot calls back", |state| {
            let it = state.interactions.get(&self.id)?;
            let failed =
                || state.failed(it).then(|| Err(Cannot("the application did not respond within 3 s".into())));
            it.callback.clone().map(Ok).or_else(failed)
        });
        found.await?
    }

    /// Waits until the answer is there and no longer "is thinking…".
    pub async fn message(&self) -> Result<Seen, Cannot> {
        self.answered().await?;
        let found = self.server.until("the answer is written", |state| {
            let original = state.interactions.get(&self.id)?.original?;
            let message = state.message(self.channel, original)?;
            (message.flags & LOADING == 0).then(|| seen(state, message))
        });
        found.await
    }

    /// The form that the bot showed.
    pub async fn modal(&self) -> Result<Value, Cannot> {
        match self.answered().await? {
            Callback::Modal(modal) => Ok(modal),
            other => Err(Cannot(format!("the bot showed no form, but answered {other:?}"))),
        }
    }

    /// What the bot suggested: name and value.
    pub async fn choices(&self) -> Result<Vec<(String, Value)>, Cannot> {
        match self.answered().await? {
            Callback::Choices(choices) => Ok(choices),
            other => Err(Cannot(format!("the bot suggested nothing, but answered {other:?}"))),
        }
    }

    /// The follow-ups and the answer, as far as they exist now.
    pub fn messages(&self) -> Vec<Seen> {
        self.server.look(|state| {
            let place = state.channels.get(&self.channel);
            let own = place
                .into_iter()
                .flat_map(|c| c.messages.values())
                .filter(|m| m.interaction == Some(self.id));
            own.map(|m| seen(state, m)).collect()
        })
    }
}

impl Person {
    /// Uses a slash command; a subcommand is `"boka ny"`. Options by name.
    pub fn slash(
        &self,
        place: impl Into<Place>,
        name: &str,
        options: &[(&str, Value)],
    ) -> Result<Exchange, Cannot> {
        self.command(place.into(), name, options, None)
    }

    /// Types the beginning of an option and gets the bot's suggestions.
    pub async fn types(
        &self,
        place: impl Into<Place>,
        name: &str,
        option: &str,
        typed: &str,
    ) -> Result<Vec<(String, Value)>, Cannot> {
        self.command(place.into(), name, &[(option, json!(typed))], Some(option))?.choices().await
    }

    fn command(
        &self,
        place: Place,
        name: &str,
        given: &[(&str, Value)],
        typing: Option<&str>,
    ) -> Result<Exchange, Cannot> {
        self.act(|state| {
            let channel = enter(state, place, self.id)?;
            let mut words = name.split(' ');
            let command = find_command(state, channel, self.id, words.next().unwrap_or_default(), 1)?;
            let options = nest(&command.body, &words.collect::<Vec<_>>(), given, typing)?;
            let data = json!({
                "id": shape::id(command.id), "name": command.body["name"], "type": 1, "options": options,
                "resolved": resolved(state, &options)
            });
            let data = with_guild(data, command.guild);
            let kind = if typing.is_some() { 4 } else { 2 };
            Ok(Doing {
                kind,
                channel,
                command: command.body["name"].as_str().map(str::to_owned),
                source: None,
                data,
            })
        })
    }

    /// Uses a command of a message's context menu.
    pub fn context(&self, channel: Id, message: Id, name: &str) -> Result<Exchange, Cannot> {
        self.act(|state| {
            let command = find_command(state, channel, self.id, name, 3)?;
            let target =
                state.message(channel, message).ok_or_else(|| Cannot("that message is gone".into()))?;
            let data = json!({
                "id": shape::id(command.id), "name": name, "type": 3, "target_id": shape::id(message),
                "resolved": {"messages": {message.to_string(): shape::message(state, target)}}
            });
            let data = with_guild(data, command.guild);
            Ok(Doing { kind: 2, channel, command: Some(name.to_owned()), source: None, data })
        })
    }

    /// Presses the newest button with this label or custom id that they see in a channel.
    pub fn press(&self, channel: Id, what: &str) -> Result<Exchange, Cannot> {
        self.press_on(channel, None, what)
    }

    /// Presses a button of one message, however old.
    pub fn press_on(&self, channel: Id, message: Option<Id>, what: &str) -> Result<Exchange, Cannot> {
        self.act(|state| {
            let (source, button) = find_piece(state, self.id, channel, message, what, 2)?;
            if let Some(url) = button["url"].as_str() {
                return Err(Cannot(format!("`{what}` is a link to {url}")));
            }
            let data = json!({"component_type": 2, "custom_id": button["custom_id"], "id": button["id"]});
            Ok(Doing { kind: 3, channel, command: None, source: Some(source), data })
        })
    }

    /// Chooses in the newest menu with this placeholder or custom id; picks are labels or values.
    pub fn choose(&self, channel: Id, menu: &str, picks: &[&str]) -> Result<Exchange, Cannot> {
        self.act(|state| {
            let (source, found) = find_piece(state, self.id, channel, None, menu, 3)?;
            let options = found["options"].as_array().map_or(&[][..], Vec::as_slice);
            let pick = |pick: &&str| {
                let option = options.iter().find(|o| o["label"] == **pick || o["value"] == **pick);
                option
                    .map(|o| o["value"].clone())
                    .ok_or_else(|| Cannot(format!("`{pick}` is not in `{menu}`")))
            };
            let values = picks.iter().map(pick).collect::<Result<Vec<Value>, Cannot>>()?;
            let (least, most) =
                (found["min_values"].as_u64().unwrap_or(1), found["max_values"].as_u64().unwrap_or(1));
            if !(least..=most).contains(&(values.len() as u64)) {
                return Err(Cannot(format!(
                    "`{menu}` takes {least} to {most} choices, not {}",
                    values.len()
                )));
            }
            let data =
                json!({"component_type": 3, "custom_id": found["custom_id"], "values": values, "id": found["id"]});
            Ok(Doing { kind: 3, channel, command: None, source: Some(source), data })
        })
    }

    /// Fills in and sends the form that the bot answered with. Fields by label or custom id.
    pub async fn submit(&self, shown: &Exchange, fields: &[(&str, &str)]) -> Result<Exchange, Cannot> {
        let modal = shown.modal().await?;
        self.act(|state| {
            let cause =
                state.interactions.get(&shown.id).ok_or_else(|| Cannot("no such interaction".into()))?;
            let (source, command) = (cause.source, cause.command.clone());
            let data = json!({"custom_id": modal["custom_id"], "components": fill_in(&modal, fields)?});
            Ok(Doing { kind: 5, channel: shown.channel, command, source, data })
        })
    }

    fn act(&self, prepare: impl FnOnce(&mut State) -> Result<Doing, Cannot>) -> Result<Exchange, Cannot> {
        let (id, channel) = self.server.change(|state| {
            let doing = prepare(state)?;
            if !doing.may_see(state, self.id) {
                return Err(Cannot(format!("{} does not see that channel", state.name(self.id))));
            }
            let channel = doing.channel;
            Ok((begin(state, self.id, doing), channel))
        })?;
        // Whoever waits for the answer must wake when it is too late for one.
        let server = self.server.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(CALLBACK_LIMIT + 5)).await;
            server.change(|_| ());
        });
        Ok(Exchange { server: self.server.clone(), id, channel })
    }
}

/// An interaction that is about to begin.
struct Doing {
    kind: u64,
    channel: Id,
    command: Option<String>,
    source: Option<Id>,
    data: Value,
}

impl Doing {
    fn may_see(&self, state: &State, who: Id) -> bool {
        state.channels.get(&self.channel).is_some_and(|c| in_channel(state, c, who) & may::VIEW != 0)
    }
}

/// The channel behind a place.
fn enter(state: &mut State, place: Place, who: Id) -> Result<Id, Cannot> {
    match place {
        Place::Channel(channel) => Ok(channel),
        Place::Dm => Ok(state.dm(who)),
        Place::Elsewhere => {
            if !state.users.get(&who).is_some_and(|u| u.installed) {
                return Err(Cannot(format!("{} has not installed the bot", state.name(who))));
            }
            let known =
                state.channels.values().find(|c| c.kind == Kind::Dm && c.with.len() == 2 && c.with[0] == who);
            if let Some(channel) = known {
                return Ok(channel.id);
            }
            let (id, friend) = (state.next_id(), state.next_id());
            state.channels.insert(id, Channel { with: vec![who, friend], ..Channel::new(id, Kind::Dm, "") });
            Ok(id)
        }
    }
}

fn with_guild(mut data: Value, guild: Option<Id>) -> Value {
    if let Some(guild) = guild {
        data["guild_id"] = shape::id(guild);
    }
    data
}

/// The newest component of a sort that a person sees, by what it says or its custom id.
fn find_piece(
    state: &State,
    who: Id,
    channel: Id,
    on: Option<Id>,
    what: &str,
    kind: u64,
) -> Result<(Id, Value), Cannot> {
    let place = state.channels.get(&channel).ok_or_else(|| Cannot("that channel is gone".into()))?;
    let shown = |m: &&Message| m.only_for.is_none_or(|only| only == who) && on.is_none_or(|id| id == m.id);
    let mut grey = false;
    for message in place.messages.values().rev().filter(shown) {
        let mut pieces = Vec::new();
        message.components.iter().for_each(|c| gather(c, kind, &mut pieces));
        let called = |p: &&&Value| ["label", "custom_id", "placeholder"].iter().any(|key| p[*key] == what);
        if let Some(piece) = pieces.iter().find(called) {
            if piece["disabled"] != true {
                return Ok((message.id, (*piece).clone()));
            }
            grey = true;
        }
    }
    let screen = listed(place.messages.values().filter(shown).map(|m| seen(state, m)));
    let why = if grey { "is disabled" } else { "is not there" };
    Err(Cannot(format!("`{what}` {why}; {} sees:{screen}", state.name(who))))
}

fn gather<'a>(component: &'a Value, kind: u64, out: &mut Vec<&'a Value>) {
    if component["type"] == kind {
        out.push(component);
    }
    let inner = component["components"].as_array().into_iter().flatten();
    inner.chain(component.get("accessory")).for_each(|c| gather(c, kind, out));
}

/// Tells the bot.
fn begin(state: &mut State, user: Id, doing: Doing) -> Id {
    let (id, at) = (state.next_id(), state.now());
    let token = format!("aW50ZXJhY3Rpb246{id}{}", "x".repeat(120));
    let by_user = by_user(state, doing.channel);
    let place = &state.channels[&doing.channel];
    let mut event = json!({
        "id": shape::id(id), "application_id": shape::id(BOT), "type": doing.kind, "token": token, "version": 1,
        "data": doing.data, "channel_id": shape::id(doing.channel), "channel": shape::channel(state, place),
        "locale": state.users.get(&user).map(|u| u.locale.clone()), "entitlements": [], "context": context(state, doing.channel),
        "app_permissions": in_channel(state, place, BOT).to_string(), "attachment_size_limit": 10_485_760,
        "authorizing_integration_owners": shape::owners(state, by_user, user, doing.channel)
    });
    if let Some(guild) = place.guild {
        let locale = &state.guilds[&guild].locale;
        event["guild_id"] = shape::id(guild);
        event["guild_locale"] = json!(locale);
        event["guild"] = json!({"id": shape::id(guild), "locale": locale, "features": []});
        event["member"] = shape::member(state, guild, user);
        event["member"]["permissions"] = json!(in_channel(state, place, user).to_string());
    } else {
        event["user"] = shape::user(state, user);
    }
    if let Some(message) = doing.source.and_then(|m| state.message(doing.channel, m)) {
        event["message"] = shape::message(state, message);
    }
    let Doing { kind, channel, command, source, .. } = doing;
    let new = Interaction {
        id,
        token,
        kind,
        user,
        channel,
        at,
        source,
        command,
        by_user,
        callback: None,
        original: None,
        followups: 0,
    };
    state.interactions.insert(id, new);
    state.emit("INTERACTION_CREATE", &event, Audience::All);
    id
}
