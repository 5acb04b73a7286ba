//! A group: who is in it, and what happens to the bot there.
//!
//! It does: let people write in the group (`member`), add and remove the bot, turn the group into a
//! supergroup.
//! It does not: know administrators or topics.

use serde_json::{Value, json};

use super::Server;
use super::user::{Sent, User};
use super::world::{Kind, Standing, bot_user, without_nulls};

/// A group chat.
#[derive(Debug, Clone)]
pub struct Group {
    server: Server,
    id: i64,
}

impl Group {
    pub(super) fn new(server: Server, id: i64) -> Self {
        Self { server, id }
    }

    /// The group's id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The same person, acting in this group.
    pub fn member(&self, person: &User) -> User {
        person.in_chat(self.id)
    }

    /// Somebody adds the bot.
    pub fn add_bot(&self, by: &User) -> Sent {
        let sent = self.member(by).stand(Standing::Welcome, "left", "member");
        self.service(self.id, by, json!({"new_chat_members": [bot_user()]}));
        sent
    }

    /// Somebody removes the bot.
    pub fn kick_bot(&self, by: &User) -> Sent {
        self.member(by).stand(Standing::Kicked, "member", "kicked")
    }

    /// The group becomes a supergroup: the bot gets a service message in both.
    pub fn migrate(&self, by: &User, to: i64) -> Self {
        let title = self.server.shared.with(|world| {
            let chat = world.chats.get_mut(&self.id).expect("the group exists");
            chat.standing = Standing::Migrated(to);
            chat.name.clone()
        });
        self.server.shared.with(|world| {
            world.open_chat(to, Kind::Supergroup, &title, Standing::Welcome);
        });
        self.service(self.id, by, json!({"migrate_to_chat_id": to}));
        self.service(to, by, json!({"migrate_from_chat_id": self.id}));
        Self { server: self.server.clone(), id: to }
    }

    /// A service message; the bot gets these in privacy mode too.
    fn service(&self, chat: i64, by: &User, content: Value) {
        self.server.shared.with(|world| {
            let message = world.add_message(chat, by.json(), without_nulls(content));
            world.push_update("message", message);
        });
    }
}
