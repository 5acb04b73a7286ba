//! Knowledge: the questions that found no good answer, and what the bot would say to one, and why.
//!
//! Questions that say much the same stand together. What becomes of them is in `example` and
//! `article`; articles hold for every centre, so only staff of all centres change them.

pub(super) mod article;
mod draft;
pub(super) mod example;
pub(super) mod gaps;
mod listed;
pub(super) mod save;
mod tried;

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use self::gaps::{Group, Wording, worded};
pub(super) use self::listed::list;
use self::tried::Tried;
use super::session::{Fields, Right, Staff, posted, staff};
use super::{Answer, Console, Frame, OrBroken};
use crate::facts::Facts;
use crate::http::html;
use crate::model::chat::Role;
use crate::model::id::{ArticleId, RequestId};
use crate::model::lang::Lang;
use crate::model::time::later;
use crate::store::gaps::Gap;

/// How far back questions are looked for: 90 days, in seconds.
const BACK: i64 = 90 * 86_400;
/// How many questions are grouped.
const QUESTIONS: u32 = 200;
/// The longest question that can be tried, in characters.
const LONGEST: usize = 500;
/// How many requests that ask the same are dealt with at once.
const REQUESTS: usize = 200;

/// The question to try.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    question: String,
    done: Option<String>,
}

/// An answer that a volunteer found worth keeping.
struct Proposed {
    request: RequestId,
    question: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "staff/knowledge.html")]
struct Page {
    f: Frame,
    may_teach: bool,
    question: String,
    tried: Option<Tried>,
    groups: Vec<Group>,
    proposals: Vec<Proposed>,
}

/// The title of an article in a language.
fn title(facts: &Facts, lang: Lang, id: &ArticleId) -> String {
    let article = facts.knowledge.article(id);
    article.and_then(|a| a.text(lang)).map_or_else(|| id.to_string(), |(_, text)| text.title.clone())
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Look).await?;
    let gaps = console.store.gaps(later(staff.now, -BACK), QUESTIONS).await.or_broken(&console, &headers)?;
    let gaps: Vec<Gap> = gaps.into_iter().filter(|g| staff.account.sees(g.centre.as_ref())).collect();
    let proposals = console.store.open_proposals().await.or_broken(&console, &headers)?;
    let mut proposed = Vec::new();
    for proposal in proposals {
        let request = console.store.one_request(proposal.request).await.or_broken(&console, &headers)?;
        if request.is_some_and(|r| staff.account.sees(r.centre.as_ref())) {
            let (request, question, answer) = (proposal.request, proposal.question, proposal.answer);
            proposed.push(Proposed { request, question, answer });
        }
    }
    let (facts, w) = (console.app.facts(), staff.w);
    let question: String = asked.question.trim().chars().take(LONGEST).collect();
    let (wanted, lately) = (question.clone(), console.grouped.clone());
    // Searching computes: off the async threads.
    let found = tokio::task::spawn_blocking(move || {
        let tried = (!wanted.is_empty()).then(|| tried::try_out(&facts, w, &wanted));
        (tried, lately.groups(&facts, w.lang(), &gaps))
    });
    let (tried, groups) = found.await.map_err(|e| console.broken(&headers, &e))?;
    Ok(html::page(&Page {
        f: Frame::new(&staff, "knowledge", asked.done.as_deref()),
        may_teach: staff.account.may_teach(),
        question,
        tried,
        groups,
        proposals: proposed,
    }))
}

/// The questions that an address or a form names, as far as they are this person's business.
async fn asking(
    console: &Console,
    staff: &Staff,
    headers: &HeaderMap,
    fields: impl Iterator<Item = &str>,
) -> Result<Vec<Wording>, Response> {
    let mut all = Vec::new();
    let ids = fields.flat_map(|field| field.split(','));
    for id in ids.filter_map(|id| id.parse::<RequestId>().ok()).take(REQUESTS) {
        let request = console.store.one_request(id).await.or_broken(console, headers)?;
        let own = request.filter(|r| staff.account.sees(r.centre.as_ref()) && !r.question.is_empty());
        all.extend(own.map(|r| (id, r.question, r.lang)));
    }
    Ok(worded(all.into_iter()))
}

/// Notes that these questions have been dealt with.
async fn set_aside(
    console: &Console,
    staff: &Staff,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<(), Response> {
    let asking = asking(console, staff, headers, fields.all("request")).await?;
    let requests: Vec<RequestId> = asking.into_iter().flat_map(|a| a.requests).collect();
    let by = Role::Staff(staff.account.id);
    console.store.set_aside(&requests, &by, staff.now).await.or_broken(console, headers)
}

/// Sets questions aside that need no answer.
pub(super) async fn aside(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Teach).await?;
    set_aside(&console, &staff, &headers, &fields).await?;
    Ok(Redirect::to("/staff/knowledge?done=saved").into_response())
}
