//! How the world looks in Discord's JSON. It only reads.

use serde_json::{Value, json};

use super::permissions::in_channel;
use super::state::{
    BOT, Callback, Channel, Command, File, Guild, Id, Interaction, Kind, Member, Message, State,
};

/// A moment, as Discord writes it.
pub fn time(milliseconds: u64) -> Value {
    let signed = i64::try_from(milliseconds).unwrap_or_default();
    let moment = jiff::Timestamp::from_millisecond(signed).unwrap_or_default();
    json!(moment.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string())
}

/// An id: a string, because numbers this large lose digits in JavaScript.
pub fn id(id: Id) -> Value {
    json!(id.to_string())
}

fn ids<'a>(ids: impl IntoIterator<Item = &'a Id>) -> Value {
    ids.into_iter().map(|i| id(*i)).collect()
}

/// A person or the bot.
pub fn user(state: &State, who: Id) -> Value {
    json!({
        "id": id(who), "username": state.name(who).to_lowercase().replace(' ', "_"), "global_name": state.name(who),
        "discriminator": "0", "avatar": null, "banner": null, "accent_color": null, "avatar_decoration_data": null,
        "collectibles": null, "primary_guild": null, "clan": null, "bot": who == BOT, "public_flags": 0, "flags": 0
    })
}

/// The bot as it sees itself.
pub fn own_user(state: &State) -> Value {
    let mut own = user(state, BOT);
    let extra = json!({"mfa_enabled": true, "verified": true, "email": null, "locale": "sv-SE"});
    merge(&mut own, &extra);
    own
}

