//! What can go wrong with a request to Discord, and what follows from it.

use std::future::Future;
use std::time::Duration;

use serenity::http::HttpError;

use crate::outbox::SendError;

/// How long a request may take before nobody knows what became of it.
const PATIENCE: Duration = Duration::from_secs(15);

/// Discord's codes (discord.com/developers/docs/topics/opcodes-and-status-codes#json).
pub(super) mod code {
    pub const UNKNOWN_CHANNEL: isize = 10_003;
    pub const UNKNOWN_MESSAGE: isize = 10_008;
    pub const UNKNOWN_USER: isize = 10_013;
    pub const UNKNOWN_WEBHOOK: isize = 10_015;
    pub const UNKNOWN_INTERACTION: isize = 10_062;
    pub const ALREADY_ANSWERED: isize = 40_060;
    pub const NO_ACCESS: isize = 50_001;
    pub const CLOSED_DMS: isize = 50_007;
    pub const BAD_TOKEN: isize = 50_027;
    pub const NO_MUTUAL_GUILD: isize = 50_278;
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Discord refused it: status and code.
    Refused(u16, isize),
    /// It never arrived.
    Before(String),
    /// It was sent, but no answer came, or none that can be read.
    Unknown,
}

impl Wrong {
    pub(super) fn is(&self, wanted: &[isize]) -> bool {
        matches!(self, Self::Refused(_, code) if wanted.contains(code))
    }

    /// Whether the interaction's token is of no use any more.
    pub(super) fn is_token_gone(&self) -> bool {
        self.is(&[code::UNKNOWN_WEBHOOK, code::BAD_TOKEN, code::UNKNOWN_INTERACTION, code::UNKNOWN_MESSAGE])
            || matches!(self, Self::Refused(401 | 404, _))
    }

    /// Whether the channel is gone, or closed to the bot.
    pub(super) fn is_channel_gone(&self) -> bool {
        self.is(&[code::UNKNOWN_CHANNEL, code::NO_ACCESS])
    }

    /// Whether trying again later may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused(status, _) => matches!(status, 401 | 408 | 429 | 500..),
            Self::Before(_) | Self::Unknown => true,
        }
    }
}

impl From<serenity::Error> for Wrong {
    fn from(error: serenity::Error) -> Self {
        match error {
            serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => {
                Self::Refused(response.status_code.as_u16(), response.error.code)
            }
            serenity::Error::Http(HttpError::Request(error)) if error.is_connect() || error.is_builder() => {
                Self::Before("no connection".to_owned())
            }
            serenity::Error::Http(HttpError::ApplicationIdMissing) => Self::Before("not ready".to_owned()),
            other => {
                tracing::debug!(error = %other, "no answer that can be read");
                Self::Unknown
            }
        }
    }
}

impl From<Wrong> for SendError {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            // The pause that Discord asks for does not come through: the outbox backs off.
            Wrong::Refused(429, _) => Self::Retry { after: None, why: "asked to wait".to_owned() },
            Wrong::Refused(401, _) => Self::Retry { after: None, why: "the token is refused".to_owned() },
            Wrong::Refused(408 | 500.., _) | Wrong::Unknown => Self::Unknown,
            ref gone
                if gone.is(&[
                    code::CLOSED_DMS,
                    code::NO_MUTUAL_GUILD,
                    code::UNKNOWN_USER,
                    code::UNKNOWN_CHANNEL,
                ]) =>
            {
                Self::Gone
            }
            Wrong::Refused(status, code) => Self::Refused(format!("status {status}, code {code}")),
            Wrong::Before(why) => Self::Retry { after: None, why },
        }
    }
}

/// Makes a request, with patience.
pub(super) async fn ask<T>(request: impl Future<Output = serenity::Result<T>>) -> Result<T, Wrong> {
    match tokio::time::timeout(PATIENCE, request).await {
        Ok(result) => result.map_err(Wrong::from),
        Err(_) => Err(Wrong::Unknown),
    }
}
