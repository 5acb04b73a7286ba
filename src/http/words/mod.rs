//! What the pages say: a typed method per sentence, in one language.
//!
//! Beside `engine::say` the only caller of `t!`: pages are no part of the conversation.

mod centre;
mod console;
mod knowledge;
mod requests;
mod web;

use crate::model::lang::Lang;
use crate::model::time::{Timestamp, in_sweden};

/// The words of the pages in a language.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub Lang);

/// The words of the console in a language; the common words are at hand through it.
#[derive(Clone, Copy, Debug)]
pub struct Terms(pub Words);

impl std::ops::Deref for Terms {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.0
    }
}

macro_rules! words {
    ($words:ident: $($name:ident($($arg:ident),*) = $key:literal;)+) => {
        impl $words { $(
            #[doc = concat!("The text `", $key, "`.")]
            #[must_use]
            pub fn $name(self $(, $arg: impl std::fmt::Display)*) -> String {
                rust_i18n::t!($key, locale = self.lang().code() $(, $arg = self.apart($arg.to_string()))*).into_owned()
            }
        )+ }
    };
}
use words;

impl Words {
    /// The language.
    #[must_use]
    pub fn lang(self) -> Lang {
        self.0
    }

    /// A name, a number or a time that stands in a text: kept apart where the script runs from right to
    /// left, so that it cannot turn its surroundings nor be turned (U+2068 and U+2069).
    #[must_use]
    pub fn apart(self, value: String) -> String {
        if self.0.is_rtl() { format!("\u{2068}{value}\u{2069}") } else { value }
    }

    /// "1 dag", "30 dagar".
    #[must_use]
    pub fn days(self, count: usize) -> String {
        let key = format!("unit.days_{}", self.0.plural(count));
        rust_i18n::t!(key, locale = self.0.code(), count = count.to_string()).into_owned()
    }

    /// The value of `lang` in HTML; easy Swedish is Swedish.
    #[must_use]
    pub fn html_lang(self) -> &'static str {
        match self.0 {
            Lang::SvEasy => "sv",
            other => other.code(),
        }
    }

    /// The value of `lang` for text in another language. (Templates hand out references.)
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "templates hand out references")]
    pub fn html_lang_of(self, lang: &Lang) -> &'static str {
        Words(*lang).html_lang()
    }

    /// Whether this is the language.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "templates hand out references")]
    pub fn is(self, lang: &Lang) -> bool {
        self.0 == *lang
    }

    /// The value of `dir` in HTML.
    #[must_use]
    pub fn dir(self) -> &'static str {
        if self.0.is_rtl() { "rtl" } else { "ltr" }
    }

    /// "2027-03-01 10:00" on Sweden's wall clock: the form that Swedish lists use.
    #[must_use]
    pub fn stamp(self, at: &Timestamp) -> String {
        self.apart(in_sweden(*at).strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// "10:00" on Sweden's wall clock.
    #[must_use]
    pub fn hour(self, at: &Timestamp) -> String {
        in_sweden(*at).strftime("%H:%M").to_string()
    }
}
