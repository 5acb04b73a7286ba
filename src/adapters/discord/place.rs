//! Discord's places as addresses: opaque to everyone else, read and written only here.
//!
//! | id of the address | what |
//! | --- | --- |
//! | `<user>` | a person, reached by direct message or through their interaction |
//! | `g:<channel>:<user>` | a person who speaks to the bot in a channel for all to read |
//! | `p:<channel>:<message>` | a message in a channel that is answered for all to read |
//! | `t:<thread>` | a thread of the desk |
//! | `f:<guild>:<channel>` and `f:<guild>:<channel>:<request>` | the desk's place; the post of a request there |
//! | `guild:<guild>` | a guild |

use crate::model::chat::{Address, Platform};
use crate::model::id::RequestId;

/// A place of Discord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    User(u64),
    Group { channel: u64, user: u64 },
    Public { channel: u64, message: u64 },
    Thread(u64),
    Desk { guild: u64, channel: u64, request: Option<RequestId> },
    Guild(u64),
}

fn id(text: &str) -> Option<u64> {
    // Serenity's identifiers cannot be zero.
    text.parse().ok().filter(|id| *id != 0)
}

impl Place {
    pub(super) fn read(address: &Address) -> Option<Self> {
        if address.platform() != Platform::Discord {
            return None;
        }
        let parts: Vec<&str> = address.id().split(':').collect();
        Some(match parts.as_slice() {
            [user] => Self::User(id(user)?),
            ["g", channel, user] => Self::Group { channel: id(channel)?, user: id(user)? },
            ["p", channel, message] => Self::Public { channel: id(channel)?, message: id(message)? },
            ["t", thread] => Self::Thread(id(thread)?),
            ["f", guild, channel] => Self::Desk { guild: id(guild)?, channel: id(channel)?, request: None },
            ["f", guild, channel, request] => {
                let request = Some(request.parse().ok()?);
                Self::Desk { guild: id(guild)?, channel: id(channel)?, request }
            }
            ["guild", guild] => Self::Guild(id(guild)?),
            _ => return None,
        })
    }

    pub(super) fn address(self) -> Address {
        let id = match self {
            Self::User(user) => user.to_string(),
            Self::Group { channel, user } => format!("g:{channel}:{user}"),
            Self::Public { channel, message } => format!("p:{channel}:{message}"),
            Self::Thread(thread) => format!("t:{thread}"),
            Self::Desk { guild, channel, request: None } => format!("f:{guild}:{channel}"),
            Self::Desk { guild, channel, request: Some(request) } => format!("f:{guild}:{channel}:{request}"),
            Self::Guild(guild) => format!("guild:{guild}"),
        };
        Address::new(Platform::Discord, id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_as_it_was_written() {
        let request = "4f2k".parse().ok();
        for place in [
            Place::User(1),
            Place::Group { channel: 1, user: 2 },
            Place::Public { channel: 1, message: 2 },
            Place::Thread(3),
            Place::Desk { guild: 1, channel: 2, request: None },
            Place::Desk { guild: 1, channel: 2, request },
            Place::Guild(9),
        ] {
            assert_eq!(Place::read(&place.address()), Some(place));
        }
        for bad in ["0", "x", "t:", "t:x", "g:1", "f:1:2:!", "guild:0", "t:1:2:3:4"] {
            assert_eq!(Place::read(&Address::new(Platform::Discord, bad)), None, "{bad}");
        }
        assert_eq!(Place::read(&Address::new(Platform::Telegram, "1")), None);
    }
}
