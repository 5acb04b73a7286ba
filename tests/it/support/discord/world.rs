//! What owners and moderators do: guilds, channels, roles, people who come and go.
//!
//! Nobody's permission is asked here. Whoever listens on the gateway is told.

use serde_json::json;

use super::gateway::Audience;
use super::permissions::{BOT_ROLE, EVERYONE};
use super::state::{BOT, Channel, Guild, Id, Kind, Member, Role, State, User};
use super::{Person, Server, channels, people, shape};

impl Server {
    /// Somebody with an account, who speaks Swedish until told otherwise.
    pub fn person(&self, name: &str) -> Person {
        let id = self.change(|state| add_user(state, name));
        Person::new(self.clone(), id)
    }

    /// A guild with the bot in it, which holds what a bot like ours asks for.
    pub fn guild(&self, name: &str) -> Id {
        let id = self.change(|state| {
            let id = state.next_id();
            let owner = add_user(state, &format!("{name}s ägare"));
            let everyone = Role { name: "@everyone".into(), permissions: EVERYONE, managed: false };
            let guild = Guild {
                id,
                name: name.to_owned(),
                owner,
                locale: "sv-SE".into(),
                roles: [(id, everyone)].into(),
                members: [(owner, Member { roles: [].into(), joined: state.now() })].into(),
                thread_cap: 1000,
            };
            state.guilds.insert(id, guild);
            id
        });
        self.invite_bot(id, BOT_ROLE);
        id
    }

    /// Lets the bot into a guild with these permissions.
    pub fn invite_bot(&self, guild: Id, permissions: u64) {
        self.change(|state| {
            let (role, joined) = (state.next_id(), state.now());
            let Some(place) = state.guilds.get_mut(&guild) else { return };
            place.roles.insert(role, Role { name: "Digidel".into(), permissions, managed: true });
            place.members.insert(BOT, Member { roles: [role].into(), joined });
            let event = shape::full_guild(state, &state.guilds[&guild]);
            state.emit("GUILD_CREATE", &event, Audience::Guild(guild, None));
        });
    }

    /// Changes what the bot may do in a guild.
    pub fn set_bot_permissions(&self, guild: Id, permissions: u64) {
        self.change(|state| {
            let Some(place) = state.guilds.get_mut(&guild) else { return };
            let held = place.members.get(&BOT).map(|m| m.roles.clone()).unwrap_or_default();
            for role in held {
                if let Some(role) = place.roles.get_mut(&role) {
                    role.permissions = permissions;
                }
            }
        });
    }

    /// Throws the bot out of a guild.
    pub fn kick_bot(&self, guild: Id) {
        self.change(|state| people::part(state, guild, BOT));
    }

    /// A role of a guild.
    pub fn role(&self, guild: Id, name: &str, permissions: u64) -> Id {
        self.change(|state| {
            let id = state.next_id();
            if let Some(place) = state.guilds.get_mut(&guild) {
                place.roles.insert(id, Role { name: name.to_owned(), permissions, managed: false });
            }
            id
        })
    }

    /// Deletes a role.
    pub fn delete_role(&self, guild: Id, role: Id) {
        self.change(|state| {
            let Some(place) = state.guilds.get_mut(&guild) else { return };
            place.roles.remove(&role);
            for member in place.members.values_mut() {
                member.roles.remove(&role);
            }
            let event = json!({"guild_id": shape::id(guild), "role_id": shape::id(role)});
            state.emit("GUILD_ROLE_DELETE", &event, Audience::Guild(guild, None));
        });
    }

    /// An ordinary channel.
    pub fn text_channel(&self, guild: Id, name: &str) -> Id {
        self.change(|state| {
            let id = state.next_id();
            channels::announce(state, Channel { guild: Some(guild), ..Channel::new(id, Kind::Text, name) });
            id
        })
    }

    /// A forum with these tags.
    pub fn forum(&self, guild: Id, name: &str, tags: &[&str]) -> Id {
        self.change(|state| {
            let id = state.next_id();
            let tags = tags.iter().map(|tag| (state.next_id(), (*tag).to_owned())).collect();
            channels::announce(
                state,
                Channel { guild: Some(guild), tags, ..Channel::new(id, Kind::Forum, name) },
            );
            id
        })
    }

    /// Whether every post of a forum must have a tag.
    pub fn require_tag(&self, forum: Id, required: bool) {
        self.change(|state| {
            if let Some(place) = state.channels.get_mut(&forum) {
                place.tag_required = required;
            }
        });
    }

    /// The id of a forum's tag.
    pub fn tag(&self, forum: Id, name: &str) -> Option<Id> {
        self.look(|state| state.channels.get(&forum)?.tags.iter().find(|(_, n)| n == name).map(|(id, _)| *id))
    }

    /// The posts or threads of a channel, oldest first.
    pub fn threads(&self, parent: Id) -> Vec<Channel> {
        self.look(|state| state.channels.values().filter(|c| c.parent == Some(parent)).cloned().collect())
    }

    /// Archives a thread, or wakes it.
    pub fn archive(&self, thread: Id, archived: bool) {
        self.change(|state| channels::set_archived(state, thread, archived));
    }

    /// Locks a thread, or unlocks it.
    pub fn lock(&self, thread: Id, locked: bool) {
        self.change(|state| channels::apply(state, thread, &json!({"locked": locked})));
    }

    /// Deletes a channel or thread.
    pub fn delete_channel(&self, channel: Id) {
        self.change(|state| channels::remove(state, channel));
    }

    /// Deletes a message as a moderator would.
    pub fn delete_message(&self, channel: Id, message: Id) {
        self.change(|state| super::messages::remove(state, channel, message));
    }

    /// Sets what a role, a person or the bot is allowed and denied in a channel, beyond their roles.
    pub fn overwrite(&self, channel: Id, who: Id, allow: u64, deny: u64) {
        self.change(|state| {
            let Some(place) = state.channels.get_mut(&channel) else { return };
            place.overwrites.retain(|(id, ..)| *id != who);
            place.overwrites.push((who, allow, deny));
            channels::apply(state, channel, &json!({}));
        });
    }
}

fn add_user(state: &mut State, name: &str) -> Id {
    let id = state.next_id();
    let user = User { id, name: name.to_owned(), locale: "sv-SE".into(), closed: false, installed: false };
    state.users.insert(id, user);
    id
}
