//! Centres: what is known of them, how old it is, and staff's own word laid over the files.
//!
//! A change is `StaffOp::Arrange`: a revision, in force at once, and everybody whose visit no longer
//! fits is told in the same turn.

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::account::Done;
use super::session::{Fields, Right, Staff, missing, posted, staff};
use super::visits::send;
use super::{Console, Frame, OrBroken};
use crate::app::Handled;
use crate::facts::centres::{Booking, Centre, Override, Period, VisitMode, Week, is_stale};
use crate::http::html;
use crate::http::token::Token;
use crate::model::id::CentreId;
use crate::model::staff::{Refusal, StaffOp};
use crate::model::time::{Weekday, in_sweden};

struct Row {
    id: CentreId,
    name: String,
    municipality: String,
    phone: String,
    confirmed: String,
    old: bool,
}

#[derive(Template)]
#[template(path = "staff/centres.html")]
struct List {
    f: Frame,
    rows: Vec<Row>,
    old: usize,
}

/// Every centre that this person sees, those with the oldest facts marked.
pub(super) async fn list(
    State(console): State<Console>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Response {
    let staff = match staff(&console, &headers, Right::Look).await {
        Ok(staff) => staff,
        Err(response) => return response,
    };
    let (facts, today) = (console.app.facts(), in_sweden(staff.now).date());
    let row = |c: &Centre| Row {
        id: c.id.clone(),
        name: c.name.clone(),
        municipality: c.municipality.to_string(),
        phone: c.phone().unwrap_or_default().to_owned(),
        confirmed: c.confirmed.clone().unwrap_or_else(|| staff.w.centre_never()),
        old: is_stale(c.confirmed.as_deref(), today),
    };
    let rows: Vec<Row> = facts.centres.shown().filter(|c| staff.account.sees(Some(&c.id))).map(row).collect();
    let old = rows.iter().filter(|r| r.old).count();
    html::page(&List { f: Frame::new(&staff, "centres", done.done.as_deref()), rows, old })
}

/// A day of the week in the form: its key, its name, its periods.
struct DayField {
    key: &'static str,
    name: String,
    periods: String,
}

#[derive(Template)]
#[template(path = "staff/centre.html")]
#[allow(clippy::struct_excessive_bools, reason = "a box of the form each")]
struct Page {
    f: Frame,
    centre: Centre,
    days: Vec<DayField>,
    drop_in: bool,
    slots: bool,
    on_request: bool,
    old: bool,
    sources: Vec<(String, String, String)>,
    history: Vec<(String, String, String)>,
    turn: String,
    wrong: Option<String>,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn day_fields(staff: &Staff, centre: &Centre, fields: Option<&Fields>) -> Vec<DayField> {
    let w = staff.w;
    let names = [w.day_mon(), w.day_tue(), w.day_wed(), w.day_thu(), w.day_fri(), w.day_sat(), w.day_sun()];
    let periods = |n: i8| -> String {
        let Ok(day) = Weekday::from_monday_zero_offset(n) else { return String::new() };
        let hours = centre.hours.as_ref().map(|(_, hours)| hours.week.on(day)).unwrap_or_default();
        hours.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    DAYS.into_iter()
        .zip(names)
        .zip(0_i8..)
        // What was typed stays when it could not be saved.
        .map(|((key, name), n)| DayField {
            key,
            name,
            periods: fields.map_or_else(|| periods(n), |f| f.get(key).to_owned()),
        })
        .collect()
}

async fn page(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    centre: Centre,
    done: Option<&str>,
    wrong: Option<(String, &Fields)>,
) -> Result<Response, Response> {
    let people = console.store.accounts().await.or_broken(console, headers)?;
    let revisions =
        console.store.revisions_of(&format!("centres/{}", centre.id)).await.or_broken(console, headers)?;
    let w = staff.w;
    let name = |author: &str| match author.strip_prefix("staff ").and_then(|id| id.parse().ok()) {
        Some(id) => super::shown::name(&people, id),
        None => author.to_owned(),
    };
    let fields = wrong.as_ref().map(|(_, fields)| *fields);
    let page = Page {
        days: day_fields(staff, &centre, fields),
        drop_in: centre.modes.contains(&VisitMode::DropIn),
        slots: centre.modes.contains(&VisitMode::Slots),
        on_request: centre.modes.contains(&VisitMode::OnRequest),
        old: is_stale(centre.confirmed.as_deref(), in_sweden(staff.now).date()),
        sources: centre
            .sources
            .iter()
            .map(|s| (s.field.clone(), s.from.clone(), s.as_of.clone().unwrap_or_default()))
            .collect(),
        history: revisions
            .iter()
            .map(|r| (w.stamp(&r.at), name(&r.author), r.note.clone().unwrap_or_default()))
            .collect(),
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
pub(super) async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let staff = staff(&console, &headers, Right::Look).await?;
        let centre = found(&console, &staff, &id)?;
        page(&console, &headers, &staff, centre, done.done.as_deref(), None).await
    };
    shown.await.unwrap_or_else(|response| response)
}

/// What the form says of the centre, laid over what staff have said before.
fn said(fields: &Fields, before: Override, centre: &Centre, today: String) -> Result<Override, String> {
    let day = |key: &str| -> Result<Vec<Period>, String> {
        let parts = fields.get(key).split(',').map(str::trim).filter(|p| !p.is_empty());
        parts.map(|p| p.parse::<Period>().map_err(|e| e.to_string())).collect()
    };
    let week = Week {
        mon: day("mon")?,
        tue: day("tue")?,
        wed: day("wed")?,
        thu: day("thu")?,
        fri: day("fri")?,
        sat: day("sat")?,
        sun: day("sun")?,
    };
    let modes: Vec<VisitMode> = fields
        .all("mode")
        .filter_map(|mode| match mode {
            "drop_in" => Some(VisitMode::DropIn),
            "slots" => Some(VisitMode::Slots),
            "on_request" => Some(VisitMode::OnRequest),
            _ => None,
        })
        .collect();
    let number = |name: &str, now: u16| fields.get(name).parse().unwrap_or(now);
    let booking = Booking {
        minutes: number("minutes", centre.booking.minutes),
        seats: number("seats", centre.booking.seats),
        ..centre.booking.clone()
    };
    let hours_changed = centre.hours.as_ref().map_or(!week.is_empty(), |(_, hours)| hours.week != week);
    let confirmed = fields.some("confirm").map(|_| today.clone());
    Ok(Override {
        modes: (modes != centre.modes).then_some(modes).or(before.modes),
        confirmed: confirmed.or(before.confirmed),
        as_of: if hours_changed || fields.some("confirm").is_some() { Some(today) } else { before.as_of },
        booking: (booking != centre.booking).then_some(booking).or(before.booking),
        week: hours_changed.then_some(week).or(before.week),
        exceptions: before.exceptions,
        closures: before.closures,
    })
}

/// Says anew how a centre is.
pub(super) async fn change(
    State(console): State<Console>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let changed = async {
        let (staff, fields) = posted(&console, request, Right::Change).await?;
        let centre = found(&console, &staff, &id)?;
        let before = console.app.facts().centres.said_of(&centre.id);
        let today = in_sweden(staff.now).date().to_string();
        let said = match said(&fields, before, &centre, today) {
            Ok(said) => said,
            Err(why) => return page(&console, &headers, &staff, centre, None, Some((why, &fields))).await,
        };
        let note = fields.some("note").map(|n| n.chars().take(200).collect());
        let op = StaffOp::Arrange { centre: centre.id.clone(), said: said.to_toml(), note };
        match send(&console, &staff, fields.get("turn"), op, &headers).await? {
            Handled::Done | Handled::Repeated | Handled::Dropped => {
                Ok(Redirect::to(&format!("/staff/centres/{}?done=saved", centre.id)).into_response())
            }
            Handled::Refused(Refusal::Unreadable(why)) => {
                page(&console, &headers, &staff, centre, None, Some((why, &fields))).await
            }
            Handled::Refused(_) => Err(missing(staff.w)),
        }
    };
    changed.await.unwrap_or_else(|response| response)
}
