//! Identifiers: opaque numbers written in base 36, and the few that are names.
//!
//! Does not draw randomness: [`Fresh`] turns a seed that the caller hands in into a reproducible
//! stream of identifiers, so that `react` stays pure.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text was not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct BadId;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Writes a number in base 36, lower case, without padding.
#[must_use]
pub fn to_base36(mut number: u64) -> String {
    let mut out = Vec::with_capacity(13);
    loop {
        let digit = usize::try_from(number % 36).unwrap_or(0);
        out.push(char::from(DIGITS[digit]));
        number /= 36;
        if number == 0 {
            break;
        }
    }
    out.iter().rev().collect()
}

/// Reads what [`to_base36`] wrote.
///
/// # Errors
/// [`BadId`] for anything else, also upper case, signs and numbers over `u64::MAX`.
pub fn from_base36(text: &str) -> Result<u64, BadId> {
    if text.is_empty() || text.bytes().any(|b| !(b.is_ascii_digit() || b.is_ascii_lowercase())) {
        return Err(BadId);
    }
    u64::from_str_radix(text, 36).map_err(|_| BadId)
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The number as the database keeps it; never negative.
            #[must_use]
            pub fn number(self) -> i64 {
                self.0
            }

            /// Takes a number back from the database; the sign is dropped.
            #[must_use]
            pub fn from_number(number: i64) -> Self {
                Self(number & i64::MAX)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_base36(self.0.unsigned_abs()))
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let number = from_base36(text)?;
                i64::try_from(number).map(Self).map_err(|_| BadId)
            }
        }
    };
}

number_id!(
    /// One logged need of a resident.
    RequestId
);
number_id!(
    /// One visit at a centre, from its hold to its end.
    VisitId
);
number_id!(
    /// One row of the outbox.
    LetterId
);
number_id!(
    /// Somebody who answers at a desk.
    VolunteerId
);

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident, $joint:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as written in files and buttons.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let fits = (1..=32).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == $joint);
                if fits { Ok(Self(text.to_owned())) } else { Err(BadId) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

name_id!(
    /// A centre: 1–32 of `a-z 0-9 -`, as in `config/centres.toml`.
    CentreId,
    b'-'
);
name_id!(
    /// An article: 1–32 of `a-z 0-9 -`, the first part of its file name.
    ArticleId,
    b'-'
);
name_id!(
    /// A topic: 1–32 of `a-z 0-9 _`, as in `config/topics.toml`.
    TopicId,
    b'_'
);

/// A reproducible stream of identifiers from one seed (`SplitMix64`).
///
/// The seed comes from the operating system's generator, once per turn; booking codes are
/// therefore not guessable from one another.
#[derive(Clone, Debug)]
pub struct Fresh(u64);

impl Fresh {
    /// Starts the stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits of the stream.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn number(&mut self) -> i64 {
        // 53 bits: readable in 11 base-36 digits and exact in every JSON reader.
        i64::try_from(self.bits() >> 11).unwrap_or(0)
    }

    /// An identifier for a new request.
    pub fn request(&mut self) -> RequestId {
        RequestId(self.number())
    }

    /// An identifier for a new volunteer.
    pub fn volunteer(&mut self) -> VolunteerId {
        VolunteerId(self.number())
    }

    /// An identifier for a new visit.
    pub fn visit(&mut self) -> VisitId {
        VisitId(self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base36_round_trips() {
        for n in [0, 1, 35, 36, 1_000_000, u64::MAX] {
            assert_eq!(from_base36(&to_base36(n)), Ok(n));
        }
        for bad in ["", "A", "-1", "1 ", "zzzzzzzzzzzzzzz"] {
            assert_eq!(from_base36(bad), Err(BadId));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_identifiers() {
        let (mut a, mut b) = (Fresh::new(7), Fresh::new(7));
        assert_eq!(a.visit(), b.visit());
        assert_ne!(a.visit(), b.request().number().to_string().parse().unwrap_or(VisitId(0)));
    }
}
