//! Secrets that a browser keeps: drawn, hashed, compared, and put into cookies.
//!
//! Draws from the operating system itself: a token must not follow from the seed of a turn. The
//! database only ever sees the hash.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A secret of 256 bits in hexadecimal.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// Draws one; `None` if the operating system has no randomness.
    #[must_use]
    pub fn draw() -> Option<Self> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(hex(&bytes)))
    }

    /// Takes one from a cookie or a link: 64 hexadecimal digits.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// The secret itself, for the browser.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What the database keeps, or a second secret derived for another purpose.
    #[must_use]
    pub fn hash(&self, purpose: &str) -> String {
        hex(&Sha256::digest(format!("{purpose}\n{}", self.0)))
    }

    /// Whether a form carries the value derived from this token, compared in constant time.
    #[must_use]
    pub fn vouches_for(&self, purpose: &str, value: &str) -> bool {
        self.hash(purpose).as_bytes().ct_eq(value.as_bytes()).into()
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// How cookies are set: by whether people come over https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// Over https: `Secure` and the `__Host-` prefix, which binds the cookie to this very host.
    pub secure: bool,
    /// Whether the chat may stand in a frame on other sites.
    pub framed: bool,
}

impl Cookies {
    fn name(self, name: &str) -> String {
        if self.secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The token of a cookie.
    #[must_use]
    pub fn token(self, headers: &HeaderMap, name: &str) -> Option<Token> {
        let jar = CookieJar::from_headers(headers);
        Token::read(jar.get(&self.name(name))?.value())
    }

    /// A `Set-Cookie` for a token, gone after so many seconds; `None` ends with the browser.
    #[must_use]
    pub fn set(self, name: &str, value: &str, seconds: Option<i64>) -> String {
        let mut cookie = Cookie::new(self.name(name), value.to_owned());
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_secure(self.secure);
        // A frame on another site gets a cookie of its own there, which no other site can read.
        if self.framed && self.secure {
            cookie.set_same_site(SameSite::None);
            cookie.set_partitioned(true);
        } else {
            cookie.set_same_site(SameSite::Lax);
        }
        let mut header = cookie.to_string();
        if let Some(seconds) = seconds {
            header.push_str(&format!("; Max-Age={seconds}"));
        }
        header
    }

    /// A `Set-Cookie` that takes the cookie away.
    #[must_use]
    pub fn clear(self, name: &str) -> String {
        self.set(name, "", Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v3_3_1_cookies_are_bound_to_the_host_over_https() {
        let set = |secure, framed| Cookies { secure, framed }.set("staff", "x", None);
        assert_eq!(set(true, false), "__Host-staff=x; HttpOnly; SameSite=Lax; Secure; Path=/");
        assert!(set(true, true).contains("SameSite=None") && set(true, true).contains("Partitioned"));
        assert_eq!(set(false, true), "staff=x; HttpOnly; SameSite=Lax; Path=/");
    }

    #[test]
    fn v7_2_3_tokens_are_random_and_only_their_hash_is_kept() {
        let (a, b) = (Token::draw(), Token::draw());
        let (Some(a), Some(b)) = (a, b) else { panic!("no randomness") };
        assert_ne!(a, b);
        assert!(!a.hash("session").contains(a.secret()));
        assert!(a.vouches_for("csrf", &a.hash("csrf")) && !a.vouches_for("csrf", &b.hash("csrf")));
        assert_eq!(format!("{a:?}"), "Token(…)");
    }
}
