//! Waiting for something to become true, without sleeping.
//!
//! It does: look again after every change on the server, up to one overall deadline, and report
//! what was there instead.
//! It does not: fail a test; the caller decides (`?`, `unwrap`).

use std::fmt::{self, Write as _};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::log::Record;
use super::screen::{Bubble, Screen};
use super::user::{Sent, User};
use super::{Server, log};

/// It did not happen in time. Its text tells what the screens and the log showed.
#[derive(Clone)]
pub struct TimedOut {
    report: String,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

// As `Display`, so that `unwrap` prints readable lines.
impl fmt::Debug for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

impl std::error::Error for TimedOut {}

/// No wait for one change takes longer, by the clock of a process that runs.
const SLICE: Duration = Duration::from_secs(1);

/// So many calls are shown in a report.
const LAST_CALLS: usize = 12;

impl Server {
    /// Waits until `look` gives something. `what` names it in the report.
    pub async fn wait<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> Result<T, TimedOut> {
        let mut left = self.patience;
        // Subscribed before the first look: no change can slip in between.
        let mut changed = self.shared.subscribe();
        loop {
            if let Some(found) = look(self) {
                return Ok(found);
            }
            if left.is_zero() {
                return Err(self.timed_out(what));
            }
            let began = Instant::now();
            let _ = timeout(left.min(SLICE), changed.changed()).await;
            // While the machine or this process stood still, nobody could have done anything.
            left = left.saturating_sub(began.elapsed().min(SLICE));
        }
    }

    /// Waits until a method was called (at least) `count` times and these calls were answered.
    pub async fn called(&self, method: &str, count: usize) -> Result<Vec<Record>, TimedOut> {
        let what = format!("{count} answered calls of {method}");
        let wanted =
            |r: &&Record| r.outcome != log::Outcome::Pending && r.method.eq_ignore_ascii_case(method);
        self.wait(&what, |server| {
            server.shared.look(|world| {
                let enough = world.log.iter().filter(wanted).count() >= count;
                enough.then(|| world.log.iter().filter(wanted).cloned().collect())
            })
        })
        .await
    }

    /// Waits until the bot has confirmed every update.
    pub async fn all_confirmed(&self) -> Result<(), TimedOut> {
        self.wait("all updates confirmed", |server| server.pending().is_empty().then_some(())).await
    }

    fn timed_out(&self, what: &str) -> TimedOut {
        let mut report = format!("not within {:?}: {what}\n", self.patience);
        for chat in self.chats() {
            let _ = write!(report, "--- chat {chat}\n{}", self.screen(chat));
        }
        let _ = writeln!(report, "--- {} updates unconfirmed; last calls:", self.pending().len());
        let calls = self.requests();
        for call in calls.iter().skip(calls.len().saturating_sub(LAST_CALLS)) {
            let _ = writeln!(report, "{call}");
        }
        for violation in self.violations() {
            let _ = writeln!(report, "violation: {violation}");
        }
        TimedOut { report }
    }
}

impl User {
    /// This person's screen now.
    pub fn screen(&self) -> Screen {
        self.server().screen(self.chat_id())
    }

    /// Waits until `look` finds something on this person's screen; it is asked only after changes
    /// in this chat.
    pub async fn wait<T>(
        &self,
        what: &str,
        mut look: impl FnMut(Screen) -> Option<T>,
    ) -> Result<T, TimedOut> {
        let what = format!("chat {}: {what}", self.chat_id());
        let mut seen = None;
        let find = |server: &Server| {
            let version = server.shared.look(|w| w.chats.get(&self.chat_id()).map(|c| c.version));
            if seen == Some(version) {
                return None;
            }
            seen = Some(version);
            look(self.screen())
        };
        self.server().wait(&what, find).await
    }

    /// Waits until a message of the bot that contains `part` is on the screen; the newest one.
    pub async fn sees(&self, part: &str) -> Result<Bubble, TimedOut> {
        self.wait(&format!("shows \"{part}\""), |screen| screen.find(part).cloned()).await
    }

    /// Waits until no message of the bot on the screen contains `part`.
    pub async fn no_longer_sees(&self, part: &str) -> Result<(), TimedOut> {
        let what = format!("no longer shows \"{part}\"");
        self.wait(&what, |screen| screen.find(part).is_none().then_some(())).await
    }

    /// Waits until a button with this label is on the screen.
    pub async fn sees_button(&self, label: &str) -> Result<Bubble, TimedOut> {
        let find = |screen: Screen| screen.bubbles.into_iter().rev().find(|b| b.button(label).is_some());
        self.wait(&format!("has a button \"{label}\""), find).await
    }

    /// Waits for the first message that the bot wrote or edited after `sent`.
    pub async fn answer_to(&self, sent: &Sent) -> Result<Bubble, TimedOut> {
        let find = |screen: Screen| {
            let newer = screen.bubbles.into_iter().filter(|b| b.from_bot && b.touched > sent.change);
            newer.min_by_key(|b| b.touched)
        };
        self.wait(&format!("an answer to {sent:?}"), find).await
    }

    /// Waits until the bot has shown this text as the answer to a tap.
    pub async fn sees_toast(&self, part: &str) -> Result<String, TimedOut> {
        let find = |screen: Screen| screen.toasts.into_iter().rev().find(|t| t.contains(part));
        self.wait(&format!("a toast \"{part}\""), find).await
    }
}
