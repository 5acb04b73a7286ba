//! What is remembered of an update to answer it: which message to edit, or which to quote.
//!
//! Written into the outbox as a short text that only this adapter reads.

use std::fmt;

use teloxide::types::MessageId;

use crate::model::chat::ReplyHandle;

/// How to answer an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// A button of this message was pressed; it is a text and can be edited in place.
    Text(MessageId),
    /// A button of this message was pressed; it is a file, a place or a picture.
    Other(MessageId),
    /// Somebody wrote this message in a group: the answer quotes it.
    Quote(MessageId),
}

impl Handle {
    /// Reads what [`fmt::Display`] wrote; what another version wrote is no handle.
    #[must_use]
    pub fn read(handle: &ReplyHandle) -> Option<Self> {
        let kind = handle.0.chars().next()?;
        let id = MessageId(handle.0.get(kind.len_utf8()..)?.parse().ok()?);
        match kind {
            't' => Some(Self::Text(id)),
            'o' => Some(Self::Other(id)),
            'q' => Some(Self::Quote(id)),
            _ => None,
        }
    }

    /// The message whose button was pressed.
    #[must_use]
    pub fn tapped(self) -> Option<MessageId> {
        match self {
            Self::Text(id) | Self::Other(id) => Some(id),
            Self::Quote(_) => None,
        }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(id) => write!(f, "t{id}"),
            Self::Other(id) => write!(f, "o{id}"),
            Self::Quote(id) => write!(f, "q{id}"),
        }
    }
}

impl From<Handle> for ReplyHandle {
    fn from(handle: Handle) -> Self {
        Self(handle.to_string())
    }
}
