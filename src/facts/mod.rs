//! Read-only operator data: loaded, checked and swapped as one value.
//!
//! The engine sees one [`Facts`] and never a file. A file with errors costs only what is wrong in
//! it; everything else is loaded.

pub mod centres;
pub mod desk;
pub mod glossary;
pub mod knowledge;
pub mod places;
pub mod problem;
pub mod recent;
pub mod rules;
pub mod scam;
pub mod source;
pub mod urgent;

use std::sync::Arc;

use self::centres::Centres;
use self::desk::DeskRules;
use self::glossary::{Glossary, TermId};
use self::knowledge::{Decision, Found, Knowledge};
use self::places::Places;
use std::ops::Range;

pub use self::problem::{Problem, Severity};
use self::recent::Recent;
use self::rules::fold::Folded;
use self::rules::{Heard, Intent, Rules};
use self::scam::{Examination, ScamCheck};
use self::source::Source;
use self::urgent::{By, Certainty, Danger, Urgency, Urgent};
use crate::model::place::Resolved;

/// The file of the rules.
const RULES: &str = "rules.toml";
/// The file of the signs of fraud.
const SCAM: &str = "scam.toml";
/// The file of the weights by which emergencies are told.
const URGENT: &str = "urgent.tsv";

/// Everything that operators decide and the engine reads. A copy is cheap: what is large is shared.
#[derive(Clone)]
pub struct Facts {
    /// The gazetteer.
    pub places: Arc<Places>,
    /// The centres.
    pub centres: Centres,
    /// The articles and the search over them.
    pub knowledge: Arc<Knowledge>,
    /// Hard words and what they mean.
    pub glossary: Arc<Glossary>,
    /// What is recognised before any search.
    pub rules: Arc<Rules>,
    /// What tells an emergency that no rule knows.
    pub urgency: Arc<Urgency>,
    /// The signs of fraud.
    pub scam: Arc<ScamCheck>,
    /// The hours and the patience of the volunteers' desk.
    pub desk: DeskRules,
    /// What was understood lately; nothing that staff can change bears on it.
    pub recent: Arc<Recent>,
}

/// The topic of the articles about what a centre is and does.
const ABOUT_CENTRES: &str = "about_centre";

/// What a text was understood as. Computed before the transaction, as it is the slow part.
#[derive(Clone, Debug)]
pub struct Understanding {
    /// What the rules recognise, or the emergency that is sure.
    pub intent: Option<Intent>,
    /// The emergency that the text tells of, if it does.
    pub urgent: Option<Urgent>,
    /// The place that it names, as a whole or inside a sentence.
    pub place: Option<Resolved>,
    /// Whether the place is all that the text says.
    pub only_place: bool,
    /// What is wanted at the place, where neither a rule nor the search is sure of something else.
    pub there: Option<Intent>,
    /// The word whose meaning it asks for.
    pub term: Option<TermId>,
    /// The articles that fit.
    pub found: Found,
    /// What the scam check says, if the text looks like a pasted message.
    pub examination: Option<Examination>,
}

/// What a thread has made; if it panicked, so does this one.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A text without a piece of it.
fn without(text: &str, range: &Range<usize>) -> String {
    let (before, after) = (text.get(..range.start), text.get(range.end..));
    format!("{} {}", before.unwrap_or(text), after.unwrap_or("")).trim().to_owned()
}

impl Facts {
    /// Loads a source; problems name file and line.
    #[must_use]
    pub fn load(source: &Source) -> (Self, Vec<Problem>) {
        Self::load_with(source, |text| Rules::read(RULES, &text))
    }

    /// Loads a source so that the bot can begin to talk at once: the rules, which nothing needs before
    /// somebody has written something, are read on a thread of their own, and problems in them are
    /// told by `tell`.
    #[must_use]
    pub fn load_quickly(
        source: &Source,
        tell: impl FnOnce(Vec<Problem>) + Send + 'static,
    ) -> (Self, Vec<Problem>) {
        let loaded = Self::load_with(source, |text| (Rules::later(RULES, text, tell), Vec::new()));
        let rules = Arc::clone(&loaded.0.rules);
        std::thread::spawn(move || rules.prepare());
        loaded
    }

