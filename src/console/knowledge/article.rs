//! One article: how it looks on every platform, how it was changed, and the form that changes it.
//!
//! Every change is a revision of whole files, in force before the answer to the form is sent.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::draft::{Draft, LANGS, Part, identifier};
use super::{asking, set_aside};
use crate::console::diff::{self, Line};
use crate::console::session::{Fields, Right, Staff, missing, posted, staff};
use crate::console::shown::{self, Choice};
use crate::console::{Console, Frame, OrBroken};
use crate::engine;
use crate::facts::Facts;
use crate::facts::knowledge::file::{self, Unfit};
use crate::facts::knowledge::{Article, Warning};
use crate::http::html;
use crate::http::preview::Shown;
use crate::http::words::Terms;
use crate::model::chat::{Platform, Role};
use crate::model::effect::Revise;
use crate::model::id::{ArticleId, RequestId};
use crate::model::lang::Lang;
use crate::model::message::{Ask, Message};
use crate::model::time::in_sweden;

/// How long a form waits for the search to be built anew.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many revisions are shown.
const SHOWN: u32 = 50;

/// A change, as the history shows it.
pub(in crate::console) struct Step {
    pub id: i64,
    pub stamp: String,
    pub who: String,
    pub what: String,
    pub note: String,
    pub lines: Vec<Line>,
}

/// A language of the form.
struct Language {
    part: Part,
    code: &'static str,
    name: String,
    html_lang: &'static str,
}

/// How the article looks on a platform.
struct View {
    platform: &'static str,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "staff/article.html")]
struct Page {
    f: Frame,
    may_teach: bool,
    /// Empty while it is new.
    id: String,
    title: String,
    local: bool,
    link: Option<(String, String)>,
    views: Vec<View>,
    view_lang: &'static str,
    view_dir: &'static str,
    tabs: Vec<Choice>,
    draft: Draft,
    languages: Vec<Language>,
    topics: Vec<Choice>,
    warnings: Vec<Choice>,
    links: Vec<Choice>,
    requests: Vec<RequestId>,
    seen: i64,
    steps: Vec<Step>,
    long: Vec<String>,
    previewed: bool,
    wrong: Option<String>,
}

/// What is on the page beside the article itself.
#[derive(Default)]
struct Around {
    requests: Vec<RequestId>,
    wrong: Option<String>,
    done: Option<String>,
    lang: Option<Lang>,
    previewed: bool,
    /// The newest revision that the writer of the form saw; else the newest there is.
    seen: Option<i64>,
}

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

/// The subjects of an article begin so.
fn prefix(id: &ArticleId) -> String {
    format!("knowledge/{id}.")
}

/// The article as every platform shows it.
fn views(console: &Console, facts: &Facts, article: &Article, lang: Lang) -> Vec<View> {
    let Some((text, choices)) = engine::as_sent(facts, lang, article, RequestId::from_number(1)) else {
        return Vec::new();
    };
    let message = Message { text, lang, card: None, ask: Ask::Choice(choices) };
    let name = |platform: Platform| match platform {
        Platform::Telegram => "Telegram",
        Platform::Discord => "Discord",
        _ => "Web",
    };
    let view = |(platform, render): &(Platform, crate::http::preview::Render)| View {
        platform: name(*platform),
        shown: render(&message),
    };
    console.previews.0.iter().map(view).collect()
}

async fn page(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    (id, article, draft): (Option<&ArticleId>, Option<&Article>, Draft),
    around: Around,
) -> Result<Response, Response> {
    let (facts, filed, w) = (console.app.facts(), console.app.filed(), staff.w);
    let lang = around.lang.unwrap_or(staff.account.lang);
    let changes = match id {
        Some(id) => console.store.changes(&prefix(id), SHOWN).await.or_broken(console, headers)?,
        None => Vec::new(),
    };
    let people = console.store.accounts().await.or_broken(console, headers)?;
    let filed_text = |subject: &str| {
        let (id, lang) = crate::facts::knowledge::article::name_parts(subject)?;
        filed.knowledge.file(&id, lang)
    };
    let steps = changes.iter().map(|change| {
        let subject = &change.revision.subject;
        let or_filed = |text: Option<&String>| {
            text.filter(|t| !t.is_empty()).cloned().or_else(|| filed_text(subject)).unwrap_or_default()
        };
        let (before, after) = (or_filed(change.before.as_ref()), or_filed(Some(&change.revision.content)));
        let named = crate::facts::knowledge::article::name_parts(subject);
        Step {
            id: change.revision.id,
            stamp: w.stamp(&change.revision.at),
            who: shown::author(&people, &change.revision.author),
            what: named.map(|(_, lang)| lang.own_name().to_owned()).unwrap_or_default(),
            note: change.revision.note.clone().unwrap_or_default(),
            lines: diff::diff(&before, &after),
        }
    });
    let known = facts
        .knowledge
        .links()
        .map(|(key, link)| Choice::new(key.to_owned(), link.name.clone(), &draft.link));
    let mut links: Vec<Choice> = known.collect();
    links.sort_by(|a, b| a.label.cmp(&b.label));
    let warnings = [
        ("none", Warning::None, w.warning_none()),
        ("care", Warning::Care, w.warning_care()),
        ("danger", Warning::Danger, w.warning_danger()),
    ];
    let view_words = crate::http::words::Words(lang);
    let status = if around.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        may_teach: staff.account.may_teach(),
        id: id.map(ToString::to_string).unwrap_or_default(),
        title: article
            .and_then(|a| a.text(staff.account.lang))
            .map_or_else(|| w.article_new(), |(_, t)| t.title.clone()),
        local: id.is_some_and(|id| filed.knowledge.article(id).is_none()),
        link: article.and_then(|a| facts.knowledge.link(a)).map(|l| (l.name.clone(), l.url.clone())),
        views: article.map(|a| views(console, &facts, a, lang)).unwrap_or_default(),
        view_lang: view_words.html_lang(),
        view_dir: view_words.dir(),
        tabs: LANGS
            .iter()
            .map(|l| Choice::new(l.code().to_owned(), l.own_name().to_owned(), lang.code()))
            .collect(),
        languages: draft
            .parts
            .iter()
            .map(|part| Language {
                part: part.clone(),
                code: part.lang.code(),
                name: part.lang.own_name().to_owned(),
                html_lang: crate::http::words::Words(part.lang).html_lang(),
            })
            .collect(),
        topics: shown::topics(&facts, staff.account.lang, &draft.topic),
        warnings: warnings
            .into_iter()
            .map(|(value, warning, label)| Choice {
                value: value.to_owned(),
                label,
                chosen: warning == draft.warning,
            })
            .collect(),
        links,
        long: if around.previewed { draft.long_sentences() } else { Vec::new() },
        draft,
        requests: around.requests,
        seen: around.seen.unwrap_or_else(|| changes.first().map_or(0, |c| c.revision.id)),
        steps: steps.collect(),
        previewed: around.previewed,
        wrong: around.wrong,
        f: Frame::new(staff, "knowledge", around.done.as_deref()),
    };
    Ok(html::page_with(status, &page))
}

