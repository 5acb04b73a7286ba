//! What platforms show of the bot outside of conversations, and the few words adapters say themselves.
//!
//! Data only: the sentences stand in `locales/`, and the program hands them to each adapter.

use super::event::Command;
use super::lang::Lang;

/// The bot's face in one language; plain text throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The language.
    pub lang: Lang,
    /// The bot's name, at most 64 characters.
    pub name: String,
    /// What it can do, at most 512 characters.
    pub description: String,
    /// The same in at most 120 characters.
    pub short: String,
    /// What each command does, at most 256 characters each, in the order of the menu.
    pub commands: Vec<(Command, String)>,
    /// The button that opens the way to a place in a map.
    pub route: String,
    /// A brief notice that a button is old, at most 200 characters.
    pub old_button: String,
    /// That something is wrong with the bot, and that what was written is not lost.
    pub out_of_order: String,
    /// That the position can be shared with the button below.
    pub position_below: String,
}

/// A profile for every language that is offered; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiles {
    first: Profile,
    others: Vec<Profile>,
}

impl Profiles {
    /// The first stands in for every language that is missing.
    #[must_use]
    pub fn new(first: Profile, others: Vec<Profile>) -> Self {
        Self { first, others }
    }

    /// The profile in a language, or the first one.
    #[must_use]
    pub fn of(&self, lang: Lang) -> &Profile {
        self.all().find(|p| p.lang == lang).unwrap_or(&self.first)
    }

    /// Every profile, the first one first.
    pub fn all(&self) -> impl Iterator<Item = &Profile> {
        std::iter::once(&self.first).chain(&self.others)
    }
}
