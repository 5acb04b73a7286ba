//! How much one visitor may ask of the server in a while.
//!
//! A bucket per key that fills again with time (GCRA). Kept in memory, with a cap on the number of
//! keys; a restart forgives everybody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::extract::ConnectInfo;
use axum::http::Request;

use crate::model::time::{Timestamp, to_millis};

/// How many keys are remembered; beyond it those that are full again are forgotten.
const KEYS: usize = 20_000;

/// So many at once, and one more every so many milliseconds.
#[derive(Debug)]
pub struct Limit {
    burst: i64,
    every: i64,
    /// When each key's bucket is full again, in milliseconds since 1970.
    full_at: Mutex<HashMap<String, i64>>,
}

impl Limit {
    /// `burst` at once, then one every `every` milliseconds.
    #[must_use]
    pub fn new(burst: i64, every: i64) -> Self {
        Self { burst, every, full_at: Mutex::default() }
    }

    /// Takes one out of the key's bucket, unless it is empty.
    pub fn admits(&self, key: &str, now: Timestamp) -> bool {
        let now = to_millis(now);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= KEYS {
            full_at.retain(|_, full| *full > now);
            if full_at.len() >= KEYS {
                // A flood of keys: nobody new comes in, rather than memory growing without end.
                return full_at.contains_key(key);
            }
        }
        let full = full_at.get(key).copied().unwrap_or(now).max(now) + self.every;
        if full - now > self.burst * self.every {
            return false;
        }
        full_at.insert(key.to_owned(), full);
        true
    }
}

/// Where a request comes from: the peer, or what the trusted proxy in front of us says of it.
#[must_use]
pub fn origin<B>(request: &Request<B>, behind_proxy: bool) -> String {
    let forwarded = || {
        // The rightmost is the one that our own proxy wrote; those to its left can be forged.
        let header = request.headers().get("x-forwarded-for")?.to_str().ok()?;
        header.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let peer = || request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().map(|c| c.0.ip());
    let ip = if behind_proxy { forwarded() } else { peer() };
    match ip {
        // A household has a whole /64.
        Some(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(v4) => v4.to_string(),
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::from_millis;

    #[test]
    fn v2_4_1_a_bucket_empties_and_fills_again() {
        let limit = Limit::new(3, 1_000);
        let at = |ms: i64| from_millis(1_000_000 + ms);
        assert!((0..3).all(|_| limit.admits("a", at(0))));
        assert!(!limit.admits("a", at(0)));
        assert!(limit.admits("b", at(0)));
        assert!(limit.admits("a", at(1_000)) && !limit.admits("a", at(1_000)));
    }
}
