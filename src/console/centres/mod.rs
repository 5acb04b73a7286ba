//! Centres: what is known of them, how old it is, and where they and the questions are.
//!
//! One centre and its form are in `page` and `form`, the map in `map`.

mod form;
mod map;
pub(super) mod page;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;

use self::map::Map;
use super::account::Done;
use super::session::{Right, staff};
use super::{Answer, Console, Frame, OrBroken};
use crate::facts::centres::{Centre, is_stale};
use crate::http::html;
use crate::model::id::CentreId;
use crate::model::time::{in_sweden, later};

/// How many days the map looks back.
const DAYS: i64 = 90;

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
    map: Map,
    days: i64,
}

/// Every centre that this person sees, those with the oldest facts marked, and the map.
pub(super) async fn list(
    State(console): State<Console>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Look).await?;
    let (facts, today) = (console.app.facts(), in_sweden(staff.now).date());
    let row = |c: &Centre| Row {
        id: c.id.clone(),
        name: c.name.clone(),
        municipality: c.municipality.to_string(),
        phone: c.phone().unwrap_or_default().to_owned(),
        confirmed: c.confirmed.clone().unwrap_or_else(|| staff.w.centre_never()),
        old: is_stale(c.confirmed.as_deref(), today),
    };
    let own = || facts.centres.shown().filter(|c| staff.account.sees(Some(&c.id)));
    let rows: Vec<Row> = own().map(row).collect();
    let old = rows.iter().filter(|r| r.old).count();
    let from = later(staff.now, -DAYS * 86_400);
    let only = if staff.account.is_administrator() { &[][..] } else { &staff.account.centres };
    let counts = console.store.count_municipalities(from, later(staff.now, 1), only).await;
    let counts = counts.or_broken(&console, &headers)?;
    let map = map::draw(staff.w, &facts.places, &own().collect::<Vec<_>>(), &counts);
    let f = Frame::new(&staff, "centres", done.done.as_deref());
    Ok(html::page(&List { f, rows, old, map, days: DAYS }))
}
