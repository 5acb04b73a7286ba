//! Read-only operator data: loaded, checked and swapped as one value.
//!
//! The engine sees one [`Facts`] and never a file. A file with errors costs only what is wrong in
//! it; everything else is loaded.

pub mod centres;
pub mod desk;
pub mod knowledge;
pub mod places;
pub mod problem;
pub mod rules;
pub mod scam;
pub mod source;

use self::centres::Centres;
use self::desk::DeskRules;
use self::knowledge::{Found, Knowledge};
use self::places::Places;
pub use self::problem::{Problem, Severity};
use self::rules::{Intent, Rules};
use self::scam::{Examination, ScamCheck};
use self::source::Source;
use crate::model::place::Resolved;

/// Everything that operators decide and the engine reads.
pub struct Facts {
    /// The gazetteer.
    pub places: Places,
    /// The centres.
    pub centres: Centres,
    /// The articles and the search over them.
    pub knowledge: Knowledge,
    /// What is recognised before any search.
    pub rules: Rules,
    /// The signs of fraud.
    pub scam: ScamCheck,
    /// The hours and the patience of the volunteers' desk.
    pub desk: DeskRules,
}

/// What a text was understood as. Computed before the transaction, as it is the slow part.
#[derive(Clone, Debug)]
pub struct Understanding {
    /// What the rules recognise.
    pub intent: Option<Intent>,
    /// The place that it names, as a whole or inside a sentence.
    pub place: Option<Resolved>,
    /// Whether the place is all that the text says.
    pub only_place: bool,
    /// The articles that fit.
    pub found: Found,
    /// What the scam check says, if the text looks like a pasted message.
    pub examination: Option<Examination>,
}

impl Facts {
    /// Loads a source; problems name file and line.
    #[must_use]
    pub fn load(source: &Source) -> (Self, Vec<Problem>) {
        let (places, mut problems) = Places::read(&|name| source.text(name));
        let text = |file: &str| source.text(file).unwrap_or_default();
        let (centres, more) = Centres::read("centres.toml", &text("centres.toml"));
        problems.extend(more);
        let (knowledge, more) = Knowledge::read(source);
        problems.extend(more);
        let (rules, more) = Rules::read("rules.toml", &text("rules.toml"));
        problems.extend(more);
        let (scam, more) = ScamCheck::read("scam.toml", &text("scam.toml"));
        problems.extend(more);
        let (desk, more) = DeskRules::read("desk.toml", &text("desk.toml"));
        problems.extend(more);
        (Self { places, centres, knowledge, rules, scam, desk }, problems)
    }

    /// Loads what is built into the program.
    #[must_use]
    pub fn embedded() -> (Self, Vec<Problem>) {
        Self::load(&Source::built_in())
    }

    /// Understands a masked text. Takes milliseconds: not to be called while a transaction is open.
    #[must_use]
    pub fn understand(&self, text: &str) -> Understanding {
        let whole = self.places.resolve(text);
        let only_place = !matches!(whole, Resolved::Unknown);
        let place = if only_place { Some(whole) } else { self.places.mention(text).map(|(place, _)| place) };
        Understanding {
            intent: self.rules.intent(text),
            place,
            only_place,
            found: self.knowledge.search.find(text),
            examination: self.scam.looks_pasted(text).then(|| self.scam.examine(text)),
        }
    }
}
