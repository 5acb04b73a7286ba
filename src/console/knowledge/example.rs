//! Questions become examples of an article: what residents wrote is found by it from then on.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};

use super::gaps::Wording;
use super::{asking, title};
use crate::console::session::{Right, Staff, missing, posted, staff};
use crate::console::shown::Choice;
use crate::console::{Answer, Console, Frame, OrBroken};
use crate::engine::mask::mask;
use crate::facts::Facts;
use crate::facts::knowledge::file;
use crate::http::html;
use crate::model::chat::Role;
use crate::model::effect::Revise;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// How many articles are proposed.
const PROPOSED: usize = 6;
/// The longest example, in characters.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "staff/example.html")]
struct Page {
    f: Frame,
    rows: Vec<Wording>,
    proposed: Vec<Choice>,
    all: Vec<Choice>,
    /// The newest revision of every article, as this person saw them.
    seen: i64,
    wrong: Option<String>,
}

/// The form.
pub(in crate::console) async fn form(
    State(console): State<Console>,
    Query(asked): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Teach).await?;
    let ids = asked.iter().filter(|(name, _)| name == "request").map(|(_, id)| id.as_str());
    let asking = asking(&console, &staff, &headers, ids).await?;
    if asking.is_empty() {
        return Err(missing(staff.w));
    }
    page(&console, &headers, &staff, asking, None).await
}

async fn page(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    asking: Vec<Wording>,
    wrong: Option<String>,
) -> Answer {
    let (facts, lang) = (console.app.facts(), staff.account.lang);
    let first = asking.first().map(|a| a.question.clone()).unwrap_or_default();
    let searched = std::sync::Arc::clone(&facts);
    let found = tokio::task::spawn_blocking(move || searched.knowledge.search.find(&first));
    let found = found.await.map_err(|e| console.broken(headers, &e))?;
    let hits: Vec<ArticleId> = found.hits.into_iter().map(|hit| hit.article).take(PROPOSED).collect();
    let choice = |id: &ArticleId| Choice::new(id.to_string(), title(&facts, lang, id), "");
    let mut all: Vec<Choice> =
        facts.knowledge.articles().map(|a| &a.id).filter(|id| !hits.contains(id)).map(choice).collect();
    all.sort_by(|a, b| a.label.cmp(&b.label));
    let changes = console.store.changes("knowledge/", 1).await.or_broken(console, headers)?;
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        f: Frame::new(staff, "knowledge", None),
        rows: asking,
        proposed: hits.iter().map(choice).collect(),
        all,
        seen: changes.first().map_or(0, |c| c.revision.id),
        wrong,
    };
    Ok(html::page_with(status, &page))
}

/// The revisions that add examples to an article: one per language that gets any.
fn taught(
    facts: &Facts,
    id: &ArticleId,
    examples: &[(Lang, String)],
    note: Option<&str>,
) -> Result<Vec<Revise>, file::Unfit> {
    let Some(before) = facts.knowledge.article(id) else { return Ok(Vec::new()) };
    let mut article = before.clone();
    for (lang, example) in examples {
        // An article without this language learns it in Swedish: what counts are the words.
        let lang = if article.text_in(*lang).is_some() { *lang } else { Lang::Sv };
        let Some(text) = article.text_in(lang).filter(|t| !t.examples.contains(example)) else { continue };
        let mut text = text.clone();
        text.examples.push(example.clone());
        article.set_text(lang, text);
    }
    let changed = article.texts().filter(|(lang, text)| before.text_in(*lang) != Some(text));
    let revise = |(lang, _)| {
        let (subject, content) = (file::name(id, lang), file::checked(&article, lang)?);
        Ok(Revise { subject, content, note: note.map(ToOwned::to_owned) })
    };
    changed.map(revise).collect()
}

/// Adds the examples.
pub(in crate::console) async fn add(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Teach).await?;
    let (facts, w) = (console.app.facts(), staff.w);
    let asking = asking(&console, &staff, &headers, fields.all("request")).await?;
    let wanted = fields.some("other").or(fields.some("article")).and_then(|id| id.parse().ok());
    let known = wanted.filter(|id| facts.knowledge.article(id).is_some());
    let Some(id) = known else {
        return page(&console, &headers, &staff, asking, Some(w.example_which())).await;
    };
    let examples = fields.all("example").filter(|e| !e.is_empty()).map(|example| {
        let text: String = mask(example).0.split_whitespace().collect::<Vec<_>>().join(" ");
        let text: String = text.chars().take(LONGEST).collect();
        let own = asking.iter().find(|a| a.question == example).map(|a| a.lang);
        let guessed = facts.knowledge.search.language(&text).map(|(lang, _)| lang);
        (guessed.or(own).unwrap_or_default(), text)
    });
    let examples: Vec<(Lang, String)> = examples.collect();
    let revisions = match taught(&facts, &id, &examples, Some(&w.example_note())) {
        Ok(revisions) => revisions,
        Err(unfit) => {
            let why = super::save::unfit(w, &unfit);
            return page(&console, &headers, &staff, asking, Some(why)).await;
        }
    };
    let seen = fields.get("seen").parse().unwrap_or(-1);
    let by = Role::Staff(staff.account.id);
    // An example is built on the whole file: whoever changed any article meanwhile may have changed this one.
    let saved = console.store.revise("knowledge/", seen, &revisions, &by, staff.now).await;
    let Some(revision) = saved.or_broken(&console, &headers)? else {
        return page(&console, &headers, &staff, asking, Some(w.done_stale())).await;
    };
    super::set_aside(&console, &staff, &headers, &fields).await?;
    super::save::in_force(&console, revision).await;
    Ok(Redirect::to(&format!("/staff/knowledge/articles/{id}?done=saved")).into_response())
}