    /// Compiles every pattern, which otherwise waits for the first text that it could fit, and says which
    /// cannot be. Takes a second: for those who check what they have written.
    #[must_use]
    pub fn compile_all(&self, source: &Source) -> Vec<Problem> {
        let text = |file: &str| source.text(file).unwrap_or_default();
        let mut problems = self.rules.compile_all(RULES, &text(RULES));
        problems.extend(self.scam.compile_all(SCAM, &text(SCAM)));
        problems
    }

    fn load_with(
        source: &Source,
        read_rules: impl FnOnce(String) -> (Rules, Vec<Problem>) + Send,
    ) -> (Self, Vec<Problem>) {
        let text = |file: &str| source.text(file).unwrap_or_default();
        // What takes longest is read side by side, so that the bot is there at once.
        let (places, rules, urgency, scam, knowledge) = std::thread::scope(|threads| {
            let places = threads.spawn(|| Places::read(&|name| source.text(name)));
            let rules = threads.spawn(|| read_rules(text(RULES)));
            let urgency = threads.spawn(|| Urgency::read(URGENT, &text(URGENT)));
            let scam = threads.spawn(|| ScamCheck::read(SCAM, &text(SCAM)));
            let knowledge = Knowledge::read(source);
            (joined(places), joined(rules), joined(urgency), joined(scam), knowledge)
        });
        let (places, mut problems) = places;
        let (centres, more) = Centres::read("centres.toml", &text("centres.toml"));
        problems.extend(more);
        let (knowledge, more) = knowledge;
        problems.extend(more);
        let (rules, more) = rules;
        problems.extend(more);
        let (urgency, more) = urgency;
        problems.extend(more);
        let (scam, more) = scam;
        problems.extend(more);
        let (desk, more) = DeskRules::read("desk.toml", &text("desk.toml"));
        problems.extend(more);
        let (glossary, more) = Glossary::read(source);
        problems.extend(more);
        let glossary = Arc::new(glossary);
        let (places, knowledge) = (Arc::new(places), Arc::new(knowledge));
        let (rules, urgency, scam) = (Arc::new(rules), Arc::new(urgency), Arc::new(scam));
        let recent = Arc::new(Recent::default());
        (Self { places, centres, knowledge, glossary, rules, urgency, scam, desk, recent }, problems)
    }

