//! Knowledge: the questions that found no good answer, and what the bot would say to one.
//!
//! Shows; an article is changed in its file. Questions that are likest to the same article stand together.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::session::{Right, staff};
use super::{Console, Frame, OrBroken};
use crate::facts::Facts;
use crate::facts::knowledge::Decision;
use crate::http::html::{self, Safe};
use crate::http::words::Terms;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::time::later;

/// How far back questions are looked for: 90 days, in seconds.
const BACK: i64 = 90 * 86_400;
/// How many questions are grouped: each is searched for, which takes milliseconds.
const QUESTIONS: u32 = 120;
/// The longest question that can be tried, in characters.
const LONGEST: usize = 500;

/// The question to try.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    question: String,
}

/// Questions that are likest to one article.
struct Group {
    title: String,
    questions: Vec<String>,
}

/// What the search says of a question.
struct Tried {
    decision: String,
    hits: Vec<(String, String)>,
    text: Safe,
}

#[derive(Template)]
#[template(path = "staff/knowledge.html")]
struct Page {
    f: Frame,
    question: String,
    tried: Option<Tried>,
    groups: Vec<Group>,
}

fn title(facts: &Facts, lang: Lang, id: &ArticleId) -> String {
    let article = facts.knowledge.article(id);
    article.and_then(|a| a.text(lang)).map_or_else(|| id.to_string(), |(_, text)| text.title.clone())
}

fn try_out(facts: &Facts, w: Terms, question: &str) -> Tried {
    let found = facts.knowledge.search.find(question);
    let decision = match &found.decision {
        Decision::Answer(_) => w.knowledge_decision_answer(),
        Decision::Suggest(_) => w.knowledge_decision_suggest(),
        Decision::Unknown => w.knowledge_decision_unknown(),
    };
    let first = found.hits.first().and_then(|hit| facts.knowledge.article(&hit.article));
    let text = first
        .and_then(|a| a.text(w.lang()))
        .map(|(_, text)| html::markup(&Markup::trusted(text.answer.clone())))
        .unwrap_or_default();
    let percent = |score: f32| w.knowledge_sure(format!("{:.0}", score * 100.0));
    let hits =
        found.hits.iter().take(5).map(|h| (title(facts, w.lang(), &h.article), percent(h.score))).collect();
    Tried { decision, hits, text }
}

fn grouped(facts: &Facts, lang: Lang, gaps: Vec<(String, String)>) -> Vec<Group> {
    let mut groups: BTreeMap<Option<ArticleId>, Vec<String>> = BTreeMap::new();
    for (question, _) in gaps {
        let nearest = facts.knowledge.search.find(&question).hits.first().map(|hit| hit.article.clone());
        groups.entry(nearest).or_default().push(question);
    }
    let named = groups.into_iter().map(|(article, questions)| Group {
        title: article.map(|id| title(facts, lang, &id)).unwrap_or_default(),
        questions,
    });
    let mut groups: Vec<Group> = named.collect();
    groups.sort_by_key(|g| std::cmp::Reverse(g.questions.len()));
    groups
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let page = async {
        let staff = staff(&console, &headers, Right::Look).await?;
        let gaps =
            console.store.gaps(later(staff.now, -BACK), QUESTIONS).await.or_broken(&console, &headers)?;
        let (facts, w) = (console.app.facts(), staff.w);
        let question: String = asked.question.trim().chars().take(LONGEST).collect();
        let wanted = question.clone();
        // Searching computes: off the async threads.
        let found = tokio::task::spawn_blocking(move || {
            let tried = (!wanted.is_empty()).then(|| try_out(&facts, w, &wanted));
            (tried, grouped(&facts, w.lang(), gaps))
        });
        let (tried, groups) = found.await.map_err(|e| console.broken(&headers, &e))?;
        Ok(html::page(&Page { f: Frame::new(&staff, "knowledge", None), question, tried, groups }))
    };
    page.await.unwrap_or_else(|response: Response| response)
}
