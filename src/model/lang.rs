//! The languages and registers that Digidel speaks.
//!
//! Does not guess what language a text is in: see `facts::knowledge::language`.

use std::fmt;
use std::str::FromStr;

use icu_locale_core::locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::{Deserialize, Serialize};

/// A language, or easy Swedish, which is a register as much as a language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    /// Swedish, plain.
    #[default]
    Sv,
    /// Easy Swedish (*lättläst*).
    SvEasy,
    /// English.
    En,
    /// Arabic.
    Ar,
    /// Persian and Dari.
    Fa,
    /// Somali.
    So,
    /// Ukrainian.
    Uk,
    /// Finnish.
    Fi,
    /// Polish.
    Pl,
}

/// The text names no language that Digidel speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a language code")]
pub struct UnknownLang;

impl Lang {
    /// Every language, in the order of the language menu.
    pub const ALL: [Self; 9] =
        [Self::Sv, Self::SvEasy, Self::En, Self::Ar, Self::Fa, Self::So, Self::Uk, Self::Fi, Self::Pl];

    /// The languages whose locale file is complete and that a resident can choose.
    pub const OFFERED: &'static [Self] = &Self::ALL;

    /// The code used in file names and the database: BCP 47, but for `sv-easy`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::SvEasy => "sv-easy",
            Self::En => "en",
            Self::Ar => "ar",
            Self::Fa => "fa",
            Self::So => "so",
            Self::Uk => "uk",
            Self::Fi => "fi",
            Self::Pl => "pl",
        }
    }

    /// The language's own name, for the language menu.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Sv => "Svenska",
            Self::SvEasy => "Lätt svenska",
            Self::En => "English",
            Self::Ar => "العربية",
            Self::Fa => "فارسی / دری",
            Self::So => "Soomaali",
            Self::Uk => "Українська",
            Self::Fi => "Suomi",
            Self::Pl => "Polski",
        }
    }

    /// Whether the script runs from right to left.
    #[must_use]
    pub fn is_rtl(self) -> bool {
        matches!(self, Self::Ar | Self::Fa)
    }

    /// The form that a noun takes beside a count (CLDR, plural rules): the ending of the key that
    /// holds it in the locale files.
    #[must_use]
    pub fn plural(self, count: usize) -> &'static str {
        let locale = match self {
            Self::Sv | Self::SvEasy => locale!("sv"),
            Self::En => locale!("en"),
            Self::Ar => locale!("ar"),
            Self::Fa => locale!("fa"),
            Self::So => locale!("so"),
            Self::Uk => locale!("uk"),
            Self::Fi => locale!("fi"),
            Self::Pl => locale!("pl"),
        };
        let category = PluralRules::try_new_cardinal(locale.into())
            .map_or(PluralCategory::Other, |rules| rules.category_for(count));
        match category {
            PluralCategory::Zero => "zero",
            PluralCategory::One => "one",
            PluralCategory::Two => "two",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        }
    }

    /// Reads a platform's language hint ("sv-SE", "EN", "prs") as a language that is offered.
    #[must_use]
    pub fn from_hint(hint: &str) -> Option<Self> {
        let primary = hint.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        let lang = match primary.as_str() {
            "prs" => Self::Fa,
            other => other.parse().ok()?,
        };
        Self::OFFERED.contains(&lang).then_some(lang)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(code: &str) -> Result<Self, UnknownLang> {
        Self::ALL.into_iter().find(|lang| lang.code() == code).ok_or(UnknownLang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_has_six_forms() {
        let forms = [0, 1, 2, 7, 30, 100].map(|count| Lang::Ar.plural(count));
        assert_eq!(forms, ["zero", "one", "two", "few", "many", "other"]);
    }
}
