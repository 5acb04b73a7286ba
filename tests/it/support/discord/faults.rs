//! What is to go wrong, and when: the tests' way to be Discord on a bad day.
//!
//! It only decides; `http.rs` cuts and delays, `gateway.rs` drops and refuses.

use std::collections::BTreeMap;
use std::time::Duration;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It has no effect and is answered with this status, as by the proxy in front of Discord.
    Status(u16),
    /// It has its effect, but is answered with this status.
    StatusAfter(u16),
    /// The connection is reset before anything happens.
    ResetBefore,
    /// It has its effect; then the connection is reset without an answer.
    ResetAfter,
    /// It waits before it has its effect.
    SlowBefore(Duration),
    /// It has its effect at once, but the answer waits.
    SlowAfter(Duration),
    /// 429 on this route for so long; requests in the meantime are refused too.
    RateLimit(Duration),
    /// 429 on every route but those of interactions for so long.
    GlobalRateLimit(Duration),
}

/// Where an event meets a drop of the gateway's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The event is not sent; a resumed session gets it.
    Before,
    /// The event is the last thing sent.
    After,
}

struct Rule {
    route: String,
    times: usize,
    fault: Fault,
}

/// Everything that is planned.
#[derive(Default)]
pub struct Faults {
    rules: Vec<Rule>,
    /// Route or, if empty, everything → when the limit ends, in milliseconds.
    limits: BTreeMap<String, u64>,
    /// Whether every connection is refused, HTTP and gateway.
    pub outage: bool,
    /// The next event of this name drops the gateway.
    pub drop_at: Option<(String, Moment)>,
    /// Whether heartbeats go unanswered.
    pub deaf: bool,
    /// How many events that were already seen a resumed session gets again.
    pub replay: u64,
    /// How many connections to the gateway are closed at once.
    pub refuse: usize,
}

impl Faults {
    /// Plans a fault for the next `times` requests whose method and path look like `route`:
    /// `POST /channels/{}/messages`, where `{…}` is any one segment and `* *` is any request.
    pub fn plan(&mut self, route: &str, times: usize, fault: Fault) {
        self.rules.push(Rule { route: route.to_owned(), times, fault });
    }

    /// Forgets everything that was planned.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What is to happen to this request; uses up one of the planned times.
    pub fn strike(&mut self, method: &str, path: &str) -> Option<Fault> {
        let rule = self.rules.iter_mut().find(|r| r.times > 0 && matches(&r.route, method, path))?;
        rule.times -= 1;
        Some(rule.fault)
    }

    /// Begins a limit that ends at `until`.
    pub fn limit(&mut self, route: &str, until: u64) {
        self.limits.insert(route.to_owned(), until);
    }

    /// Until when this route is limited, and whether that is because everything is.
    pub fn limited(&self, route: &str, now: u64) -> Option<(u64, bool)> {
        // Answers to interactions do not count to the global limit.
        let exempt = route.contains("/interactions/") || route.contains("/webhooks/");
        let global = self.limits.get("").filter(|_| !exempt).map(|until| (*until, true));
        let own = self.limits.get(route).map(|until| (*until, false));
        own.into_iter().chain(global).find(|(until, _)| *until > now)
    }

    /// Whether sending this event drops the connection; happens once.
    pub fn drops_at(&mut self, event: &str) -> Option<Moment> {
        let (_, moment) = self.drop_at.take_if(|(name, _)| name == event)?;
        Some(moment)
    }
}

fn matches(route: &str, method: &str, path: &str) -> bool {
    let Some((verb, shape)) = route.split_once(' ') else { return false };
    if verb != "*" && verb != method {
        return false;
    }
    let (shape, path): (Vec<&str>, Vec<&str>) =
        (shape.trim_matches('/').split('/').collect(), path.trim_matches('/').split('/').collect());
    shape == ["*"]
        || shape.len() == path.len() && shape.iter().zip(path).all(|(s, p)| s.starts_with('{') || *s == p)
}
