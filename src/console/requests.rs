//! The list of requests: views, filters, search, pages.

use askama::Template;
use axum::extract::{Query, Request as HttpRequest, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::session::{Right, Staff, posted, staff};
use super::shown::{self, Choice};
use super::{Answer, Console, Frame, OrBroken};
use crate::http::html;
use crate::http::words::Terms;
use crate::model::chat::Platform;
use crate::model::desk::NoticeKind;
use crate::model::id::{CentreId, RequestId};
use crate::model::lang::Lang;
use crate::model::request::{Outcome, Request, RequestKind, RequestStatus};
use crate::model::time::{Date, Time, Timestamp, from_millis, swedish_instant, to_millis};
use crate::store::StoreError;
use crate::store::worklist::{Filter, Order};

/// How many stand on a page.
const PAGE: u32 = 50;
/// The longest name of a saved view, in characters.
const LONGEST_NAME: usize = 40;
/// The longest filter, in bytes.
const LONGEST_QUERY: usize = 1_000;

/// What the address of the list asks for. Empty fields do not narrow: a plain form sends them all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    view: String,
    status: String,
    kind: String,
    topic: String,
    lang: String,
    platform: String,
    centre: String,
    outcome: String,
    from: String,
    until: String,
    assignee: String,
    words: String,
    after: String,
    done: Option<String>,
}

/// The address of a list, without what is only of this moment.
fn address(query: &str) -> String {
    if query.is_empty() { "/staff".to_owned() } else { format!("/staff?{query}") }
}

impl Asked {
    fn filter(&self, staff: &Staff) -> Filter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let mut filter = Filter {
            kind: RequestKind::from_word(&self.kind),
            topic: some(&self.topic),
            lang: some(&self.lang),
            platform: Platform::ALL.into_iter().find(|p| p.name() == self.platform),
            centre: self.centre.parse().ok(),
            outcome: Outcome::from_word(&self.outcome),
            from: midnight(&self.from),
            until: self.until.parse::<Date>().ok().and_then(|d| d.tomorrow().ok()).and_then(start_of),
            assignee: self.assignee.parse().ok(),
            words: some(&self.words),
            after: self.after.split_once('-').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?))),
            ..Filter::default()
        };
        if !staff.account.is_administrator() {
            filter.only.clone_from(&staff.account.centres);
        }
        match self.view.as_str() {
            "unanswered" => filter.statuses = vec![RequestStatus::Unanswered],
            "mine" => filter.assignee = Some(staff.account.id),
            "all" => filter.merged = true,
            _ if self.is_plain() => {
                filter.statuses = vec![RequestStatus::Waiting, RequestStatus::Claimed];
                // Whoever comes to help begins with whom nobody has helped for the longest.
                filter.order = Order::LongestWaitFirst;
            }
            _ => {}
        }
        if let Some(status) = RequestStatus::from_word(&self.status) {
            filter.statuses = vec![status];
        }
        filter
    }

    /// Nothing is asked for: the page that one comes to.
    fn is_plain(&self) -> bool {
        [
            &self.view,
            &self.status,
            &self.kind,
            &self.topic,
            &self.lang,
            &self.platform,
            &self.centre,
            &self.outcome,
        ]
        .iter()
        .chain(&[&self.from, &self.until, &self.assignee, &self.words])
        .all(|field| field.trim().is_empty())
    }

    /// The view that the page shows; none if it is one of the saved ones.
    fn view_of(&self, saved: &[Saved]) -> String {
        match self.view.as_str() {
            _ if saved.iter().any(|v| v.here) => String::new(),
            "" if self.is_plain() => "waiting".to_owned(),
            view => view.to_owned(),
        }
    }

    /// The address of the page after this request.
    fn next_page(&self, last: &Request) -> String {
        address(&self.query(&format!("{}-{}", to_millis(last.changed_at), last.id.number())))
    }

    /// The fields as in an address.
    fn query(&self, after: &str) -> String {
        let view = if self.is_plain() { "" } else { self.view.as_str() };
        let fields = [
            ("view", view),
            ("status", &self.status),
            ("kind", &self.kind),
            ("topic", &self.topic),
            ("lang", &self.lang),
            ("platform", &self.platform),
            ("centre", &self.centre),
            ("outcome", &self.outcome),
            ("from", &self.from),
            ("until", &self.until),
            ("assignee", &self.assignee),
            ("words", &self.words),
            ("after", after),
        ];
        let set = fields.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            set.map(|(name, value)| format!("{name}={}", shown::encoded(value))).collect();
        pairs.join("&")
    }
}

fn start_of(date: Date) -> Option<Timestamp> {
    swedish_instant(date, Time::midnight())
}

fn midnight(text: &str) -> Option<Timestamp> {
    text.parse::<Date>().ok().and_then(start_of)
}

/// A row of the list.
struct Row {
    id: RequestId,
    question: String,
    status: RequestStatus,
    status_word: String,
    topic: String,
    lang: String,
    platform: String,
    centre: String,
    assignee: String,
    changed: String,
    /// What staff are to know of it.
    notice: String,
}

#[derive(Template)]
#[template(path = "staff/requests.html")]
struct Page {
    f: Frame,
    rows: Vec<Row>,
    view: String,
    asked: Asked,
    narrowed: bool,
    statuses: Vec<Choice>,
    kinds: Vec<Choice>,
    topics: Vec<Choice>,
    langs: Vec<Choice>,
    platforms: Vec<Choice>,
    centres: Vec<Choice>,
    outcomes: Vec<Choice>,
    assignees: Vec<Choice>,
    more: Option<String>,
    /// The filter of this page, to be given a name.
    query: String,
    saved: Vec<Saved>,
    /// Whether the volunteers' desk is gone and nobody has set it up again.
    desk_lost: bool,
}

