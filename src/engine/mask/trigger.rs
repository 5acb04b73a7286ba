//! Finds the words that announce a secret: "pinkod", "lösenordet", "رمز", "пароль".
//!
//! Only the words; whether a secret stands beside one is decided in `secrets`.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::digits::is_dash;

/// What kind of secret a word announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A code: digits.
    Code,
    /// The three digits on the back of a card.
    CardCode,
    /// A password: digits, letters, anything.
    Password,
}

/// A word that announces a secret.
#[derive(Debug)]
pub(super) struct Trigger {
    /// The first byte of the word.
    pub start: usize,
    /// The byte after the word.
    pub end: usize,
    /// What it announces.
    pub kind: Kind,
    /// Whether it is an English word, after which "to" and "on" do not mean "is".
    pub english: bool,
}

/// No word boundaries: with them the regex engine falls back to its slow path on text that is not
/// ASCII. `classify` looks at the rest of the word instead.
static STEMS: LazyLock<Regex> = LazyLock::new(|| {
    let stems = "kood|kod|code|pin|puk|cvc|cvv|otp|tunnuslu|код|пін|пин\
        |lo\u{308}senord|l[oö]senord|losen\\b|passwor[dt]|passord|salasan|парол|has[lł]|baas+w[oe]*r?d\
        |furah\\w* sirta|eray\\w* sirta|lambark\\w* sirta\
        |رمز ?عبور|رمز|كود|کد|پین|كلم[ةه] ?(?:ال)?(?:سر|مرور)|کلمه عبور|گذرواژه|باسوورد|باسورد|پسورد|پسوورد|رق[مي]+ ?(?:ال)?سري";
    #[expect(clippy::expect_used, reason = "a constant pattern, compiled by the tests")]
    Regex::new(&format!("(?i){}", stems.replace("\\b", "").replace("\\w", "[a-z]")))
        .expect("a constant pattern")
});

/// Beginnings that make a word with "kod" or "code" something that is no secret.
const OPEN_PREFIXES: &[&str] = &[
    "qr",
    "streck",
    "fel",
    "rabatt",
    "lands",
    "post",
    "boknings",
    "besöks",
    "besoks",
    "kampanj",
    "färg",
    "käll",
    "spårnings",
    "spår",
    "kund",
    "referens",
    "status",
    "bar",
    "visit",
    "avboknings",
    "plats",
    "artikel",
    "produkt",
    "kolli",
    "order",
    "region",
    "en",
    "de",
    "uni",
    "zip",
    "virhe",
    "viiva",
    "maa",
    "alennus",
    "presentkorts",
];

/// Words before "kod" or "code" that make it something that is no secret.
const OPEN_BEFORE: &[&str] = &[
    "error",
    "discount",
    "promo",
    "qr",
    "zip",
    "postal",
    "post",
    "country",
    "area",
    "booking",
    "visit",
    "tracking",
    "bar",
    "product",
    "source",
    "status",
    "gift",
    "dress",
    "reference",
    "order",
    "fel",
    "rabatt",
    "поштовий",
];

/// Words after it that do.
const OPEN_AFTER: &[&str] = &[
    "pocztowy",
    "pocztowym",
    "rabatowy",
    "qr",
    "błędu",
    "kreskowy",
    "kraju",
    "kierunkowy",
    "of",
    "помилки",
    "країни",
    "پستی",
    "تخفیف",
    "ملی",
    "البريدي",
    "بريدي",
    "الخصم",
    "خصم",
];

const ARABIC_PREFIXES: &[&str] = &["", "ال", "و", "وال", "بال", "ب", "لل", "پین", "پین\u{200c}"];
const ARABIC_SUFFIXES: &[&str] = &[
    "",
    "ي",
    "ی",
    "ه",
    "ك",
    "ک",
    "م",
    "ش",
    "ت",
    "نا",
    "ها",
    "های",
    "هام",
    "مون",
    "\u{200c}ام",
    "\u{200c}ها",
];

/// Every word in the text that announces a secret.
pub(super) fn find(text: &str) -> Vec<Trigger> {
    let mut found: Vec<Trigger> = Vec::new();
    for stem in STEMS.find_iter(text) {
        if found.last().is_some_and(|last| last.end > stem.start()) {
            continue;
        }
        let start = word_start(text, stem.start());
        let end = word_end(text, stem.end());
        let before = text.get(..start).unwrap_or_default();
        // "[kod]" is our own mark.
        if before.ends_with('[') {
            continue;
        }
        let part = |from, to| plain(text.get(from..to).unwrap_or_default());
        let (prefix, suffix) = (part(start, stem.start()), part(stem.end(), end));
        let stem = part(stem.start(), stem.end());
        let Some(kind) = classify(&prefix, &stem, &suffix) else {
            continue;
        };
        if kind != Kind::Code || !is_open(before, text.get(end..).unwrap_or_default()) {
            let english = ["code", "password"].iter().any(|word| stem == *word || suffix.contains(word));
            found.push(Trigger { start, end, kind, english });
        }
    }
    found
}