/// One article.
pub(in crate::console) async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    Query(asked): Query<std::collections::BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let staff = staff(&console, &headers, Right::Look).await?;
        let facts = console.app.facts();
        let id = id.parse::<ArticleId>().map_err(|_| missing(staff.w))?;
        let article = facts.knowledge.article(&id).ok_or_else(|| missing(staff.w))?;
        let around = Around {
            done: asked.get("done").cloned(),
            lang: asked.get("lang").and_then(|l| l.parse().ok()),
            ..Around::default()
        };
        page(&console, &headers, &staff, (Some(&id), Some(article), Draft::of(article)), around).await
    };
    shown.await.unwrap_or_else(|response: Response| response)
}

/// The file of an article, for whoever keeps the files in git.
pub(in crate::console) async fn download(
    State(console): State<Console>,
    Path((id, lang)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let file = async {
        let staff = staff(&console, &headers, Right::Look).await?;
        let named = id.parse::<ArticleId>().ok().zip(lang.parse::<Lang>().ok());
        let text = named.and_then(|(id, lang)| console.app.facts().knowledge.file(&id, lang));
        let text = text.ok_or_else(|| missing(staff.w))?;
        let disposition = format!("attachment; filename=\"{id}.{lang}.md\"");
        let named = [
            (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        Ok((named, text).into_response())
    };
    file.await.unwrap_or_else(|response: Response| response)
}

/// The form for a new article, with the questions that it is to answer.
pub(in crate::console) async fn new(
    State(console): State<Console>,
    Query(asked): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let staff = staff(&console, &headers, Right::Teach).await?;
        let ids = asked.iter().filter(|(name, _)| name == "request").map(|(_, id)| id.as_str());
        let asking = asking(&console, &staff, &headers, ids).await?;
        let questions: Vec<(Lang, String)> = asking.iter().map(|a| (a.lang, a.question.clone())).collect();
        let mut draft = Draft::new(&questions);
        let proposals = console.store.open_proposals().await.or_broken(&console, &headers)?;
        let proposed = proposals.into_iter().find(|p| asking.iter().any(|a| a.request == p.request));
        if let (Some(proposal), Some(part)) = (proposed, draft.parts.first_mut()) {
            part.first = proposal.answer;
        }
        let around = Around { requests: asking.iter().map(|a| a.request).collect(), ..Around::default() };
        page(&console, &headers, &staff, (None, None, draft), around).await
    };
    shown.await.unwrap_or_else(|response: Response| response)
}

/// Looks at, or saves, a new article.
pub(in crate::console) async fn make(State(console): State<Console>, request: Request) -> Response {
    let headers = request.headers().clone();
    let made = async {
        let (staff, fields) = posted(&console, request, Right::Teach).await?;
        write(&console, &headers, &staff, &fields, None).await
    };
    made.await.unwrap_or_else(|response: Response| response)
}

/// Looks at, saves or takes back a change of an article.
pub(in crate::console) async fn change(
    State(console): State<Console>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let changed = async {
        let (staff, fields) = posted(&console, request, Right::Teach).await?;
        let id = id.parse::<ArticleId>().map_err(|_| missing(staff.w))?;
        match fields.get("deed").strip_prefix("undo:") {
            Some(revision) => undo(&console, &headers, &staff, &fields, (&id, revision)).await,
            None => write(&console, &headers, &staff, &fields, Some(&id)).await,
        }
    };
    changed.await.unwrap_or_else(|response: Response| response)
}

async fn write(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    fields: &Fields,
    id: Option<&ArticleId>,
) -> Result<Response, Response> {
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
) -> Result<Response, Response> {
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
