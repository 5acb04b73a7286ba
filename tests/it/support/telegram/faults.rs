//! The plan of what goes wrong.
//!
//! It does: keep an ordered list of faults, each with a condition (method, chat, how many calls to
//! let pass, how often to strike), and hand out the one that hits a given call; the same for faults
//! in the stream of updates.
//! It does not: carry them out (`server.rs` does, and `updates.rs` for updates).

use std::time::Duration;

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `retry_after` in seconds; no effect.
    RetryAfter(u32),
    /// A status (500, 502, …) with a body of HTML, as a proxy in front of Telegram writes it; no
    /// effect. teloxide waits 10 s inside the call on any 5xx.
    Html(u16),
    /// It happens, then a proxy answers with this status and HTML: the sender cannot know.
    HtmlAfter(u16),
    /// A refusal in Telegram's own form; no effect.
    Refuse(u16, String),
    /// 400 that says that the group has become a supergroup with this id; no effect.
    MigrateTo(i64),
    /// The connection breaks before anything happened.
    ResetBefore,
    /// It happens, then the connection breaks: the sender cannot know.
    ResetAfter,
    /// Waits, then does it and answers.
    DelayBefore(Duration),
    /// Does it, then waits before it answers.
    DelayAfter(Duration),
    /// Does it, then answers with half a JSON document.
    Malformed,
}

impl Fault {
    /// 401, as for a revoked token.
    pub fn unauthorized() -> Self {
        Self::Refuse(401, "Unauthorized".to_owned())
    }

    /// 403, as from a resident who blocked the bot.
    pub fn forbidden() -> Self {
        Self::Refuse(403, "Forbidden: bot was blocked by the user".to_owned())
    }

    /// 409, as when a second copy of the bot polls.
    pub fn conflict() -> Self {
        Self::Refuse(409, super::updates::TWO_POLLERS.to_owned())
    }
}

/// Which calls a fault hits.
#[derive(Debug, Clone)]
pub struct When {
    method: Option<String>,
    chat: Option<i64>,
    skip: usize,
    times: usize,
}

impl When {
    /// The next call of this method.
    pub fn next(method: &str) -> Self {
        Self { method: Some(method.to_ascii_lowercase()), chat: None, skip: 0, times: 1 }
    }

    /// The `n`-th call of this method from now, counted from 1.
    pub fn nth(method: &str, n: usize) -> Self {
        Self { skip: n.saturating_sub(1), ..Self::next(method) }
    }

    /// Every call of this method until `clear_faults`.
    pub fn always(method: &str) -> Self {
        Self { times: usize::MAX, ..Self::next(method) }
    }

    /// The next call of any method except `getUpdates`, which polls all the time.
    pub fn any() -> Self {
        Self { method: None, chat: None, skip: 0, times: 1 }
    }

    /// Only calls to this chat.
    pub fn chat(mut self, chat: i64) -> Self {
        self.chat = Some(chat);
        self
    }

    /// Not before so many of these calls have passed.
    pub fn after(mut self, calls: usize) -> Self {
        self.skip = calls;
        self
    }

    /// This many calls in a row.
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    fn covers(&self, method: &str, chat: Option<i64>) -> bool {
        let named = match &self.method {
            Some(wanted) => wanted.eq_ignore_ascii_case(method),
            None => method != "getUpdates",
        };
        named && self.chat.is_none_or(|wanted| Some(wanted) == chat)
    }
}

/// What goes wrong with the stream of updates, once each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateFault {
    /// Every update of the next delivery comes twice.
    Twice,
    /// The next delivery comes in reverse order (by webhook: the second update before the first).
    Reversed,
    /// The next confirmation is forgotten: the whole batch comes again.
    ForgetConfirmation,
}

/// All planned faults.
#[derive(Debug, Default)]
pub struct Plan {
    calls: Vec<(When, Fault)>,
    updates: Vec<UpdateFault>,
}

impl Plan {
    /// Adds a fault behind those that wait already.
    pub fn add(&mut self, when: When, fault: Fault) {
        self.calls.push((when, fault));
    }

    /// Adds a fault of the update stream.
    pub fn add_update(&mut self, fault: UpdateFault) {
        self.updates.push(fault);
    }

    /// Forgets everything that has not struck yet.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many planned faults have not struck (completely) yet.
    pub fn waiting(&self) -> usize {
        self.calls.len() + self.updates.len()
    }

    /// The fault for this call, if one is due. Every matching entry counts the call.
    pub fn strike(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let mut struck = None;
        for (when, fault) in &mut self.calls {
            if !when.covers(method, chat) {
                continue;
            }
            if when.skip > 0 {
                when.skip -= 1;
            } else if struck.is_none() {
                when.times = when.times.saturating_sub(1);
                struck = Some(fault.clone());
            }
        }
        self.calls.retain(|(when, _)| when.times > 0);
        struck
    }

    /// Takes this fault of the update stream, if it is the next one.
    pub fn take_update(&mut self, wanted: UpdateFault) -> bool {
        let due = self.updates.first() == Some(&wanted);
        if due {
            self.updates.remove(0);
        }
        due
    }
}
