//! One centre: its facts, the form that changes them, and how they were changed.
//!
//! A change is `StaffOp::Arrange`: a revision, in force at once, and everybody whose visit no longer
//! fits is told in the same turn. To undo one is to say anew what was said before it.

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::form::{self, DayField};
use crate::app::Handled;
use crate::console::account::Done;
use crate::console::session::{Fields, Right, Staff, missing, posted, staff};
use crate::console::shown;
use crate::console::steps::{Line, Step};
use crate::console::visits::send;
use crate::console::{Answer, Console, Frame, OrBroken};
use crate::facts::centres::{Centre, VisitMode, is_stale};
use crate::http::html;
use crate::http::token::Token;
use crate::model::id::CentreId;
use crate::model::staff::{Refusal, StaffOp};
use crate::model::time::in_sweden;
use crate::store::revisions::Change;

/// How many revisions are shown.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "staff/centre.html")]
#[allow(clippy::struct_excessive_bools, reason = "a box of the form each")]
struct Page {
    f: Frame,
    centre: Centre,
    /// The days on which it is open, as it is in force.
    hours: Vec<DayField>,
    days: Vec<DayField>,
    /// The texts of the form, as they are or as they were typed.
    address: String,
    postal: String,
    phones: String,
    email: String,
    url: String,
    exceptions: String,
    confirmed_on: String,
    drop_in: bool,
    slots: bool,
    on_request: bool,
    old: bool,
    sources: Vec<(String, String, String)>,
    steps: Vec<Step>,
    seen: i64,
    turn: String,
    wrong: Option<String>,
}

/// A form that could not be saved: why, and what was typed.
type Wrong<'a> = Option<(String, &'a Fields)>;

async fn page(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    centre: Centre,
    done: Option<&str>,
    wrong: Wrong<'_>,
) -> Answer {
    let people = console.store.accounts().await.or_broken(console, headers)?;
    let subject = format!("centres/{}", centre.id);
    let changes = console.store.changes(&subject, SHOWN).await.or_broken(console, headers)?;
    // A longer name begins alike.
    let changes: Vec<_> = changes.into_iter().filter(|c| c.revision.subject == subject).collect();
    let w = staff.w;
    let step = |change: &Change| Step::of(w, &people, change, None);
    let fields = wrong.as_ref().map(|(_, fields)| *fields);
    let typed =
        |name: &str, now: String| fields.filter(|f| f.has(name)).map_or(now, |f| f.get(name).to_owned());
    let now = |text: &Option<String>| text.clone().unwrap_or_default();
    let said = console.app.facts().centres.said_of(&centre.id);
    let ticked = |mode: VisitMode, name: &str| {
        fields.map_or_else(|| centre.modes.contains(&mode), |f| f.all("mode").any(|m| m == name))
    };
    let page = Page {
        hours: form::day_fields(staff, &centre, None).into_iter().filter(|d| !d.periods.is_empty()).collect(),
        days: form::day_fields(staff, &centre, fields),
        address: typed("address", now(&centre.address)),
        postal: typed("postal", now(&centre.postal)),
        phones: typed("phones", centre.phones.join("\n")),
        email: typed("email", now(&centre.email)),
        url: typed("url", now(&centre.url)),
        exceptions: typed("exceptions", form::exceptions(&said)),
        confirmed_on: typed("confirmed_on", now(&centre.confirmed)),
        drop_in: ticked(VisitMode::DropIn, "drop_in"),
        slots: ticked(VisitMode::Slots, "slots"),
        on_request: ticked(VisitMode::OnRequest, "on_request"),
        old: is_stale(centre.confirmed.as_deref(), in_sweden(staff.now).date()),
        sources: centre
            .sources
            .iter()
            .map(|s| (shown::fact(w, &s.field), s.from.clone(), s.as_of.clone().unwrap_or_default()))
            .collect(),
        steps: changes.iter().map(step).collect(),
        seen: changes.first().map_or(0, |c| c.revision.id),
        turn: Token::draw().map(|t| t.secret().to_owned()).unwrap_or_default(),
        wrong: wrong.map(|(why, _)| w.centre_wrong(why)),
        f: Frame::new(staff, "centres", done),
        centre,
    };
    let status = if page.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(html::page_with(status, &page))
}

fn found(console: &Console, staff: &Staff, id: &str) -> Result<Centre, Response> {
    let facts = console.app.facts();
    let id = id.parse::<CentreId>().ok().filter(|id| staff.account.sees(Some(id)));
    id.and_then(|id| facts.centres.get(&id).cloned()).ok_or_else(|| missing(staff.w))
}

/// One centre.
pub(in crate::console) async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Look).await?;
    let centre = found(&console, &staff, &id)?;
    page(&console, &headers, &staff, centre, done.done.as_deref(), None).await
}

/// Says anew how a centre is, or takes a change back.
pub(in crate::console) async fn change(
    State(console): State<Console>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Change).await?;
    let centre = found(&console, &staff, &id)?;
    let subject = format!("centres/{}", centre.id);
    let changes = console.store.changes(&subject, SHOWN).await.or_broken(&console, &headers)?;
    let numbered =
        |number: i64| changes.iter().find(|c| c.revision.id == number && c.revision.subject == subject);
    let note: Option<String> = fields.some("note").map(|n| n.chars().take(200).collect());
    let (said, note) = if let Some(number) = fields.get("deed").strip_prefix("undo:") {
        let change = number.parse().ok().and_then(numbered).ok_or_else(|| missing(staff.w))?;
        let note = staff.w.undo_note(staff.w.stamp(&change.revision.at));
        (change.before.clone().unwrap_or_default(), Some(note))
    } else {
        let before = console.app.facts().centres.said_of(&centre.id);
        match form::said(staff.w, &fields, before, &centre, in_sweden(staff.now).date()) {
            Ok(said) => (said.to_toml(), note),
            Err(why) => {
                return page(&console, &headers, &staff, centre, None, Some((why, &fields))).await;
            }
        }
    };
    // What was in force when the page was read: the engine compares.
    let seen = fields.get("seen").parse::<i64>().unwrap_or(0);
    let before = if seen == 0 {
        String::new()
    } else {
        numbered(seen).map(|c| c.revision.content.clone()).unwrap_or_default()
    };
    let op = StaffOp::Arrange { centre: centre.id.clone(), said, note, before: Some(before) };
    match send(&console, &staff, fields.get("turn"), op, &headers).await? {
        Handled::Done | Handled::Repeated | Handled::Dropped => {
            Ok(Redirect::to(&format!("/staff/centres/{}?done=saved", centre.id)).into_response())
        }
        Handled::Refused(Refusal::Stale) => {
            let why = staff.w.centre_stale();
            page(&console, &headers, &staff, centre, None, Some((why, &fields))).await
        }
        Handled::Refused(Refusal::Unreadable(why)) => {
            page(&console, &headers, &staff, centre, None, Some((why, &fields))).await
        }
        Handled::Refused(_) => Err(missing(staff.w)),
    }
}
