//! A question that staff try: what the bot would say, and why.

use super::title;
use crate::facts::Facts;
use crate::facts::knowledge::Decision;
use crate::facts::knowledge::search::explain::Tier;
use crate::http::html::{self, Safe};
use crate::http::words::Terms;
use crate::model::id::ArticleId;
use crate::model::markup::Markup;

/// What the search says of a question.
pub(super) struct Tried {
    pub decision: String,
    pub why: String,
    pub facts: Vec<(String, String)>,
    pub rows: Vec<Row>,
    pub text: Safe,
}

/// One article that might answer.
pub(super) struct Row {
    pub id: ArticleId,
    pub title: String,
    pub score: String,
    pub words: String,
    pub meaning: String,
    pub likeness: String,
    pub examples: Vec<(String, String)>,
}

fn percent(w: Terms, share: f32) -> String {
    w.knowledge_sure(format!("{:.0}", share * 100.0))
}

fn number(score: f32) -> String {
    format!("{score:.2}")
}

/// Searches, and explains it.
pub(super) fn try_out(facts: &Facts, w: Terms, question: &str) -> Tried {
    let knowledge = &facts.knowledge;
    let explained = knowledge.search.explain(&knowledge.corpus(), question);
    let decision = match &explained.found.decision {
        Decision::Answer(_) => w.knowledge_decision_answer(),
        Decision::Suggest(_) => w.knowledge_decision_suggest(),
        Decision::Unknown => w.knowledge_decision_unknown(),
    };
    let why = match explained.tier {
        Tier::Repeated => w.why_repeated(),
        Tier::NearlyRepeated => w.why_nearly(),
        Tier::Words => w.why_words(),
        Tier::Both => w.why_both(),
        Tier::Meaning => w.why_meaning(),
    };
    let lang = w.lang();
    let first = explained.found.hits.first().and_then(|hit| knowledge.article(&hit.article));
    let text =
        first.and_then(|a| a.text(lang)).map(|(_, text)| html::markup(&Markup::trusted(text.answer.clone())));
    let rows = explained.candidates.into_iter().map(|c| Row {
        title: title(facts, lang, &c.article),
        score: percent(w, c.score),
        words: number(c.words),
        meaning: c.meaning.map(number).unwrap_or_default(),
        likeness: c.likeness.map(number).unwrap_or_default(),
        examples: c.examples.into_iter().map(|(text, likeness)| (text, number(likeness))).collect(),
        id: c.article,
    });
    Tried {
        decision,
        why,
        facts: vec![
            (w.tried_confidence(), percent(w, explained.found.confidence)),
            (w.tried_answers_from(), percent(w, explained.answers_from)),
            (w.tried_suggests_from(), percent(w, explained.suggests_from)),
            (w.tried_mended(), explained.mended),
            (w.tried_coverage(), percent(w, explained.coverage)),
        ],
        rows: rows.collect(),
        text: text.unwrap_or_default(),
    }
}
