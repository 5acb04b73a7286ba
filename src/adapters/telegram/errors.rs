//! What went wrong with a call, and what follows from it for a letter and for the operator.
//!
//! Judges only; nothing is repeated or logged here. teloxide's own error type is not used: it knows
//! no difference between a request that never left and one that got no answer, sleeps ten seconds on
//! every 5xx, and has no value for the real text of an old callback.

use std::time::Duration;

use serde_json::Value;

use crate::outbox::SendError;

/// The longest description that is kept, in characters: reasons, not letters.
const LONGEST_REASON: usize = 200;
/// The pause while the token is wrong: only the operator can mend it.
const TOKEN_PAUSE: Duration = Duration::from_mins(1);

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CallError {
    /// It never reached Telegram.
    NotSent(String),
    /// It was sent, and nobody knows whether it was carried out: the connection broke, the time ran
    /// out, or something that is not the Bot API answered.
    NoAnswer(String),
    /// Telegram said no.
    Refused(Refusal),
}

/// A refusal in Telegram's own form (core.telegram.org/bots/api#making-requests).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `error_code`.
    pub code: u16,
    /// `description`, shortened.
    pub text: String,
    /// `parameters.retry_after`, in seconds.
    pub retry_after: Option<u64>,
    /// `parameters.migrate_to_chat_id`.
    pub moved_to: Option<i64>,
}

impl Refusal {
    /// Reads a body with `"ok": false`.
    pub fn read(body: &Value) -> Option<Self> {
        let code = body.get("error_code")?.as_u64().and_then(|code| u16::try_from(code).ok())?;
        let text = body.get("description").and_then(Value::as_str).unwrap_or_default();
        let parameter = |name: &str| body.get("parameters").and_then(|p| p.get(name));
        Some(Self {
            code,
            text: text.chars().take(LONGEST_REASON).collect(),
            retry_after: parameter("retry_after").and_then(Value::as_u64),
            moved_to: parameter("migrate_to_chat_id").and_then(Value::as_i64),
        })
    }

    fn says(&self, parts: &[&str]) -> bool {
        let text = self.text.to_ascii_lowercase();
        parts.iter().any(|part| text.contains(part))
    }
}

impl CallError {
    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::NotSent(_) | Self::NoAnswer(_) => None,
        }
    }

    /// The chat's new address, if it has moved.
    pub fn moved_to(&self) -> Option<i64> {
        self.refusal()?.moved_to
    }

    /// An edit that would change nothing: what was to be seen is seen.
    pub fn is_unchanged(&self) -> bool {
        self.refusal().is_some_and(|r| r.says(&["message is not modified"]))
    }

    /// The message to edit is gone, too old or has no text.
    pub fn is_lost_message(&self) -> bool {
        let signs = [
            "message to edit not found",
            "message can't be edited",
            "no text in the message",
            "message_id_invalid",
        ];
        self.refusal().is_some_and(|r| r.code == 400 && r.says(&signs))
    }

    /// How long Telegram asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal()?.retry_after.map(Duration::from_secs)
    }

    /// What it means for the letter that was to be sent.
    pub fn for_letter(self) -> SendError {
        match self {
            Self::NotSent(why) => SendError::Retry { after: None, why },
            Self::NoAnswer(_) => SendError::Unknown,
            Self::Refused(refusal) => refused(&refusal),
        }
    }

    /// The same for a change that can be repeated without being read twice.
    pub fn for_repeatable(self) -> SendError {
        match self {
            Self::NoAnswer(why) => SendError::Retry { after: None, why },
            other => other.for_letter(),
        }
    }

    /// What the operator is to know or do, in plain words.
    pub fn for_operator(&self) -> String {
        match self {
            Self::NotSent(why) => format!("Telegram cannot be reached ({why})."),
            Self::NoAnswer(why) => format!("Telegram gave no answer ({why})."),
            Self::Refused(r) => match r.code {
                401 | 404 => "Telegram does not know the token. Ask @BotFather for it (/mybots, API Token), \
                              set DIGIDEL__TELEGRAM__TOKEN and start again."
                    .to_owned(),
                409 if r.says(&["webhook"]) => {
                    "This bot has a webhook, and so it cannot poll. Either receive by webhook (set \
                     DIGIDEL__TELEGRAM__WEBHOOK_SECRET and DIGIDEL__HTTP__PUBLIC_URL), or remove the webhook by \
                     opening https://api.telegram.org/bot<TOKEN>/deleteWebhook once."
                        .to_owned()
                }
                409 => "Another program polls with the same token: only one may. Stop the other one, or give \
                        this one a bot of its own."
                    .to_owned(),
                429 => "Telegram asks to wait.".to_owned(),
                code => format!("Telegram refused with {code}: {}.", r.text),
            },
        }
    }
}

