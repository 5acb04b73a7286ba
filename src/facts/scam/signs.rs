//! Reads a message for what frauds say: hurry, pay, give the code, install this, I have a new number.
//!
//! The words are data; here is only how they are applied.

use super::Sign;
use super::domain::{Known, Owner};
use super::links::Link;
use crate::facts::rules::fold::{Folded, fold};
use crate::facts::rules::sieve::{Any, Sieve, Sifted};

/// The kinds of signs that words give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// See [`Sign::AsksForCode`].
    AsksForCode,
    /// See [`Sign::AsksToInstall`].
    AsksToInstall,
    /// See [`Sign::NewNumberRelative`].
    NewNumberRelative,
    /// See [`Sign::PrizeOrInheritance`].
    PrizeOrInheritance,
    /// See [`Sign::Urgency`].
    Urgency,
    /// See [`Sign::AsksForPayment`].
    AsksForPayment,
    /// The text is somebody's own question.
    Question,
    /// The text speaks to its reader, as received messages do.
    Received,
}

/// Words that are a sign, and words that take it back.
#[derive(Debug)]
pub(super) struct Pattern {
    pub kind: Kind,
    pub any: Any,
    pub unless: Any,
}

/// All the words of one file.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    pub list: Vec<Pattern>,
    pub sieve: Sieve,
}

/// A text, and which of the words could be in it.
pub(super) struct Heard<'a> {
    list: &'a [Pattern],
    sifted: Sifted<'a>,
}

/// A sender's name stands among the first words of a message, in bytes of folded text …
const HEAD: usize = 24;
/// … or behind one of these.
const FROM: [&str; 8] =
    [" fran ", " mvh ", " halsningar ", " vanligen ", " from ", " regards ", " team ", " kundtjanst "];

impl Patterns {
    /// Finds which words could be in a text.
    pub(super) fn hear<'a>(&'a self, folded: &'a Folded) -> Heard<'a> {
        Heard { list: &self.list, sifted: self.sieve.sift(folded.as_str()) }
    }
}

impl Heard<'_> {
    /// The signs that words give.
    pub(super) fn signs(&mut self) -> Vec<Sign> {
        let kinds = [
            (Kind::AsksForCode, Sign::AsksForCode),
            (Kind::AsksToInstall, Sign::AsksToInstall),
            (Kind::NewNumberRelative, Sign::NewNumberRelative),
            (Kind::PrizeOrInheritance, Sign::PrizeOrInheritance),
            (Kind::Urgency, Sign::Urgency),
            (Kind::AsksForPayment, Sign::AsksForPayment),
        ];
        kinds.into_iter().filter(|(kind, _)| self.has(*kind)).map(|(_, sign)| sign).collect()
    }

    /// Whether a text is somebody's own question about messages, links or addresses.
    pub(super) fn is_question(&mut self) -> bool {
        self.has(Kind::Question)
    }

    /// Whether a text speaks to its reader as a received message does.
    pub(super) fn sounds_received(&mut self) -> bool {
        self.has(Kind::Received)
    }

    fn has(&mut self, kind: Kind) -> bool {
        let text = &mut self.sifted;
        let mut of_kind = self.list.iter().filter(|pattern| pattern.kind == kind);
        of_kind.any(|pattern| text.fits(&pattern.any) && !text.fits(&pattern.unless))
    }
}

/// Those from whom the message says that it comes, though none of its links leads to them.
pub(super) fn claims(message: &str, links: &[Link], known: &Known) -> Vec<Sign> {
    let Some(elsewhere) = links.iter().find(|link| known.owner(link).is_none()) else {
        return Vec::new();
    };
    if links.iter().any(|link| known.owner(link).is_some_and(|owner| !owner.means)) {
        return Vec::new();
    }
    let folded = format!(" {} ", fold(&without_links(message)));
    let claim = |owner: &&Owner| {
        let head = if owner.means { 1 } else { HEAD };
        owner.brands.iter().any(|brand| is_sender(&folded, brand, head))
    };
    let claimed = known.owners.iter().find(claim);
    let sign = |owner: &Owner| Sign::ClaimsSender { name: owner.name.clone(), seen: elsewhere.host.clone() };
    claimed.map(sign).into_iter().collect()
}

/// The message without the words that are addresses: the brand inside a link is no signature.
fn without_links(message: &str) -> String {
    let is_link =
        |word: &&str| word.contains("://") || word.contains("www.") || word.trim_matches('.').contains('.');
    message.split_whitespace().filter(|word| !is_link(word)).collect::<Vec<_>>().join(" ")
}

/// Whether a brand stands where a sender's name stands: within the first `head` bytes, or signed.
fn is_sender(folded: &str, brand: &str, head: usize) -> bool {
    let spaced = format!(" {brand} ");
    let genitive = format!(" {brand}s ");
    [spaced, genitive].iter().any(|name| {
        folded.find(name.as_str()).is_some_and(|at| at < head)
            || FROM.iter().any(|from| folded.contains(&format!("{}{}", from.trim_end(), name)))
    })
}
