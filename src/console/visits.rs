//! Visits of a centre: a day or a week, on screen and on paper, and what staff do about them.
//!
//! Every deed is a `StaffOp`, checked by the engine; what it refuses is said on the page.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::session::{Fields, Right, Staff, missing, posted, staff};
use super::shown::{self, Choice};
use super::{Answer, Console, Frame, OrBroken};
use crate::app::Handled;
use crate::engine::say;
use crate::http::html;
use crate::http::token::Token;
use crate::model::chat::{Address, Chat, Hints, Platform, Role};
use crate::model::event::{Incoming, Input};
use crate::model::id::{CentreId, VisitId};
use crate::model::staff::{Refusal, StaffOp, WhichVisit};
use crate::model::time::{
    Date, SignedDuration, Time, Timestamp, from_millis, in_sweden, swedish_instant, to_millis,
};
use crate::model::visit::{Company, Visit, VisitStatus};

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    centre: String,
    date: String,
    view: String,
    done: Option<String>,
    why: Option<String>,
}

/// A visit as the list shows it.
struct Row {
    id: VisitId,
    time: String,
    code: String,
    name: String,
    about: String,
    lang: String,
    wishes: Vec<String>,
    status: VisitStatus,
    status_word: String,
    check_in: bool,
    absent: bool,
    cancel: bool,
    proposals: Vec<(i64, String)>,
}

struct Day {
    title: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "staff/visits.html")]
struct Page {
    f: Frame,
    centres: Vec<Choice>,
    centre: String,
    date: String,
    week: bool,
    previous: String,
    next: String,
    waiting: Vec<Row>,
    days: Vec<Day>,
    closures: Vec<(Date, Date, String)>,
    turn: String,
    why: Option<String>,
}

/// The list.
pub(super) async fn list(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    Ok(html::page(&page(&console, &asked, &headers).await?))
}

fn start_of(date: Date) -> Timestamp {
    swedish_instant(date, Time::midnight()).unwrap_or(Timestamp::MIN)
}

fn days_after(date: Date, days: i64) -> Date {
    date.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(date)
}

/// The centre of an address: one that this person sees, or the first of those.
fn centre_of(console: &Console, staff: &Staff, wanted: &str) -> Option<(CentreId, Vec<Choice>)> {
    let facts = console.app.facts();
    let own: Vec<_> = facts.centres.shown().filter(|c| staff.account.sees(Some(&c.id))).collect();
    let chosen =
        if wanted.is_empty() { own.first()? } else { own.iter().find(|c| c.id.as_str() == wanted)? };
    let choices =
        own.iter().map(|c| Choice::new(c.id.to_string(), c.name.clone(), chosen.id.as_str())).collect();
    Some((chosen.id.clone(), choices))
}

async fn page(console: &Console, asked: &Asked, headers: &HeaderMap) -> Result<Page, Response> {
    let staff = staff(console, headers, Right::Look).await?;
    let Some((centre, centres)) = centre_of(console, &staff, &asked.centre) else {
        return Err(missing(staff.w));
    };
    let week = asked.view == "week";
    let wanted = asked.date.parse::<Date>().unwrap_or_else(|_| in_sweden(staff.now).date());
    let first =
        if week { days_after(wanted, -i64::from(wanted.weekday().to_monday_zero_offset())) } else { wanted };
    let count = if week { 7 } else { 1 };
    let span = (start_of(first), start_of(days_after(first, count)));
    let found = console.store.visits_between(&centre, span.0, span.1).await.or_broken(console, headers)?;
    let waiting = console.store.visits_waiting(&centre, staff.now).await.or_broken(console, headers)?;
    let subject = format!("visits {centre} {first}");
    let noted = console.store.audit_once(&staff.actor(), "read", &subject, staff.now, 3_600).await;
    noted.or_broken(console, headers)?;
    let lang = staff.account.lang;
    let days = (0..count).map(|n| days_after(first, n)).map(|date| Day {
        title: say::day(lang, date),
        rows: found
            .iter()
            .filter(|v| in_sweden(v.starts_at).date() == date)
            .map(|v| row(&staff, v))
            .collect(),
    });
    let closures = console.app.facts().centres.said_of(&centre).closures;
    let today = in_sweden(staff.now).date();
    let view = if week { "&view=week" } else { "" };
    let to = |date: Date| format!("/staff/visits?centre={centre}&date={date}{view}");
    Ok(Page {
        centres,
        date: wanted.to_string(),
        week,
        previous: to(days_after(first, -count)),
        next: to(days_after(first, count)),
        waiting: waiting.iter().map(|v| row(&staff, v)).collect(),
        days: days.collect(),
        closures: closures
            .into_iter()
            .filter(|c| c.until >= today)
            .map(|c| (c.from, c.until, c.reason.unwrap_or_default()))
            .collect(),
        turn: Token::draw().map(|t| t.secret().to_owned()).unwrap_or_default(),
        why: asked.why.as_deref().and_then(|why| refusal_word(&staff, why)),
        f: Frame::new(&staff, "visits", asked.done.as_deref()),
        centre: centre.to_string(),
    })
}

