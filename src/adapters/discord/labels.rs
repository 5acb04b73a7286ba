//! The words that Discord shows outside messages, handed in when the adapter is wired: names and
//! descriptions of commands, titles of forms. The sentences themselves are the engine's.

use std::collections::BTreeMap;

use crate::model::lang::Lang;

/// Every word that the adapter needs.
const KEYS: [&str; 45] = [
    "start",
    "start_text",
    "ask",
    "ask_text",
    "ask_option",
    "ask_option_text",
    "centre",
    "centre_text",
    "centre_option",
    "centre_option_text",
    "book",
    "book_text",
    "book_option",
    "book_option_text",
    "visits",
    "visits_text",
    "person",
    "person_text",
    "language",
    "language_text",
    "settings",
    "settings_text",
    "mydata",
    "mydata_text",
    "forget",
    "forget_text",
    "privacy",
    "privacy_text",
    "help",
    "help_text",
    "desk",
    "desk_text",
    "desk_setup",
    "desk_setup_text",
    "desk_channel",
    "desk_channel_text",
    "desk_role",
    "desk_role_text",
    "desk_alias",
    "desk_alias_text",
    "desk_name",
    "desk_name_text",
    "advise",
    "answer_title",
    "answer_label",
];
/// And those that stand in messages.
const MORE_KEYS: [&str; 6] = ["choose", "not_ready", "map", "write", "write_title", "write_label"];

/// Discord's locales for the languages that have words (discord.com/developers/docs/reference#locales).
/// The commands' own names are English.
pub(super) const LOCALES: [(&str, Lang); 4] =
    [("sv-SE", Lang::Sv), ("fi", Lang::Fi), ("pl", Lang::Pl), ("uk", Lang::Uk)];

/// The words, by language.
#[derive(Clone, Debug)]
pub struct Labels {
    words: BTreeMap<(Lang, &'static str), String>,
}

impl Labels {
    /// Takes every word from whoever knows the sentences.
    #[must_use]
    pub fn new(word: &dyn Fn(Lang, &str) -> String) -> Self {
        let keys = || KEYS.into_iter().chain(MORE_KEYS);
        let words = Lang::OFFERED.iter().flat_map(|lang| keys().map(|key| ((*lang, key), word(*lang, key))));
        Self { words: words.collect() }
    }

    /// A word in a language, or in English.
    pub(super) fn of(&self, lang: Lang, key: &'static str) -> String {
        let known = self.words.get(&(lang, key)).or_else(|| self.words.get(&(Lang::En, key)));
        known.cloned().unwrap_or_else(|| key.to_owned())
    }
}
