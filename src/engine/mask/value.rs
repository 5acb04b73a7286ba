//! Weighs what stands where a code or a password would stand.
//!
//! Knows nothing of the words before it but what `secrets` has read from them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::digits::{self, Group, Joint, joined, pair};
use super::trigger::{Kind, Trigger, plain};

/// Words before a number that make it the place or the time of a code, not the code.
const PLACES: &[&str] = &[
    "till", "för", "på", "hos", "från", "i", "av", "med", "efter", "innan", "to", "for", "from", "at", "on",
    "of", "in", "by", "with", "after", "do", "na", "od", "dla", "z", "w", "o", "до", "для", "на", "від", "з",
    "в", "у", "في", "على", "إلى", "برای", "به", "از", "در",
];

/// Words behind a number that make it an amount.
const UNITS: &[&str] = &[
    "kr",
    "kronor",
    "sek",
    "euro",
    "eur",
    "minuter",
    "min",
    "sekunder",
    "timmar",
    "dagar",
    "veckor",
    "månader",
    "år",
    "gånger",
    "siffror",
    "tecken",
    "bokstäver",
    "digits",
    "characters",
    "letters",
    "minutes",
    "seconds",
    "hours",
    "days",
    "times",
    "years",
    "цифр",
    "символів",
    "хвилин",
    "numeroa",
    "merkkiä",
    "minuuttia",
    "cyfr",
    "znaków",
    "minut",
    "أرقام",
    "رقم",
    "دقيقة",
    "رقمی",
    "رقم",
    "دقیقه",
    "lambar",
    "daqiiqo",
];

/// Numbers that anybody may name beside the word "code": care, emergencies, the police.
pub(super) const PUBLIC: &[&[u8]] =
    &[&[1, 1, 2], &[1, 1, 7, 7], &[1, 1, 4, 1, 4], &[1, 1, 3, 1, 3], &[1, 1, 7, 7, 7], &[9, 0, 5, 1, 0]];

/// Words that stand where a password would, and are none.
const NO_PASSWORDS: &[&str] = &[
    "fel",
    "glömt",
    "borta",
    "hemligt",
    "samma",
    "wrong",
    "forgotten",
    "lost",
    "same",
    "hur",
    "vad",
    "var",
    "när",
    "how",
    "what",
    "where",
    "why",
    "jag",
    "ändra",
    "byta",
    "byt",
    "återställ",
    "reset",
    "change",
    "forgot",
    "bankid",
    "google",
    "facebook",
    "apple",
    "swish",
    "gmail",
    "instagram",
    "microsoft",
    "kivra",
    "freja",
    "icloud",
    "wifi",
    "windows",
    "whatsapp",
    "messenger",
    "outlook",
    "hotmail",
    "skatteverket",
    "samsung",
    "android",
    "iphone",
    "qwac",
];

static PRODUCT: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern, compiled by the tests")]
    Regex::new(
        r"(?i)^(?:iphone|ios|ipad|windows|win|android|office|microsoft|galaxy|samsung|covid|steg)-?[0-9]+",
    )
    .expect("a constant pattern")
});

/// What the words so far say about what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing.
    No,
    /// A colon, a dash or an equals sign: it comes now.
    Marked,
    /// A word that means "is".
    Said,
}

/// A value that may begin at some byte, and what was read before it.
pub(super) struct Value<'a> {
    pub text: &'a str,
    pub groups: &'a [Group],
    pub trigger: &'a Trigger,
    pub told: Told,
    pub between: usize,
    pub last: &'a str,
}

