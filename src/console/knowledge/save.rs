//! What the form of an article does: look, save, take back.
//!
//! Every change is a revision of whole files, in force before the answer to the form is sent.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};

use super::article::{Around, SHOWN, page, prefix};
use super::draft::{Draft, LANGS, identifier};
use super::set_aside;
use crate::console::session::{Fields, Right, Staff, missing, posted};
use crate::console::{Answer, Console, OrBroken};
use crate::facts::knowledge::Article;
use crate::facts::knowledge::file::{self, Unfit};
use crate::http::words::Terms;
use crate::model::chat::Role;
use crate::model::effect::Revise;
use crate::model::id::ArticleId;
use crate::model::time::in_sweden;

/// How long a form waits for the search to be built anew.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why an article cannot be kept, for whoever wrote it.
pub(super) fn unfit(w: Terms, unfit: &Unfit) -> String {
    match unfit {
        Unfit::Title => w.unfit_title(),
        Unfit::Missing(part) => w.unfit_missing(part_name(w, part)),
        Unfit::Long(part) => w.unfit_long(part_name(w, part)),
        Unfit::Heading => w.unfit_heading(),
        Unfit::Link => w.unfit_link(),
        Unfit::Unreadable(why) => w.refused_text(why),
    }
}

fn part_name(w: Terms, part: &str) -> String {
    match part {
        "answer" => w.article_first(),
        "fails" => w.article_fails(),
        "centre" => w.article_centre(),
        "bring" => w.article_bring(),
        "android" => w.article_android(),
        "iphone" => w.article_iphone(),
        _ => w.article_heading(),
    }
}

/// Waits until a revision is in force; a form does not wait for ever.
pub(super) async fn in_force(console: &Console, revision: i64) {
    if tokio::time::timeout(PATIENCE, console.app.learn(revision)).await.is_err() {
        tracing::warn!(revision, "a new article is not in force yet");
    }
}

/// Looks at, or saves, a new article.
pub(in crate::console) async fn make(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Teach).await?;
    write(&console, &headers, &staff, &fields, None).await
}

/// Looks at, saves or takes back a change of an article.
pub(in crate::console) async fn change(
    State(console): State<Console>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Teach).await?;
    let id = id.parse::<ArticleId>().map_err(|_| missing(staff.w))?;
    match fields.get("deed").strip_prefix("undo:") {
        Some(revision) => undo(&console, &headers, &staff, &fields, (&id, revision)).await,
        None => write(&console, &headers, &staff, &fields, Some(&id)).await,
    }
}

async fn write(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    fields: &Fields,
    id: Option<&ArticleId>,
) -> Answer {
    let (facts, w) = (console.app.facts(), staff.w);
    let before = id.and_then(|id| facts.knowledge.article(id));
    if id.is_some() && before.is_none() {
        return Err(missing(w));
    }
    let draft = Draft::read(fields);
    let seen = fields.get("seen").parse().unwrap_or(-1);
    let title = draft.parts.first().map(|p| p.title.clone()).unwrap_or_default();
    let taken = |id: &ArticleId| facts.knowledge.article(id).is_some();
    let new_id = id.cloned().or_else(|| identifier(&title, &taken)).ok_or_else(|| missing(w))?;
    let article = draft.article(&new_id, before, in_sweden(staff.now).date());
    let lang = fields.get("view").parse().ok();
    let requests = fields.all("request").filter_map(|r| r.parse().ok()).collect();
    let mut around = Around { requests, lang, ..Around::default() };
    let revisions = match revisions(&article, before, fields.some("note")) {
        Ok(_) if facts.knowledge.articles().all(|a| a.topic != article.topic) => Err(w.unfit_topic()),
        Ok(revisions) => Ok(revisions),
        Err(wrong) => Err(unfit(w, &wrong)),
    };
    if fields.get("deed") == "preview" || revisions.is_err() {
        around.previewed = true;
        around.seen = Some(seen);
        around.wrong = revisions.err();
        return page(console, headers, staff, (id, Some(&article), draft), around).await;
    }
    let revisions = revisions.unwrap_or_default();
    let by = Role::Staff(staff.account.id);
    let saved = console.store.revise(&prefix(&new_id), seen, &revisions, &by, staff.now).await;
    let Some(revision) = saved.or_broken(console, headers)? else {
        around.wrong = Some(w.done_stale());
        return page(console, headers, staff, (id, Some(&article), draft), around).await;
    };
    set_aside(console, staff, headers, fields).await?;
    in_force(console, revision).await;
    Ok(Redirect::to(&format!("/staff/knowledge/articles/{new_id}?done=saved")).into_response())
}

/// The revisions that a change comes to: one per language that reads otherwise now.
fn revisions(article: &Article, before: Option<&Article>, note: Option<&str>) -> Result<Vec<Revise>, Unfit> {
    let mut all = Vec::new();
    for lang in LANGS.into_iter().filter(|lang| article.text_in(*lang).is_some()) {
        let content = file::checked(article, lang)?;
        if before.and_then(|b| file::of(b, lang)).as_ref() != Some(&content) {
            let note = note.map(|n| n.chars().take(200).collect());
            all.push(Revise { subject: file::name(&article.id, lang), content, note });
        }
    }
    Ok(all)
}

/// A revision is taken back by a new one, which says what was said before it.
async fn undo(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    fields: &Fields,
    (id, revision): (&ArticleId, &str),
) -> Answer {
    let changes = console.store.changes(&prefix(id), SHOWN).await.or_broken(console, headers)?;
    let wanted: Option<i64> = revision.parse().ok();
    let change = changes.iter().find(|c| Some(c.revision.id) == wanted).ok_or_else(|| missing(staff.w))?;
    let revise = Revise {
        subject: change.revision.subject.clone(),
        content: change.before.clone().unwrap_or_default(),
        note: Some(staff.w.undo_note(staff.w.stamp(&change.revision.at))),
    };
    let seen = fields.get("seen").parse().unwrap_or(-1);
    let by = Role::Staff(staff.account.id);
    let saved = console.store.revise(&prefix(id), seen, &[revise], &by, staff.now).await;
    let Some(revision) = saved.or_broken(console, headers)? else {
        return Ok(Redirect::to(&format!("/staff/knowledge/articles/{id}?done=stale")).into_response());
    };
    in_force(console, revision).await;
    // What was new is no more.
    let gone = console.app.facts().knowledge.article(id).is_none();
    let to = if gone {
        "/staff/knowledge/articles".to_owned()
    } else {
        format!("/staff/knowledge/articles/{id}?done=saved")
    };
    Ok(Redirect::to(&to).into_response())
}
