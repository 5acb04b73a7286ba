//! Where a conversation takes place, and who speaks in it.
//!
//! An address is opaque to everyone but the adapter of its platform.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::lang::Lang;

/// A platform that an adapter exists for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// `digidel chat`, and the transcripts in tests.
    Terminal,
    /// Telegram.
    Telegram,
    /// Discord.
    Discord,
    /// The web chat.
    Web,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Self; 4] = [Self::Terminal, Self::Telegram, Self::Discord, Self::Web];

    /// The name used in addresses, settings and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Telegram => "telegram",
            Self::Discord => "discord",
            Self::Web => "web",
        }
    }
}

/// The text is not `platform:id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address of the form platform:id")]
pub struct BadAddress;

/// One place to write to: `telegram:3527065`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    platform: Platform,
    id: String,
}

impl Address {
    /// The address of `id` on a platform. Control characters in the id are dropped.
    pub fn new(platform: Platform, id: impl fmt::Display) -> Self {
        let id = id.to_string().chars().filter(|c| !c.is_control()).collect();
        Self { platform, id }
    }

    /// The platform that the address belongs to.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The platform's own identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.platform.name(), self.id)
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let (name, id) = text.split_once(':').ok_or(BadAddress)?;
        let platform = Platform::ALL.into_iter().find(|p| p.name() == name).ok_or(BadAddress)?;
        if id.is_empty() { Err(BadAddress) } else { Ok(Self::new(platform, id)) }
    }
}

impl TryFrom<String> for Address {
    type Error = BadAddress;

    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

/// Who can read what is written in a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The resident and the bot alone.
    #[default]
    Private,
    /// A group or a channel: nothing personal is asked, kept or shown here.
    Group,
    /// A thread of the volunteers' desk.
    Desk,
}

/// A conversation: an address and who can read it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Chat {
    /// Where it takes place.
    pub address: Address,
    /// Who can read it.
    pub scope: Scope,
}

impl Chat {
    /// A private chat.
    #[must_use]
    pub fn private(address: Address) -> Self {
        Self { address, scope: Scope::Private }
    }
}

/// In what capacity somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Somebody who seeks help; everyone, unless an adapter or the console knows better.
    Resident,
    /// Somebody at the volunteers' desk. Whether they may do what they ask for is decided by their
    /// groups; the alias that residents see is in the store.
    Volunteer {
        /// Their own address; residents never see it.
        who: Address,
        /// The groups that the platform says they belong to.
        groups: Vec<String>,
    },
    /// A member of staff, by the account's number in the console.
    Staff(i64),
    /// Time itself: a letter that the bot wrote to itself has come due.
    Clock,
}

/// What a platform tells of a person without being asked. Only hints: nothing is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hints {
    /// The language of the person's app, if it is one that we speak.
    pub lang: Option<Lang>,
}

/// What an adapter needs to answer this very event (a message to edit, an interaction token).
/// Opaque to everyone but the adapter that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplyHandle(pub String);

/// The platform's own identifier of one message, opaque to everyone but its adapter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageRef(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        let address = Address::new(Platform::Discord, "t:12");
        assert_eq!(address.to_string(), "discord:t:12");
        assert_eq!(address.to_string().parse(), Ok(address));
        for bad in ["", "telegram", "telegram:", "icq:1"] {
            assert_eq!(bad.parse::<Address>(), Err(BadAddress));
        }
    }
}
