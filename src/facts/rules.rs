//! What is recognised before any search: danger first, then short wishes such as "boka".
//!
//! The rules are data, in `config/rules.toml`: patterns on folded text, tried in the order of the file.
//! Nothing here weighs or guesses; a text that no rule knows is a question for the search.

pub(in crate::facts) mod fold;
pub(in crate::facts) mod pattern;
mod read;

use std::sync::LazyLock;

use regex::bytes::Regex;
use serde::Deserialize;

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
    rules: LazyLock<Vec<Rule>, Box<dyn FnOnce() -> Vec<Rule> + Send>>,
}

/// One rule: some pattern fits or enough points are reached, every further condition fits, and no
/// exception does.
#[derive(Debug)]
struct Rule {
    intent: Intent,
    there: bool,
    any: Option<Regex>,
    points: Option<Points>,
    with: Vec<Regex>,
    unless: Option<Regex>,
}

/// Hints that prove nothing each: every one that fits adds its points once.
#[derive(Debug)]
struct Points {
    hints: Vec<(i32, Regex)>,
    enough: i32,
}

/// Enough for any wish, and for the beginning of anything longer; in bytes of folded text.
const LONGEST: usize = 4_000;

impl Rules {
    /// Reads the text of `rules.toml`. A rule with an error is left out, with its file and line.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let (rules, problems) = read::read(file, text);
        (Self { rules: LazyLock::new(Box::new(|| rules)) }, problems)
    }

    /// Reads the text when it is first needed, and tells what is wrong then: to compile some thousand
    /// patterns takes as long as all else that the bot does before it says its first word.
    #[must_use]
    pub fn later(file: &'static str, text: String, tell: impl FnOnce(Vec<Problem>) + Send + 'static) -> Self {
        let read = move || {
            let (rules, problems) = read::read(file, &text);
            tell(problems);
            rules
        };
        Self { rules: LazyLock::new(Box::new(read)) }
    }

    /// Reads now what was to be read later; whoever needs it meanwhile waits.
    pub fn prepare(&self) {
        LazyLock::force(&self.rules);
    }

    /// The intent of the first rule that fits. What is urgent stands first in the file.
    #[must_use]
    pub fn intent(&self, text: &str) -> Option<Intent> {
        self.first(text, false)
    }

    /// What is wanted at a place, from what else the text says: weaker signs than [`Rules::intent`] goes by.
    #[must_use]
    pub fn intent_there(&self, rest: &str) -> Option<Intent> {
        self.first(rest, true)
    }

    fn first(&self, text: &str, there: bool) -> Option<Intent> {
        let mut folded = fold::fold(text);
        folded.truncate(folded.floor_char_boundary(LONGEST));
        self.rules.iter().find(|rule| rule.there == there && rule.fits(&folded)).map(|rule| rule.intent)
    }
}

impl Rule {
    fn fits(&self, folded: &str) -> bool {
        let fits = |pattern: &Regex| pattern.is_match(folded.as_bytes());
        let sum = |points: &Points| -> i32 {
            points.hints.iter().filter(|(_, hint)| fits(hint)).map(|(points, _)| points).sum()
        };
        let enough = |points: &Points| sum(points) >= points.enough;
        (self.any.as_ref().is_some_and(fits) || self.points.as_ref().is_some_and(enough))
            && self.with.iter().all(fits)
            && !self.unless.as_ref().is_some_and(fits)
    }
}

/// Any text as the file of rules: for `fuzzing`.
pub(super) fn fuzz(text: &str) -> usize {
    read::read("rules.toml", text).1.len()
}