fn row(staff: &Staff, visit: &Visit) -> Row {
    let (w, lang) = (staff.w, staff.account.lang);
    let today = in_sweden(visit.starts_at).date() == in_sweden(staff.now).date();
    let mut wishes = Vec::new();
    wishes.extend(visit.wishes.interpreter.as_ref().map(|i| w.visit_interpreter(say::interpreter(lang, i))));
    wishes.extend((visit.wishes.company == Company::Accompanied).then(|| w.visit_accompanied()));
    wishes.extend(visit.wishes.note.clone());
    let answerable = visit.status == VisitStatus::Proposed || visit.status == VisitStatus::Booked;
    let proposals = if answerable { visit.proposals() } else { Vec::new() };
    let spoken = |at: &Timestamp| {
        let (date, time) = say::day_and_time(*at);
        format!("{} {}", say::day(lang, date), say::clock(lang, time))
    };
    Row {
        id: visit.id,
        time: format!("{}–{}", w.hour(&visit.starts_at), w.hour(&visit.ends_at())),
        code: visit.code.to_string(),
        name: visit.name.clone().unwrap_or_default(),
        about: visit.about.clone().unwrap_or_default(),
        lang: say::language_name(lang, visit.lang.code()),
        wishes,
        status: visit.status,
        status_word: shown::visit(w, visit.status),
        check_in: today && matches!(visit.status, VisitStatus::Booked | VisitStatus::NoShow),
        absent: visit.starts_at <= staff.now
            && matches!(visit.status, VisitStatus::Booked | VisitStatus::Arrived),
        cancel: visit.status.is_open() && visit.starts_at > staff.now,
        proposals: proposals.iter().map(|at| (to_millis(*at), w.visit_confirm(spoken(at)))).collect(),
    }
}

/// The deed of a form.
fn deed(fields: &Fields, centre: &CentreId) -> Option<StaffOp> {
    let visit = || fields.get("visit").parse::<VisitId>().ok();
    let word = || fields.some("word").map(|w| w.chars().take(500).collect::<String>());
    let date = |name: &str| fields.get(name).parse::<Date>().ok();
    let (deed, at) = fields.get("deed").split_once(':').unwrap_or((fields.get("deed"), ""));
    Some(match deed {
        "check-in" => StaffOp::CheckIn(WhichVisit::Id(visit()?)),
        "check-in-code" => StaffOp::CheckIn(WhichVisit::Code(fields.get("code").parse().ok()?)),
        "absent" => StaffOp::NoShow(visit()?),
        "cancel" => StaffOp::CancelVisit { visit: visit()?, word: word() },
        "confirm" => StaffOp::ConfirmVisit { visit: visit()?, at: from_millis(at.parse().ok()?) },
        "decline" => StaffOp::DeclineVisit { visit: visit()?, word: word() },
        "walk-in" => StaffOp::WalkIn { centre: centre.clone(), about: word() },
        "close" => {
            let from = date("from")?;
            let until = date("until").unwrap_or(from).max(from);
            StaffOp::CloseDays { centre: centre.clone(), from, until, reason: word() }
        }
        "open" => StaffOp::OpenDays { centre: centre.clone(), from: date("from")?, until: date("until")? },
        _ => return None,
    })
}