fn merge(into: &mut Value, extra: &Value) {
    for (key, value) in extra.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

/// A member without the user, as in messages.
pub fn bare_member(member: &Member) -> Value {
    json!({
        "roles": ids(&member.roles), "joined_at": time(member.joined), "nick": null, "avatar": null, "banner": null,
        "premium_since": null, "deaf": false, "mute": false, "flags": 0, "pending": false,
        "communication_disabled_until": null
    })
}

/// A member with the user.
pub fn member(state: &State, guild: Id, who: Id) -> Value {
    let Some(found) = state.guilds.get(&guild).and_then(|g| g.members.get(&who)) else { return Value::Null };
    let mut json = bare_member(found);
    json["user"] = user(state, who);
    json
}

/// A guild's roles.
pub fn roles(guild: &Guild) -> Value {
    let role = |(i, (role_id, role)): (usize, (&Id, &super::state::Role))| {
        json!({
            "id": id(*role_id), "name": role.name, "permissions": role.permissions.to_string(), "position": i,
            "color": 0, "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
            "hoist": false, "managed": role.managed, "mentionable": false, "icon": null, "unicode_emoji": null,
            "flags": 0, "description": null
        })
    };
    guild.roles.iter().enumerate().map(role).collect()
}

/// A guild as GET answers it.
pub fn guild(guild: &Guild) -> Value {
    json!({
        "id": id(guild.id), "name": guild.name, "owner_id": id(guild.owner), "preferred_locale": guild.locale,
        "roles": roles(guild), "icon": null, "splash": null, "discovery_splash": null, "description": null,
        "home_header": null, "banner": null, "application_id": null, "afk_channel_id": null, "afk_timeout": 300,
        "system_channel_id": null, "system_channel_flags": 0, "widget_enabled": false, "widget_channel_id": null,
        "verification_level": 1, "default_message_notifications": 1, "explicit_content_filter": 0, "mfa_level": 0,
        "max_presences": null, "max_members": 500_000, "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50, "vanity_url_code": null, "premium_tier": 0,
        "premium_subscription_count": 0, "premium_progress_bar_enabled": false, "rules_channel_id": null,
        "public_updates_channel_id": null, "safety_alerts_channel_id": null, "hub_type": null, "nsfw": false,
        "nsfw_level": 0, "features": [], "emojis": [], "stickers": [], "incidents_data": null, "region": "deprecated"
    })
}

/// A guild as `GUILD_CREATE` brings it.
pub fn full_guild(state: &State, which: &Guild) -> Value {
    let mut json = guild(which);
    let joined = which.members.get(&BOT).map_or(0, |m| m.joined);
    let here = |c: &&Channel| c.guild == Some(which.id) && in_channel(state, c, BOT) != 0;
    let (threads, channels): (Vec<&Channel>, Vec<&Channel>) =
        state.channels.values().filter(here).partition(|c| c.kind == Kind::Thread);
    let extra = json!({
        "joined_at": time(joined), "large": false, "unavailable": false, "member_count": which.members.len(),
        // Without the member intent Discord sends the bot's own membership only.
        "members": [member(state, which.id, BOT)],
        "channels": channels.iter().map(|c| channel(state, c)).collect::<Vec<_>>(),
        "threads": threads.iter().filter(|c| !c.archived).map(|c| channel(state, c)).collect::<Vec<_>>(),
        "voice_states": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": []
    });
    merge(&mut json, &extra);
    json
}

/// A channel, thread or direct conversation.
pub fn channel(state: &State, which: &Channel) -> Value {
    let last = which.messages.values().rfind(|m| m.only_for.is_none()).map(|m| id(m.id));
    let mut json = json!({"id": id(which.id), "type": which.kind as u8, "last_message_id": last, "flags": 0});
    let extra = match which.kind {
        Kind::Dm => json!({"recipients": which.with.iter().map(|u| user(state, *u)).collect::<Vec<_>>()}),
        Kind::Thread => thread(which),
        Kind::Text | Kind::Forum => {
            let overwrite = |(who, allow, deny): &(Id, u64, u64)| {
                json!({"id": id(*who), "type": u8::from(state.users.contains_key(who)),
                       "allow": allow.to_string(), "deny": deny.to_string()})
            };
            json!({
                "guild_id": which.guild.map(id), "name": which.name, "topic": which.topic, "parent_id": null,
                "position": 0, "nsfw": false, "rate_limit_per_user": 0, "last_pin_timestamp": null,
                "permission_overwrites": which.overwrites.iter().map(overwrite).collect::<Vec<_>>()
            })
        }
    };
    merge(&mut json, &extra);
    if which.kind == Kind::Forum {
        let tag = |(tag, name): &(Id, String)| json!({"id": id(*tag), "name": name, "moderated": false, "emoji_id": null, "emoji_name": null});
        json["available_tags"] = which.tags.iter().map(tag).collect();
        json["flags"] = json!(u64::from(which.tag_required) << 4);
        json["default_reaction_emoji"] = Value::Null;
        json["default_sort_order"] = Value::Null;
        json["default_forum_layout"] = json!(0);
    }
    json
}

fn thread(which: &Channel) -> Value {
    json!({
        "guild_id": which.guild.map(id), "parent_id": which.parent.map(id), "name": which.name,
        "owner_id": id(which.owner), "rate_limit_per_user": 0, "last_pin_timestamp": null,
        "message_count": which.messages.len(), "total_message_sent": which.messages.len(), "member_count": 1,
        "applied_tags": ids(&which.applied), "bitrate": 64000, "user_limit": 0, "rtc_region": null,
        "thread_metadata": {
            "archived": which.archived, "locked": which.locked, "auto_archive_duration": which.archive_after,
            "archive_timestamp": time(which.archive_changed), "create_timestamp": time(which.archive_changed)
        }
    })
}

/// A message as the REST API answers it.
pub fn message(state: &State, which: &Message) -> Value {
    let mut json = json!({
        "id": id(which.id), "channel_id": id(which.channel), "author": user(state, which.author),
        "content": which.content, "timestamp": time(which.at), "edited_timestamp": which.edited.map(time),
        "tts": false, "mention_everyone": false, "pinned": which.pinned, "type": which.kind, "flags": which.flags,
        "mentions": which.mentions.iter().map(|u| user(state, *u)).collect::<Vec<_>>(), "mention_roles": [],
        "attachments": which.files.iter().map(|f| file(state, f)).collect::<Vec<_>>(),
        "embeds": which.embeds, "components": which.components
    });
    if !which.nonce.is_null() {
        json["nonce"] = which.nonce.clone();
    }
    if let Some(target) = which.reply_to {
        json["message_reference"] =
            json!({"type": 0, "message_id": id(target), "channel_id": id(which.channel)});
        json["referenced_message"] =
            state.message(which.channel, target).map_or(Value::Null, |m| message(state, m));
    }
    if let Some(cause) = which.interaction.and_then(|i| state.interactions.get(&i)) {
        json["application_id"] = id(BOT);
        json["webhook_id"] = id(BOT);
        json["interaction_metadata"] = metadata(state, cause);
    }
    json
}

/// What a message tells of the interaction that it answers; of a form, also of what opened it.
fn metadata(state: &State, cause: &Interaction) -> Value {
    let mut json = json!({
        "id": id(cause.id), "type": cause.kind, "user": user(state, cause.user),
        "authorizing_integration_owners": owners(state, cause.by_user, cause.user, cause.channel)
    });
    if let Some(source) = cause.source.filter(|_| cause.kind == 3) {
        json["interacted_message_id"] = id(source);
    }
    let opened = |other: &&Interaction| {
        let form = matches!(other.callback, Some(Callback::Modal(_)));
        form && other.id < cause.id && other.user == cause.user && other.channel == cause.channel
    };
    if let Some(opener) = state.interactions.values().rfind(opened).filter(|_| cause.kind == 5) {
        json["triggering_interaction_metadata"] = metadata(state, opener);
    }
    json
}

/// A message as the gateway brings it: with guild and member.
pub fn message_event(state: &State, which: &Message) -> Value {
    let mut json = message(state, which);
    let guild = state.channels.get(&which.channel).and_then(|c| c.guild);
    if let Some(guild) = guild {
        json["guild_id"] = id(guild);
        if let Some(found) = state.guilds.get(&guild).and_then(|g| g.members.get(&which.author)) {
            json["member"] = bare_member(found);
        }
    }
    json
}

/// Who let the bot in: the guild (0) or the person (1).
pub fn owners(state: &State, by_user: bool, user: Id, channel: Id) -> Value {
    if by_user {
        return json!({"1": id(user)});
    }
    // In a conversation with the bot itself Discord names the guild "0".
    let guild = state.channels.get(&channel).and_then(|c| c.guild);
    json!({"0": id(guild.unwrap_or_default())})
}

fn file(state: &State, which: &File) -> Value {
    let url = format!("{}/attachments/{}/{}", state.urls.0, which.id, which.name);
    json!({"id": id(which.id), "filename": which.name, "size": which.bytes.len(), "url": url, "proxy_url": url,
           "content_type": which.mime})
}

/// A registered command.
pub fn command(which: &Command) -> Value {
    let defaults = json!({
        "type": 1, "description": "", "name_localizations": null, "description_localizations": null,
        "default_member_permissions": null, "dm_permission": true, "nsfw": false, "options": []
    });
    let mut json = defaults;
    merge(&mut json, &which.body);
    let extra = json!({"id": id(which.id), "application_id": id(BOT), "version": id(which.id)});
    merge(&mut json, &extra);
    if let Some(guild) = which.guild {
        json["guild_id"] = id(guild);
    }
    json
}

/// The bot's application.
pub fn application(state: &State) -> Value {
    let mut json = json!({
        "id": id(BOT), "name": "Digidel", "icon": null, "description": "", "bot_public": true,
        "bot_require_code_grant": false, "verify_key": "0".repeat(64), "team": null, "owner": user(state, BOT),
        "flags": if state.reads_content { 1 << 19 } else { 0 }, "redirect_uris": [], "rpc_origins": [], "summary": "",
        "hook": true, "is_monetized": false, "interactions_endpoint_url": null, "approximate_guild_count": state.guilds.len(),
        "approximate_user_install_count": 0, "approximate_user_authorization_count": 0, "type": null, "flags_new": "0",
        "role_connections_verification_url": null, "explicit_content_filter": 0, "eligible_oauth2_scopes": []
    });
    merge(&mut json, &Value::Object(state.application.clone()));
    json
}
