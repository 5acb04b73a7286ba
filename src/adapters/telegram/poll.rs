//! Long polling, where each poll confirms only what is on disk. While that is being written, more is polled:
//! what is not confirmed comes once more then, and is passed over.
//!
//! teloxide's own polling confirms a batch before it is handled, so a crash could lose it; and its
//! dispatcher panics when Telegram is away at the start. Hence this loop.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::api::{PATIENCE, Request};
use super::errors::CallError;
use super::health::Health;
use super::read::{ALLOWED, Me, number};
use super::{LONGEST_PAUSE, Telegram};

/// The most updates of one poll: Telegram's own limit.
const BATCH: u8 = 100;

/// So many updates are handed to the writer at once. While these are saved the next are understood.
const HALF: usize = 50;
/// After so many at once it is likely that more have come meanwhile.
const BUSY: usize = 16;

impl Telegram {
    /// Polls until it is told to stop.
    pub(super) async fn poll(self: &Arc<Self>, stop: &CancellationToken) {
        let Some(me) = self.me.get() else { return };
        let mut confirm: Option<i64> = None;
        let mut failures = 0_u32;
        loop {
            let polled = tokio::select! {
                polled = self.updates(confirm, self.poll_seconds) => polled,
                () = stop.cancelled() => return,
            };
            let pause = match polled {
                Ok(updates) => {
                    self.note(Health::well);
                    let mut work = Work::new(confirm, updates);
                    let all = self.work_off(&mut work, me, stop).await;
                    confirm = work.confirm;
                    if all {
                        failures = 0;
                        continue;
                    }
                    pause_after(&mut failures)
                }
                Err(error) => {
                    self.complain(&error);
                    let pause = pause_after(&mut failures);
                    error.retry_after().unwrap_or(pause)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Handles what was polled, and what comes meanwhile. `false`: what is not confirmed has to be polled again.
    async fn work_off(self: &Arc<Self>, work: &mut Work, me: &Me, stop: &CancellationToken) -> bool {
        let (mut all, mut busy) = (true, true);
        loop {
            if !all || stop.is_cancelled() {
                // Not confirmed, so it comes again.
                work.ahead.clear();
            }
            if !work.ahead.is_empty() && work.under_way.len() < 2 {
                let some: Vec<Value> = work.ahead.drain(..work.ahead.len().min(HALF)).collect();
                busy &= some.len() >= BUSY;
                let (last, taken) = (last(&some), self.take(&some, me).await);
                let this = Arc::clone(self);
                let finishing = tokio::spawn(async move { this.finish(taken).await });
                work.under_way.push_back((last, finishing));
            } else if all && busy && work.ahead.is_empty() && work.under_way.len() == 1 {
                // At once, with what is under way before what is new; a failure shows in the next poll.
                busy = tokio::select! {
                    more = self.updates(work.confirm, 0) => work.add(more.unwrap_or_default()),
                    () = stop.cancelled() => false,
                };
            } else if let Some((last, finishing)) = work.under_way.pop_front() {
                all &= finishing.await.unwrap_or(false);
                if all {
                    work.confirm = last.map(|last| last.saturating_add(1));
                }
            } else {
                return all;
            }
        }
    }

    async fn updates(&self, offset: Option<i64>, seconds: u16) -> Result<Vec<Value>, CallError> {
        let mut params = json!({ "limit": BATCH, "timeout": seconds, "allowed_updates": ALLOWED });
        if let Some(offset) = offset {
            params["offset"] = offset.into();
        }
        let patience = Duration::from_secs(u64::from(seconds)) + PATIENCE;
        let updates = self.api.call_within(&Request::raw("GetUpdates", params), patience).await?;
        match updates {
            Value::Array(updates) => Ok(updates),
            _ => Err(CallError::NoAnswer("no list of updates".to_owned())),
        }
    }
}

/// What has been polled and is not confirmed.
struct Work {
    /// The number that confirms everything that is on disk.
    confirm: Option<i64>,
    /// The last number that was polled.
    newest: Option<i64>,
    /// What the writer does not have yet.
    ahead: VecDeque<Value>,
    /// What it has, in its order: the last number, and whether all of it is on disk.
    under_way: VecDeque<(Option<i64>, JoinHandle<bool>)>,
}

impl Work {
    /// After an empty poll everything is confirmed, and the next number may be a lower one: Telegram draws it
    /// anew after a week without updates (core.telegram.org/bots/api#update).
    fn new(confirm: Option<i64>, updates: Vec<Value>) -> Self {
        let newest = last(&updates);
        let confirm = confirm.filter(|_| !updates.is_empty());
        Self { confirm, newest, ahead: updates.into(), under_way: VecDeque::new() }
    }

    /// Adds what came meanwhile; `false` if nothing did.
    fn add(&mut self, updates: Vec<Value>) -> bool {
        self.ahead.extend(updates.into_iter().filter(|update| number(update) > self.newest));
        self.newest = self.ahead.iter().filter_map(number).max().max(self.newest);
        !self.ahead.is_empty()
    }
}

fn last(updates: &[Value]) -> Option<i64> {
    updates.iter().filter_map(number).max()
}

/// 0.5, 1, 2 … seconds: the first failure is often a connection that has only grown old.
fn pause_after(failures: &mut u32) -> Duration {
    let pause = Duration::from_millis(500).saturating_mul(1 << (*failures).min(6));
    *failures = failures.saturating_add(1);
    pause.min(LONGEST_PAUSE)
}