/// Whether the visit of a deed belongs to the centre of the page: another centre's does not exist here.
async fn is_here(
    console: &Console,
    op: &StaffOp,
    centre: &CentreId,
    headers: &HeaderMap,
) -> Result<bool, Response> {
    let found = match op {
        StaffOp::CheckIn(WhichVisit::Code(code)) => console.store.one_visit(None, Some(code)).await,
        StaffOp::CheckIn(WhichVisit::Id(id))
        | StaffOp::NoShow(id)
        | StaffOp::CancelVisit { visit: id, .. }
        | StaffOp::ConfirmVisit { visit: id, .. }
        | StaffOp::ProposeTime { visit: id, .. }
        | StaffOp::DeclineVisit { visit: id, .. } => console.store.one_visit(Some(*id), None).await,
        StaffOp::WalkIn { .. }
        | StaffOp::CloseDays { .. }
        | StaffOp::OpenDays { .. }
        | StaffOp::Arrange { .. } => return Ok(true),
    };
    Ok(found.or_broken(console, headers)?.is_some_and(|v| v.centre == *centre))
}

/// Sends a deed of staff to the engine.
pub(super) async fn send(
    console: &Console,
    staff: &Staff,
    turn: &str,
    op: StaffOp,
    headers: &HeaderMap,
) -> Result<Handled, Response> {
    let incoming = Incoming {
        key: format!("console:{}:{turn}", staff.account.id),
        chat: Chat::private(Address::new(Platform::Web, format!("staff:{}", staff.account.id))),
        role: Role::Staff(staff.account.id),
        input: Input::Staff(op),
        hints: Hints::default(),
        reply: None,
        message: None,
    };
    console.app.handle(incoming).await.map_err(|error| console.broken(headers, &error))
}

/// Does something about a visit.
pub(super) async fn act(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Change).await?;
    let Some((centre, _)) = centre_of(&console, &staff, fields.get("centre")) else {
        return Err(missing(staff.w));
    };
    let view = if fields.get("view") == "week" { "&view=week" } else { "" };
    let date = fields.get("date").parse::<Date>().map(|d| d.to_string()).unwrap_or_default();
    let to = |said: &str| {
        Redirect::to(&format!("/staff/visits?centre={centre}&date={date}{view}&{said}")).into_response()
    };
    let Some(op) = deed(&fields, &centre) else { return Ok(to("why=unknown")) };
    if !is_here(&console, &op, &centre, &headers).await? {
        return Ok(to("why=unknown"));
    }
    // Each button of a page is a turn of its own; the same button twice is one.
    let turn = format!("{}:{}:{}", fields.get("turn"), fields.get("deed"), fields.get("visit"));
    Ok(match send(&console, &staff, &turn, op, &headers).await? {
        Handled::Done | Handled::Repeated | Handled::Dropped => to("done=saved"),
        Handled::Refused(refusal) => to(&format!("why={}", refusal_name(&refusal))),
    })
}

pub(super) fn refusal_name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotStaff | Refusal::Unknown => "unknown",
        Refusal::TooLate => "late",
        Refusal::SeatTaken => "seat",
        Refusal::NotOpen => "closed",
        Refusal::Stale => "stale",
        Refusal::Unreadable(_) => "text",
    }
}

pub(super) fn refusal_word(staff: &Staff, name: &str) -> Option<String> {
    let w = staff.w;
    Some(match name {
        "unknown" => w.refused_unknown(),
        "late" => w.refused_late(),
        "seat" => w.refused_seat(),
        "closed" => w.refused_closed(),
        "stale" => w.done_stale(),
        "text" => w.refused_text(""),
        _ => return None,
    })
}
