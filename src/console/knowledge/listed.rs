//! Every article, and which of them staff have changed.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use crate::console::session::{Right, staff};
use crate::console::{Answer, Console, Frame, OrBroken};
use crate::engine::say;
use crate::facts::knowledge::{article, overlay};
use crate::http::html;
use crate::model::id::ArticleId;

/// Which articles.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    words: String,
}

struct Row {
    id: ArticleId,
    title: String,
    topic: String,
    changed: bool,
    local: bool,
}

#[derive(Template)]
#[template(path = "staff/articles.html")]
struct Page {
    f: Frame,
    may_teach: bool,
    words: String,
    rows: Vec<Row>,
}

/// The list.
pub(in crate::console) async fn list(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Look).await?;
    let revisions = console.store.revisions_under(overlay::SUBJECT).await.or_broken(&console, &headers)?;
    let changed: BTreeSet<ArticleId> = revisions
        .iter()
        .filter(|r| !r.content.is_empty())
        .filter_map(|r| Some(article::name_parts(&r.subject)?.0))
        .collect();
    let (facts, filed, lang) = (console.app.facts(), console.app.filed(), staff.account.lang);
    let words = asked.words.trim().to_lowercase();
    let mut rows: Vec<Row> = facts
        .knowledge
        .articles()
        .map(|a| Row {
            id: a.id.clone(),
            title: super::title(&facts, lang, &a.id),
            topic: say::topic(lang, &a.topic),
            changed: changed.contains(&a.id),
            local: filed.knowledge.article(&a.id).is_none(),
        })
        .filter(|row| row.title.to_lowercase().contains(&words) || row.topic.to_lowercase().contains(&words))
        .collect();
    rows.sort_by(|a, b| (&a.topic, &a.title).cmp(&(&b.topic, &b.title)));
    let may_teach = staff.account.may_teach();
    Ok(html::page(&Page { f: Frame::new(&staff, "knowledge", None), may_teach, words: asked.words, rows }))
}