    /// The same facts under what staff have said since: pairs of a revision's subject and contents.
    /// What cannot be read is left out, with a problem.
    #[must_use]
    pub fn overlaid<'a>(
        &self,
        revisions: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<Problem>) {
        let (centres, problems) = self.centres.overlaid(revisions);
        (Self { centres, ..self.clone() }, problems)
    }

    /// Loads what is built into the program.
    #[must_use]
    pub fn embedded() -> (Self, Vec<Problem>) {
        Self::load(&Source::built_in())
    }

    /// Understands a masked text. Takes milliseconds, unless the same was said a moment ago: not to be
    /// called while a transaction is open.
    #[must_use]
    pub fn understand(&self, text: &str) -> Understanding {
        self.recent.get_or(text, || self.think_about(text))
    }

    /// What the text was understood as a moment ago, if it was: at once.
    #[must_use]
    pub fn understood(&self, text: &str) -> Option<Understanding> {
        self.recent.get(text)
    }

    fn think_about(&self, text: &str) -> Understanding {
        let folded = Folded::of(text);
        let (whole, mentioned) = self.places.resolve_or_mention(text);
        let only_place = !matches!(whole, Resolved::Unknown);
        // "boka Motala" is the wish "boka" and a place.
        let without_place = mentioned.as_ref().map(|(_, range)| Folded::of(&without(text, range)));
        let mut rest = without_place.as_ref().map(|rest| self.rules.hear(rest));
        let intent = self.rules.hear(&folded).intent();
        let intent = intent.or_else(|| rest.as_mut().and_then(Heard::intent));
        let (found, vector) = self.knowledge.search.find_with_vector(text);
        let there = rest.filter(|_| !self.answers_elsewhere(&found)).and_then(|mut rest| rest.intent_there());
        let place = if only_place { Some(whole) } else { mentioned.map(|(place, _)| place) };
        let examination = self.scam.examine_pasted(text, &folded);
        let urgent = match intent {
            Some(Intent::FraudNow) => Some(by_rule(Danger::Fraud)),
            Some(Intent::Crisis) => Some(by_rule(Danger::Crisis)),
            // A place or a short wish is what it says.
            _ if only_place => None,
            _ => self
                .weigh(text, vector)
                .and_then(|urgent| urgent.told_of(examination.is_some()))
                // Whoever says in plain words what they want is not warned on a mere suspicion.
                .filter(|urgent| intent.is_none() || urgent.certainty == Certainty::Sure),
        };
        let sure = urgent.as_ref().filter(|urgent| urgent.certainty == Certainty::Sure);
        Understanding {
            intent: sure.map(|urgent| urgent.danger.into()).or(intent),
            urgent,
            place,
            only_place,
            there,
            term: self.glossary.asked(&folded).cloned(),
            found,
            examination,
        }
    }

    /// The emergency that the weights see in a text. What the search has embedded is not embedded again.
    fn weigh(&self, text: &str, vector: Option<Vec<f32>>) -> Option<Urgent> {
        let words = self.urgency.words(text);
        let wanted = vector.is_none() && self.urgency.wants_vector(words);
        let vector = if wanted { self.knowledge.search.vector(text) } else { vector };
        self.urgency.judge(words, vector.as_deref())
    }

    /// Whether the search is sure of an article that is not about the centres themselves.
    fn answers_elsewhere(&self, found: &Found) -> bool {
        let Decision::Answer(id) = &found.decision else { return false };
        self.knowledge.article(id).is_some_and(|article| article.topic != ABOUT_CENTRES)
    }
}

fn by_rule(danger: Danger) -> Urgent {
    Urgent { danger, certainty: Certainty::Sure, by: By::Rule }
}

impl From<Danger> for Intent {
    fn from(danger: Danger) -> Self {
        match danger {
            Danger::Fraud => Self::FraudNow,
            Danger::Crisis => Self::Crisis,
        }
    }
}

/// Any text as each of an operator's files: for `fuzzing`.
pub(crate) fn fuzz_files(text: &str) {
    let _ = Centres::read("centres.toml", text);
    let _ = DeskRules::read("desk.toml", text);
    let _ = rules::fuzz(text);
    let _ = urgent::fuzz(text);
    let _ = scam::fuzz(text);
    let _ = knowledge::article::read_text("any.sv.md", text);
    if let Some((id, _)) = knowledge::article::name_parts("any.sv.md") {
        let _ = knowledge::article::read_swedish("any.sv.md", id, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A seed that stops at the first line of a reader tries nothing of the rest.
    #[test]
    fn the_small_seeds_of_fuzzing_are_read_to_their_end() {
        macro_rules! seed {
            ($name:literal) => {
                include_str!(concat!("../../fuzz/seeds/files/", $name))
            };
        }
        assert_eq!(rules::fuzz(seed!("one-rule.toml")), 0);
        assert_eq!(scam::fuzz(seed!("one-sign.toml")), 0);
        assert_eq!(urgent::fuzz(seed!("weights.tsv")), 0);
        let (id, _) = knowledge::article::name_parts("any.sv.md").expect("a name");
        knowledge::article::read_swedish("any.sv.md", id, seed!("short.md")).expect("an article");
    }
}
