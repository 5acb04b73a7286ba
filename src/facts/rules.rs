//! What is recognised before any search: danger first, then short wishes such as "boka".
//!
//! The rules are data, in `config/rules.toml`: patterns on folded text, tried in the order of the file.
//! Nothing here weighs or guesses; a text that no rule knows is a question for the search.

pub mod fold;
mod needs;
pub(in crate::facts) mod pattern;
mod program;
mod read;
pub(in crate::facts) mod sieve;

use std::sync::LazyLock;

use serde::Deserialize;

use self::fold::Folded;
use self::sieve::{Any, Sieve, Sifted};
use crate::facts::problem::Problem;
use crate::model::lang::Lang;

/// What somebody wants, as far as a rule can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// A fraud is going on, or a code or money has just been given away.
    FraudNow,
    /// Somebody's life or health is in danger.
    Crisis,
    /// "Hej".
    Greeting,
    /// "Tack".
    Thanks,
    /// "Det hjälpte."
    Helped,
    /// "Det hjälpte inte."
    NotHelped,
    /// Abuse.
    Insult,
    /// "Är du en robot?"
    AreYouRobot,
    /// Speak this language from now on.
    Speak(Lang),
    /// Choose a language, without saying which.
    Languages,
    /// When a centre is open.
    OpeningHours,
    /// Where a centre is.
    FindCentre,
    /// Book a visit.
    Book,
    /// Cancel a visit.
    Cancel,
    /// Move a visit to another time.
    Move,
    /// See one's visits.
    MyVisits,
    /// Talk to a person.
    Person,
    /// See the menu.
    Menu,
    /// Know what the bot can do.
    Help,
    /// Know how personal data is treated.
    Privacy,
    /// Have everything about oneself deleted.
    Forget,
    /// See everything that is kept about oneself.
    MyData,
    /// Have the last answer in easier words.
    Easier,
    /// "Ja".
    Yes,
    /// "Nej".
    No,
    /// Have a message examined.
    ScamCheck,
    /// "Hej då".
    Goodbye,
}

/// The rules of one file.
pub struct Rules {
    list: LazyLock<List, Box<dyn FnOnce() -> List + Send>>,
}

/// What the file holds.
#[derive(Debug, Default)]
struct List {
    rules: Vec<Rule>,
    sieve: Sieve,
}

/// One rule: some pattern fits or enough points are reached, every further condition fits, and no
/// exception does.
#[derive(Debug)]
struct Rule {
    intent: Intent,
    there: bool,
    any: Any,
    points: Option<Points>,
    with: Vec<Any>,
    unless: Any,
}

/// Hints that prove nothing each: every one that fits adds its points once.
#[derive(Debug)]
struct Points {
    hints: Vec<(i32, Any)>,
    enough: i32,
}

/// A text as the rules read it: which of their patterns could fit is found once.
pub(super) struct Heard<'a> {
    rules: &'a [Rule],
    sifted: Sifted<'a>,
}

/// Enough for any wish, and for the beginning of anything longer; in bytes of folded text.
const LONGEST: usize = 4_000;

impl Rules {
    /// Reads the text of `rules.toml`. A rule with an error is left out, with its file and line.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let (list, problems) = read::read(file, text);
        (Self { list: LazyLock::new(Box::new(|| list)) }, problems)
    }

    /// Reads the text when it is first needed, and tells what is wrong then: to read some thousand
    /// patterns takes as long as all else that the bot does before it says its first word.
    #[must_use]
    pub fn later(file: &'static str, text: String, tell: impl FnOnce(Vec<Problem>) + Send + 'static) -> Self {
        let read = move || {
            let (list, problems) = read::read(file, &text);
            tell(problems);
            list
        };
        Self { list: LazyLock::new(Box::new(read)) }
    }

    /// Reads now what was to be read later; whoever needs it meanwhile waits.
    pub fn prepare(&self) {
        LazyLock::force(&self.list);
    }

    /// Compiles every pattern, as otherwise only the first text does that one could fit, and says which
    /// cannot be; `text` is the file again, for their lines.
    #[must_use]
    pub fn compile_all(&self, file: &str, text: &str) -> Vec<Problem> {
        pattern::problems(self.list.sieve.compile_all(), file, text)
    }

    /// The intent of the first rule that fits. What is urgent stands first in the file.
    #[must_use]
    pub fn intent(&self, text: &str) -> Option<Intent> {
        self.hear(&Folded::of(text)).intent()
    }

    /// What is wanted at a place, from what else the text says: weaker signs than [`Rules::intent`] goes by.
    #[must_use]
    pub fn intent_there(&self, rest: &str) -> Option<Intent> {
        self.hear(&Folded::of(rest)).intent_there()
    }

    /// Finds which patterns could fit a text.
    pub(super) fn hear<'a>(&'a self, folded: &'a Folded) -> Heard<'a> {
        let text = folded.as_str();
        let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
        Heard { rules: &self.list.rules, sifted: self.list.sieve.sift(text) }
    }
}

impl Heard<'_> {
    /// See [`Rules::intent`].
    pub(super) fn intent(&mut self) -> Option<Intent> {
        self.first(false)
    }

    /// See [`Rules::intent_there`].
    pub(super) fn intent_there(&mut self) -> Option<Intent> {
        self.first(true)
    }

    fn first(&mut self, there: bool) -> Option<Intent> {
        let mut rules = self.rules.iter().filter(|rule| rule.there == there);
        rules.find(|rule| rule.fits(&mut self.sifted)).map(|rule| rule.intent)
    }
}

impl Rule {
    fn fits(&self, text: &mut Sifted) -> bool {
        (text.fits(&self.any) || self.points.as_ref().is_some_and(|points| points.are_enough(text)))
            && self.with.iter().all(|with| text.fits(with))
            && !text.fits(&self.unless)
    }
}

impl Points {
    fn are_enough(&self, text: &mut Sifted) -> bool {
        let fitting = self.hints.iter().filter(|(_, hint)| text.fits(hint));
        fitting.map(|(points, _)| points).sum::<i32>() >= self.enough
    }
}

/// Any text as the file of rules: for `fuzzing`.
pub(super) fn fuzz(text: &str) -> usize {
    read::read("rules.toml", text).1.len()
}