/// Lower-case and composed, so that "ö" is one character however it was typed.
pub(super) fn plain(word: &str) -> String {
    if word.is_ascii() {
        word.to_ascii_lowercase()
    } else if word.contains(|c| matches!(c, '\u{300}'..='\u{36f}')) {
        word.nfc().flat_map(char::to_lowercase).collect()
    } else {
        word.to_lowercase()
    }
}

/// Whether a character is part of a word as people write compounds: "BankID-koden", "PIN:en" is two.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphabetic() || is_dash(c) || matches!(c, '\'' | '’' | '\u{200c}' | '\u{300}'..='\u{36f}')
}

fn word_start(text: &str, from: usize) -> usize {
    let before = text.get(..from).unwrap_or_default();
    before.char_indices().rev().take_while(|(_, c)| is_word(*c)).last().map_or(from, |(at, _)| at)
}

fn word_end(text: &str, from: usize) -> usize {
    let behind = text.get(from..).unwrap_or_default();
    let letters = behind.trim_start_matches(is_word);
    let word = behind.len() - letters.len();
    // "kod-1234" and "pin - 1234": the dash is not part of the word.
    let word =
        behind.get(..word).unwrap_or_default().trim_end_matches(|c| is_dash(c) || c == '\'' || c == '’');
    from + word.len()
}

fn classify(prefix: &str, stem: &str, suffix: &str) -> Option<Kind> {
    let code = |fits: bool| fits.then_some(Kind::Code);
    let password = |fits: bool| fits.then_some(Kind::Password);
    let short = |part: &str, most: usize| part.chars().count() <= most;
    let bare = prefix.is_empty() || prefix.ends_with(is_dash);
    let ending = |endings: &[&str]| endings.contains(&suffix);
    match stem {
        "kod" => code(
            !is_open_prefix(prefix)
                && ending(&["", "en", "er", "erna", "ens", "s", "u", "em", "y", "ów", "om", "ach"]),
        ),
        "code" => code(!is_open_prefix(prefix) && ending(&["", "s"])),
        "kood" => code(!is_open_prefix(prefix) && suffix.starts_with(['i', 'h', 'k']) && short(suffix, 9)),
        "pin" | "puk" | "otp" | "cvc" | "cvv" => {
            let own = bare || ["kort", "sim", "bankid", "mobil"].contains(&prefix);
            let tail = ending(&["", "en", "et", "s", "u", "em"])
                || suffix.starts_with(is_dash)
                || suffix.starts_with(['\'', '’'])
                || ["kod", "kood", "code"].iter().any(|kod| suffix.starts_with(kod));
            let kind = if stem.starts_with("cv") { Kind::CardCode } else { Kind::Code };
            (own && tail).then_some(kind)
        }
        "код" => code((bare || prefix == "пін") && ending(&["", "у", "ом", "а", "и", "ів"])),
        "пін" | "пин" => {
            code(bare && (suffix.is_empty() || suffix.starts_with(is_dash) || suffix.contains("код")))
        }
        "tunnuslu" => code(short(suffix, 8)),
        "hasl" | "hasł" => password(bare && ending(&["o", "a", "em", "u", "le"])),
        "رمز" | "كود" | "کد" | "پین" => {
            password(ARABIC_PREFIXES.contains(&prefix) && ARABIC_SUFFIXES.contains(&suffix))
        }
        "losen" => password(bare && suffix.is_empty()),
        _ => password(short(suffix, 6)),
    }
}

fn is_open_prefix(prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches(is_dash);
    OPEN_PREFIXES.iter().any(|open| prefix == *open || (open.len() > 3 && prefix.ends_with(open)))
}

/// Whether a neighbouring word makes the code one that is no secret.
fn is_open(before: &str, behind: &str) -> bool {
    let split = |c: char| !is_word(c);
    let last = before.trim_end().rsplit(split).next().map(plain).unwrap_or_default();
    let next = behind.trim_start().split(split).next().map(plain).unwrap_or_default();
    OPEN_BEFORE.contains(&last.as_str()) || OPEN_AFTER.contains(&next.as_str())
}