/// A filter with a name.
struct Saved {
    id: i64,
    name: String,
    link: String,
    here: bool,
}

/// The list.
pub(super) async fn list(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    Ok(html::page(&page(&console, asked, &headers).await?))
}

async fn page(console: &Console, asked: Asked, headers: &HeaderMap) -> Result<Page, Response> {
    let staff = staff(console, headers, Right::Look).await?;
    let found = console.store.requests(&asked.filter(&staff), PAGE).await.or_broken(console, headers)?;
    let people = console.store.accounts().await.or_broken(console, headers)?;
    let facts = console.app.facts();
    let (w, lang) = (staff.w, staff.account.lang);
    let centre_name =
        |id: &CentreId| facts.centres.get(id).map_or_else(|| id.to_string(), |c| c.name.clone());
    let full = found.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.last().filter(|_| full).map(|last| asked.next_page(last));
    let notices = console.store.open_notices().await.or_broken(console, headers)?;
    let rows = found.iter().map(|r| Row {
        notice: notice(w, &notices, r.id),
        id: r.id,
        question: if r.question.is_empty() { w.no_words() } else { r.question.clone() },
        status: r.status,
        status_word: shown::status(w, r.status),
        topic: r.topic.as_deref().map(|t| crate::engine::say::topic(lang, t)).unwrap_or_default(),
        lang: crate::engine::say::language_name(lang, r.lang.code()),
        platform: shown::platform(w, r.resident.platform()),
        centre: r.centre.as_ref().map(centre_name).unwrap_or_default(),
        assignee: r.assignee.map(|id| shown::name(&people, id)).unwrap_or_default(),
        changed: w.stamp(&from_millis(to_millis(r.changed_at))),
    });
    let query = asked.query("");
    let saved = console.store.saved_views(staff.account.id).await.or_broken(console, headers)?;
    let saved: Vec<Saved> = saved
        .into_iter()
        .map(|v| Saved { id: v.id, name: v.name, here: v.query == query, link: address(&v.query) })
        .collect();
    let mine = facts.centres.shown().filter(|c| staff.account.sees(Some(&c.id)));
    Ok(Page {
        rows: rows.collect(),
        more,
        query,
        view: asked.view_of(&saved),
        saved,
        desk_lost: notices.iter().any(|(_, kind, _)| kind == NoticeKind::DeskLost.word()),
        narrowed: !Asked { view: String::new(), ..asked.clone() }.is_plain(),
        statuses: shown::choices(RequestStatus::ALL, &asked.status, |s| {
            (s.word().to_owned(), shown::status(w, *s))
        }),
        kinds: shown::choices(RequestKind::ALL, &asked.kind, |k| (k.word().to_owned(), shown::kind(w, *k))),
        topics: shown::topics(&facts, lang, &asked.topic),
        langs: shown::choices(&Lang::ALL, &asked.lang, |l| (l.code().to_owned(), l.own_name().to_owned())),
        platforms: shown::choices(&Platform::ALL, &asked.platform, |p| {
            (p.name().to_owned(), shown::platform(w, *p))
        }),
        centres: mine.map(|c| Choice::new(c.id.to_string(), c.name.clone(), &asked.centre)).collect(),
        outcomes: shown::choices(Outcome::ALL, &asked.outcome, |o| {
            (o.word().to_owned(), shown::outcome(w, Some(*o)))
        }),
        assignees: people
            .iter()
            .map(|a| Choice::new(a.id.to_string(), a.name.clone(), &asked.assignee))
            .collect(),
        f: Frame::new(&staff, "requests", asked.done.as_deref()),
        asked,
    })
}

/// What staff are to know of a request.
fn notice(w: Terms, notices: &[(i64, String, Option<RequestId>)], id: RequestId) -> String {
    let own = notices.iter().rfind(|(_, _, request)| *request == Some(id));
    match own.and_then(|(_, kind, _)| NoticeKind::from_word(kind)) {
        Some(NoticeKind::Handed) => w.notice_handed(),
        Some(NoticeKind::Requeued) => w.notice_requeued(),
        Some(NoticeKind::DeskLost) | None => String::new(),
    }
}

/// Gives the filter of a page a name, or takes one away.
pub(super) async fn keep(State(console): State<Console>, http: HttpRequest) -> Answer {
    let headers = http.headers().clone();
    let (staff, fields) = posted(&console, http, Right::Look).await?;
    let account = staff.account.id;
    let name: String = fields.get("name").chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    // Only what a list of ours would write stands in the address.
    let query: String =
        fields.get("query").chars().filter(|c| "-_.%=&".contains(*c) || c.is_ascii_alphanumeric()).collect();
    let (kept, back) = match (fields.get("deed"), fields.get("view").parse()) {
        ("drop", Ok(view)) => (console.store.drop_view(account, view).await, String::new()),
        ("keep", _) if !name.is_empty() && query.len() <= LONGEST_QUERY => {
            (console.store.save_view(account, &name, &query).await, query)
        }
        _ => return Ok(Redirect::to("/staff").into_response()),
    };
    let done = match kept {
        Err(StoreError::Taken) => "full",
        kept => {
            kept.or_broken(&console, &headers)?;
            "saved"
        }
    };
    let joint = if back.is_empty() { "" } else { "&" };
    Ok(Redirect::to(&format!("/staff?{back}{joint}done={done}")).into_response())
}
