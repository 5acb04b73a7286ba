//! One-time codes from an app: TOTP (RFC 6238) with SHA-1, 6 digits and 30 seconds, as every app does.
//!
//! Each step is accepted once; a step before and after is, as clocks differ.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::model::time::Timestamp;

/// Length of a step in seconds.
const STEP: i64 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A secret of 160 bits in base 32 (RFC 4226, section 4, R6).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Draws one; `None` without randomness.
    #[must_use]
    pub fn draw() -> Option<Self> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).ok()?;
        let letters = bytes.iter().filter_map(|b| BASE32.get(usize::from(b % 32)));
        Some(Self(letters.map(|b| char::from(*b)).collect()))
    }

    /// Takes one back from the database or a form.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let fits = text.len() == 32 && text.bytes().all(|b| BASE32.contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// As typed into an app.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address that an app reads from the QR code.
    #[must_use]
    pub fn uri(&self, login: &str) -> String {
        format!("otpauth://totp/Digidel:{login}?secret={}&issuer=Digidel", self.0)
    }

    fn key(&self) -> Vec<u8> {
        let mut bits = 0_u32;
        let mut count = 0;
        let mut key = Vec::with_capacity(20);
        for byte in self.0.bytes() {
            let value =
                BASE32.iter().position(|b| *b == byte).and_then(|v| u32::try_from(v).ok()).unwrap_or(0);
            bits = (bits << 5) | value;
            count += 5;
            if count >= 8 {
                count -= 8;
                key.push(u8::try_from((bits >> count) & 0xff).unwrap_or(0));
                bits &= (1 << count) - 1;
            }
        }
        key
    }

    fn code(&self, step: i64) -> Option<String> {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.key()).ok()?;
        mac.update(&u64::try_from(step).ok()?.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest.last()? & 0x0f);
        let four: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
        Some(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
    }

    /// The code of an instant, as the app shows it.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> Option<String> {
        self.code(now.as_second() / STEP)
    }

    /// The step whose code this is, if it is good now and later than the last one used.
    #[must_use]
    pub fn accepts(&self, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = now.as_second() / STEP;
        (step - 1..=step + 1)
            .filter(|s| *s > last_step)
            .find(|s| self.code(*s).is_some_and(|right| right.as_bytes().ct_eq(code.as_bytes()).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v6_5_1_a_one_time_code_works_once() {
        // RFC 6238, appendix B: the key "12345678901234567890", here in base 32.
        let secret = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into());
        let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::MIN);
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(secret.code_at(at(second)).as_deref(), Some(code));
        }
        let step = secret.accepts("081 804", at(1_111_111_109), 0);
        assert_eq!(step, Some(37_037_036));
        assert_eq!(secret.accepts("081804", at(1_111_111_109), 37_037_036), None);
        assert_eq!(secret.accepts("081804", at(1_111_111_200), 0), None);
    }
}