impl Value<'_> {
    /// The digits at byte `at`, if they are the code.
    pub(super) fn number(&self, at: usize) -> Option<Range<usize>> {
        let from = self.groups.binary_search_by_key(&at, |group| group.start).ok()?;
        let run = take_run(self.groups.get(from..)?);
        let value = joined(run);
        let end = run.last()?.end;
        let behind = self.text.get(end..)?;
        let least = match (self.told, self.trigger.kind) {
            (Told::No, Kind::Code | Kind::Password) => 4,
            _ => 3,
        };
        let told = self.told != Told::No || self.is_told_silently(&value);
        let fits = told
            && (least..=10).contains(&value.len())
            && !goes_on(behind)
            && !is_date(run)
            && !(value.starts_with(&[0]) && value.len() >= 9);
        fits.then_some(at..end)
    }

    /// Whether a number may be the code although no word says "is".
    fn is_told_silently(&self, value: &[u8]) -> bool {
        let is_year = value.len() == 4 && (19..=20).contains(&pair(value, 0));
        let is_elsewhere = PLACES.contains(&self.last) || PUBLIC.contains(&value);
        self.between <= 4 && !is_elsewhere && (!is_year || self.between == 0)
    }

    /// The word at byte `at`, if it is the password.
    pub(super) fn password(&self, at: usize) -> Option<Range<usize>> {
        if self.trigger.kind != Kind::Password || (self.told == Told::No && PLACES.contains(&self.last)) {
            return None;
        }
        let rest = self.text.get(at..)?;
        let word = rest.split(char::is_whitespace).next()?;
        if self.told == Told::No && !is_mixed(word) {
            return None;
        }
        let token = word.trim_end_matches(['.', ',', ';', ':', '?', ')', '"', '”', '’', '\'', '»', '؟', '،']);
        let bare = plain(token.trim_end_matches('!'));
        let length = bare.chars().count();
        let is_address = token.contains("://") || token.starts_with("www.") || is_email(token);
        let ruled_out = NO_PASSWORDS.contains(&bare.as_str()) || PRODUCT.is_match(token) || is_address;
        if length < 3 || token.contains(['[', ']']) || ruled_out {
            return None;
        }
        let line_ends = rest.get(word.len()..)?.trim_start_matches([' ', '\t']);
        let alone = line_ends.is_empty() || line_ends.starts_with('\n');
        let fits = match self.told {
            // Persian says "my" behind the noun, and "is" behind the value.
            Told::No => (self.between == 0 || self.last == "من") && is_mixed(token),
            Told::Said => is_mixed(token) || has_symbol(token) || has_both_cases(token),
            Told::Marked => {
                let word_alone = alone && length >= 4 && !word.ends_with(['?', '؟']);
                is_mixed(token) || has_symbol(token) || has_both_cases(token) && alone || word_alone
            }
        };
        fits.then_some(at..at + token.len())
    }
}

/// The groups that one code may be written in: "482 913", "4-8-2-9". The first group alone, if
/// together they are too long.
fn take_run(groups: &[Group]) -> &[Group] {
    let run = digits::runs(groups).next().unwrap_or_default();
    let joints_fit = run.iter().skip(1).all(|g| matches!(g.joint, Some(Joint::Space | Joint::Dash)));
    let total: usize = run.iter().map(Group::len).sum();
    let alone =
        run.first().is_some_and(|g| g.len() >= 4) && run.get(1).is_none_or(|g| g.joint != Some(Joint::Dash));
    if alone && (!joints_fit || total > 10) { run.get(..1).unwrap_or(run) } else { run }
}

/// Whether what follows a number makes it something else: a letter glued on, a time, a percentage, an
/// amount, or the other half of a visit's code ("346 KMT").
fn goes_on(behind: &str) -> bool {
    let mut chars = behind.chars();
    match (chars.next(), chars.next()) {
        (Some(c), _) if c.is_alphanumeric() || matches!(c, '%' | '@') => return true,
        (Some(':' | ',' | '.'), Some(c)) if digits::value(c).is_some() => return true,
        (Some(':'), Some('-')) => return true,
        _ => {}
    }
    let word = behind.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_half_a_code = word.chars().count() == 3
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && word.chars().any(|c| c.is_ascii_uppercase());
    UNITS.contains(&plain(word).as_str()) || is_half_a_code
}

fn is_date(run: &[Group]) -> bool {
    let lengths: Vec<usize> = run.iter().map(Group::len).collect();
    let month_at = match lengths.as_slice() {
        [4, 2, 2] => 4,
        [2, 2, 2 | 4] => 2,
        _ => return false,
    };
    (1..=12).contains(&pair(&joined(run), month_at))
}

fn is_email(token: &str) -> bool {
    token.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// Letters and digits in one word.
fn is_mixed(token: &str) -> bool {
    let digit = token.chars().any(|c| digits::value(c).is_some());
    digit && token.chars().any(|c| c.is_alphabetic() || c.is_ascii_punctuation())
}

fn has_symbol(token: &str) -> bool {
    token.contains(['#', '$', '%', '&', '*', '_', '+', '=', '~', '^', '@'])
}

/// Capitals and small letters in one word: nobody writes "Sommar" in the middle of a sentence.
fn has_both_cases(token: &str) -> bool {
    token.chars().count() >= 4
        && token.chars().any(char::is_uppercase)
        && token.chars().any(char::is_lowercase)
}
