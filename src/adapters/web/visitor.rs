//! Who a visitor is: a random cookie, and the address that follows from it.

use axum::http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::http::Site;
use crate::http::token::Token;
use crate::model::chat::{Address, Platform};

/// The name of the cookie.
const COOKIE: &str = "digidel";
/// How long a conversation is kept by the browser: 90 days, in seconds.
const KEPT: i64 = 90 * 86_400;

/// The address of a visitor's conversation: 80 bits of a hash of the cookie, which cannot be turned back.
fn address(token: &Token) -> Address {
    Address::new(Platform::Web, token.hash("web chat").chars().take(20).collect::<String>())
}

/// The visitor that a request comes from.
pub(super) fn known(site: &Site, headers: &HeaderMap) -> Option<Address> {
    site.cookies.token(headers, COOKIE).map(|token| address(&token))
}

/// A new visitor and the `Set-Cookie`.
pub(super) fn new(site: &Site) -> Option<(Address, String)> {
    let token = Token::draw()?;
    Some((address(&token), site.cookies.set(COOKIE, token.secret(), Some(KEPT))))
}

/// The key of a visitor's turn. Keys outlive the person that they came from, so it does not name them.
pub(super) fn key(address: &Address, turn: &str) -> String {
    let hash = Sha256::digest(format!("{}\n{turn}", address.id()));
    // 128 bits: nobody meets the same key twice.
    let short = hash.iter().take(16).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    format!("web:{short:032x}")
}

/// The `Set-Cookie` that forgets the visitor.
pub(super) fn forget(site: &Site) -> String {
    site.cookies.clear(COOKIE)
}