fn refused(refusal: &Refusal) -> SendError {
    let gone = [
        "chat not found",
        "user not found",
        "peer_id_invalid",
        "group chat was deactivated",
        "user is deactivated",
    ];
    match refusal.code {
        429 => SendError::Retry {
            after: Some(Duration::from_secs(refusal.retry_after.unwrap_or(1))),
            why: "Telegram asks to wait".to_owned(),
        },
        // A letter must not die of a wrong token.
        401 | 404 => SendError::Retry { after: Some(TOKEN_PAUSE), why: "the token is refused".to_owned() },
        // In Telegram's own form this is a clear no: nothing was sent.
        500.. => SendError::Retry { after: None, why: format!("Telegram answered {}", refusal.code) },
        403 => SendError::Gone,
        400 if refusal.says(&gone) => SendError::Gone,
        _ => SendError::Refused(format!("{}: {}", refusal.code, refusal.text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16, text: &str) -> CallError {
        CallError::Refused(Refusal { code, text: text.to_owned(), ..Refusal::default() })
    }

    #[test]
    fn every_answer_has_its_consequence() {
        let after = |seconds| Some(Duration::from_secs(seconds));
        let busy = Refusal { code: 429, retry_after: Some(7), ..Refusal::default() };
        assert!(
            matches!(CallError::Refused(busy).for_letter(), SendError::Retry { after: a, .. } if a == after(7))
        );
        assert_eq!(CallError::NoAnswer("reset".into()).for_letter(), SendError::Unknown);
        assert!(matches!(CallError::NotSent("refused".into()).for_letter(), SendError::Retry { .. }));
        for text in ["Forbidden: bot was blocked by the user", "Forbidden: user is deactivated"] {
            assert_eq!(refusal(403, text).for_letter(), SendError::Gone);
        }
        assert_eq!(refusal(400, "Bad Request: chat not found").for_letter(), SendError::Gone);
        let dead = refusal(400, "Bad Request: BUTTON_DATA_INVALID").for_letter();
        assert_eq!(dead, SendError::Refused("400: Bad Request: BUTTON_DATA_INVALID".into()));
        assert!(matches!(refusal(500, "Internal Server Error").for_letter(), SendError::Retry { .. }));
        assert!(matches!(refusal(401, "Unauthorized").for_letter(), SendError::Retry { .. }));
        assert!(refusal(400, "Bad Request: message is not modified: specified").is_unchanged());
        assert!(refusal(400, "Bad Request: message to edit not found").is_lost_message());
    }

    #[test]
    fn the_operator_reads_what_to_do() {
        assert!(refusal(401, "Unauthorized").for_operator().contains("@BotFather"));
        let webhook = refusal(409, "Conflict: can't use getUpdates method while webhook is active");
        assert!(webhook.for_operator().contains("deleteWebhook"));
        let other = refusal(409, "Conflict: terminated by other getUpdates request");
        assert!(other.for_operator().contains("Another program"));
    }
}
