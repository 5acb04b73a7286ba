//! Compares the clock that people go by with the one that only ever goes on.
//!
//! Says by how much the former was set, and for how long it has been right; what follows is for others.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::time::Timestamp;

/// A difference of so many seconds between two clocks is nobody's mistake.
const TOLERANCE: i64 = 5;

/// The two clocks as they were when they were last looked at.
pub struct Watch {
    clock: Timestamp,
    steady: Instant,
    right_since: Instant,
}

impl Watch {
    /// Begins to watch, with what both clocks say.
    #[must_use]
    pub fn new(clock: Timestamp, steady: Instant) -> Self {
        Self { clock, steady, right_since: steady }
    }

    /// By how many seconds the clock was set since the last look: 0 if it just went on.
    pub fn jumped(&mut self, clock: Timestamp, steady: Instant) -> i64 {
        let went = i64::try_from((steady - self.steady).as_secs()).unwrap_or(i64::MAX);
        let jumped = clock.duration_since(self.clock).as_secs().saturating_sub(went);
        (self.clock, self.steady) = (clock, steady);
        if jumped.saturating_abs() < TOLERANCE {
            return 0;
        }
        self.right_since = self.steady;
        jumped
    }

    /// For how long the clock has gone on without being set, as of the last look.
    #[must_use]
    pub fn right_for(&self) -> Duration {
        self.steady - self.right_since
    }
}
