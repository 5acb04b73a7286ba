//! One article: how it looks on every platform, how it was changed, and the form that changes it.
//!
//! Shows; what the form does is in `save`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;

use super::asking;
use super::draft::{Draft, LANGS, Part};
use crate::console::session::{Right, Staff, missing, staff};
use crate::console::shown::{self, Choice};
use crate::console::steps::{Line, Step};
use crate::console::{Answer, Console, Frame, OrBroken};
use crate::engine;
use crate::facts::Facts;
use crate::facts::knowledge::article::name_parts;
use crate::facts::knowledge::{Article, Warning};
use crate::http::html;
use crate::http::preview::{Render, Shown};
use crate::http::words::{Terms, Words};
use crate::model::chat::Platform;
use crate::model::id::{ArticleId, RequestId};
use crate::model::lang::Lang;
use crate::model::message::{Ask, Message};
use crate::store::revisions::Change;

/// How many revisions are shown.
pub(super) const SHOWN: u32 = 50;

/// A language of the form.
struct Language {
    part: Part,
    code: &'static str,
    name: String,
    html_lang: &'static str,
}

impl Language {
    fn of(part: &Part) -> Self {
        let (code, name) = (part.lang.code(), part.lang.own_name().to_owned());
        Self { part: part.clone(), code, name, html_lang: Words(part.lang).html_lang() }
    }
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
pub(super) struct Around {
    pub requests: Vec<RequestId>,
    pub wrong: Option<String>,
    pub done: Option<String>,
    pub lang: Option<Lang>,
    pub previewed: bool,
    /// The newest revision that the writer of the form saw; else the newest there is.
    pub seen: Option<i64>,
}

/// The subjects of an article begin so.
pub(super) fn prefix(id: &ArticleId) -> String {
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
    let view =
        |(platform, render): &(Platform, Render)| View { platform: name(*platform), shown: render(&message) };
    console.previews.0.iter().map(view).collect()
}

fn warnings(w: Terms, chosen: Warning) -> Vec<Choice> {
    let all = [
        ("none", Warning::None, w.warning_none()),
        ("care", Warning::Care, w.warning_care()),
        ("danger", Warning::Danger, w.warning_danger()),
    ];
    let choice = |(value, warning, label): (&str, Warning, String)| Choice {
        value: value.to_owned(),
        label,
        chosen: warning == chosen,
    };
    all.into_iter().map(choice).collect()
}

/// The official pages that are known, by name.
fn links(facts: &Facts, chosen: &str) -> Vec<Choice> {
    let known = facts.knowledge.links();
    let mut links: Vec<Choice> =
        known.map(|(key, link)| Choice::new(key.to_owned(), link.name.clone(), chosen)).collect();
    links.sort_by(|a, b| a.label.cmp(&b.label));
    links
}

pub(super) async fn page(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    (id, article, draft): (Option<&ArticleId>, Option<&Article>, Draft),
    around: Around,
) -> Answer {
    let (facts, filed, w) = (console.app.facts(), console.app.filed(), staff.w);
    let lang = around.lang.unwrap_or(staff.account.lang);
    let changes = match id {
        Some(id) => console.store.changes(&prefix(id), SHOWN).await.or_broken(console, headers)?,
        None => Vec::new(),
    };
    let people = console.store.accounts().await.or_broken(console, headers)?;
    let filed_text = |subject: &str| {
        let (id, lang) = name_parts(subject)?;
        filed.knowledge.file(&id, lang)
    };
    let step = |change: &Change| {
        let named = name_parts(&change.revision.subject);
        let what = named.map(|(_, lang)| lang.own_name().to_owned()).unwrap_or_default();
        Step { what, ..Step::of(w, &people, change, filed_text(&change.revision.subject).as_deref()) }
    };
    let view_words = Words(lang);
    let status = if around.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        may_teach: staff.account.may_teach(),
        id: id.map(ToString::to_string).unwrap_or_default(),
        title: article
            .and_then(|a| a.text(staff.account.lang))
            .map_or_else(|| w.article_new(), |(_, t)| t.title.clone()),
        local: id.is_some_and(|id| filed.knowledge.article(id).is_none()),
        link: article
            .and_then(|a| facts.knowledge.link(a))
            .filter(|l| !l.url.is_empty())
            .map(|l| (l.name.clone(), l.url.clone())),
        views: article.map(|a| views(console, &facts, a, lang)).unwrap_or_default(),
        view_lang: view_words.html_lang(),
        view_dir: view_words.dir(),
        tabs: LANGS
            .iter()
            .map(|l| Choice::new(l.code().to_owned(), l.own_name().to_owned(), lang.code()))
            .collect(),
        languages: draft.parts.iter().map(Language::of).collect(),
        topics: shown::topics(&facts, staff.account.lang, &draft.topic),
        warnings: warnings(w, draft.warning),
        links: links(&facts, &draft.link),
        long: if around.previewed { draft.long_sentences() } else { Vec::new() },
        draft,
        requests: around.requests,
        seen: around.seen.unwrap_or_else(|| changes.first().map_or(0, |c| c.revision.id)),
        steps: changes.iter().map(step).collect(),
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
) -> Answer {
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
}

/// The file of an article, for whoever keeps the files in git.
pub(in crate::console) async fn download(
    State(console): State<Console>,
    Path((id, lang)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
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
}

/// The form for a new article, with the questions that it is to answer.
pub(in crate::console) async fn new(
    State(console): State<Console>,
    Query(asked): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Teach).await?;
    let ids = asked.iter().filter(|(name, _)| name == "request").map(|(_, id)| id.as_str());
    let asking = asking(&console, &staff, &headers, ids).await?;
    let questions: Vec<(Lang, String)> = asking.iter().map(|a| (a.lang, a.question.clone())).collect();
    let mut draft = Draft::new(&questions);
    let proposals = console.store.open_proposals().await.or_broken(&console, &headers)?;
    let proposed = proposals.into_iter().find(|p| asking.iter().any(|a| a.requests.contains(&p.request)));
    if let (Some(proposal), Some(part)) = (proposed, draft.parts.first_mut()) {
        part.first = proposal.answer;
    }
    let around =
        Around { requests: asking.into_iter().flat_map(|a| a.requests).collect(), ..Around::default() };
    page(&console, &headers, &staff, (None, None, draft), around).await
}
