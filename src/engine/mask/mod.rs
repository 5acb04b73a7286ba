//! Masks what nobody should send to a bot, before anything is stored, logged or relayed.
//!
//! [`mask`] takes out personal identity numbers, bank card numbers, and codes and passwords that are
//! named as such. [`mask_contacts`] also takes out telephone numbers and e-mail addresses. Everything
//! else is kept byte for byte. Nothing is validated against a register, and a secret that nothing
//! gives away (a bare "4821") cannot be found: this lowers the harm of a slip, it is no vault.

mod contacts;
mod context;
mod digits;
mod numbers;
mod secrets;
mod trigger;
mod value;

use std::cmp::Reverse;
use std::ops::Range;

use crate::model::event::Masked;

/// Stands where a personal identity number stood.
pub const IDENTITY_MARK: &str = "[personnummer]";
/// Stands where a bank card number stood.
pub const CARD_MARK: &str = "[kortnummer]";
/// Stands where a code or a password stood.
pub const CODE_MARK: &str = "[kod]";
/// Stands where a telephone number stood.
pub const PHONE_MARK: &str = "[telefon]";
/// Stands where an e-mail address stood.
pub const EMAIL_MARK: &str = "[e-post]";

/// A mark may bring two neighbours closer, so that one more secret comes into view. More rounds than
/// this have never been seen; the bound is there so that the time is bounded too.
const ROUNDS: usize = 8;

/// Something to take out of a text.
struct Find {
    bytes: Range<usize>,
    mark: &'static str,
}

/// Masks personal identity numbers, coordination and interim numbers, bank card numbers, and codes
/// and passwords in context, and tells what it masked.
///
/// Masking twice is masking once. A text without a digit and without a word such as "password" is
/// only looked through once.
#[must_use]
pub fn mask(text: &str) -> (String, Masked) {
    let mut text = text.to_owned();
    let mut masked = Masked::default();
    for _ in 0..ROUNDS {
        let Some(next) = mask_once(&text, &mut masked) else {
            break;
        };
        text = next;
    }
    (text, masked)
}

/// Masks all that [`mask`] masks, and telephone numbers and e-mail addresses: what is logged or shown
/// to others does not need them.
///
/// Numbers that belong to nobody in person stay, because people ask about them: 112, 1177, 114 14,
/// and everything under 020, 0200, 0770 and 0771.
#[must_use]
pub fn mask_contacts(text: &str) -> String {
    let mut text = mask(text).0;
    for _ in 0..ROUNDS {
        let finds = contacts::find(&text);
        if finds.is_empty() {
            break;
        }
        // Without a number beside it, a secret may stand out that did not before.
        text = mask(&replace(&text, &apart(finds))).0;
    }
    text
}

/// One round; `None` if there was nothing to mask.
fn mask_once(text: &str, masked: &mut Masked) -> Option<String> {
    let groups = digits::groups(text);
    let triggers = trigger::find(text);
    if groups.is_empty() && triggers.is_empty() {
        return None;
    }
    let mut finds = numbers::find(text, &groups);
    finds.extend(secrets::find(text, &groups, &triggers));
    if finds.is_empty() {
        return None;
    }
    let finds = apart(finds);
    for find in &finds {
        match find.mark {
            IDENTITY_MARK => masked.identity_number = true,
            CARD_MARK => masked.card_number = true,
            _ => masked.code = true,
        }
    }
    Some(replace(text, &finds))
}

/// In order; of two finds that overlap, the one that begins first is kept, or else the longer one.
fn apart(mut finds: Vec<Find>) -> Vec<Find> {
    finds.sort_by_key(|find| (find.bytes.start, Reverse(find.bytes.end)));
    let mut free_from = 0;
    finds.retain(|find| {
        let keep = find.bytes.start >= free_from;
        if keep {
            free_from = find.bytes.end;
        }
        keep
    });
    finds
}

/// Puts the marks in.
fn replace(text: &str, finds: &[Find]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for find in finds {
        out.push_str(text.get(from..find.bytes.start).unwrap_or_default());
        out.push_str(find.mark);
        from = find.bytes.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
