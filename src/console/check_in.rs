//! Checking in at the door: a page for a phone whose camera reads the visitor's code, or a field to
//! type it in. Works without script; the camera is an addition.
//!
//! The deed is a `StaffOp`, checked by the engine. A visit of another centre does not exist here.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::session::{Right, Staff, posted, staff};
use super::visits::{refusal_name, refusal_word, send};
use super::{Answer, Console, Frame, OrBroken};
use crate::app::Handled;
use crate::http::html;
use crate::http::token::Token;
use crate::model::code::VisitCode;
use crate::model::id::VisitId;
use crate::model::staff::{StaffOp, WhichVisit};
use crate::model::visit::{Visit, VisitStatus};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A code to fill in, as a link may carry it.
    code: String,
    /// The visit that has just been checked in.
    here: String,
}

#[derive(Template)]
#[template(path = "staff/check_in.html")]
struct Page {
    f: Frame,
    code: String,
    turn: String,
    wrong: Option<String>,
}

/// The code in what was typed or scanned: bare, in a sentence, or in a link.
fn read(text: &str) -> Option<VisitCode> {
    let in_link = text.split_once("code=").map(|(_, rest)| rest.split(['&', '#']).next().unwrap_or_default());
    let code = in_link.unwrap_or(text).replace("%20", " ").replace('+', " ");
    code.parse().ok().or_else(|| VisitCode::find(&code))
}

fn page(staff: &Staff, code: String, said: Option<String>, wrong: Option<String>) -> Response {
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let turn = Token::draw().map(|t| t.secret().to_owned()).unwrap_or_default();
    let f = Frame { done: said, ..Frame::new(staff, "visits", None) };
    html::page_with(status, &Page { f, code, turn, wrong })
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Change).await?;
    let here = match asked.here.parse::<VisitId>() {
        Ok(id) => console.store.one_visit(Some(id), None).await.or_broken(&console, &headers)?,
        Err(_) => None,
    };
    let here = here.filter(|v| v.status == VisitStatus::Arrived && staff.account.sees(Some(&v.centre)));
    let said = here.map(|v| arrived(&staff, &v));
    Ok(page(&staff, asked.code.chars().take(20).collect(), said, None))
}

fn arrived(staff: &Staff, visit: &Visit) -> String {
    let w = staff.w;
    let time = format!("{}–{}", w.hour(&visit.starts_at), w.hour(&visit.ends_at()));
    w.scan_done(visit.name.clone().unwrap_or_else(|| w.scan_somebody()), time)
}

/// Checks in.
pub(super) async fn act(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Change).await?;
    let typed: String = fields.get("code").chars().take(300).collect();
    let again = |why: String| page(&staff, typed.chars().take(20).collect(), None, Some(why));
    let Some(code) = read(&typed) else { return Ok(again(staff.w.scan_no_code())) };
    let found = console.store.one_visit(None, Some(&code)).await.or_broken(&console, &headers)?;
    let Some(visit) = found.filter(|v| staff.account.sees(Some(&v.centre))) else {
        return Ok(again(staff.w.refused_unknown()));
    };
    if visit.status == VisitStatus::Arrived {
        return Ok(again(staff.w.scan_already()));
    }
    let turn = format!("{}:{code}", fields.get("turn"));
    Ok(match send(&console, &staff, &turn, StaffOp::CheckIn(WhichVisit::Code(code)), &headers).await? {
        Handled::Done | Handled::Repeated | Handled::Dropped => {
            Redirect::to(&format!("/staff/check-in?here={}", visit.id)).into_response()
        }
        Handled::Refused(refusal) => again(refusal_word(&staff, refusal_name(&refusal)).unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::Fresh;

    #[test]
    fn a_code_is_read_however_it_comes() {
        let code = VisitCode::draw(&mut Fresh::new(3));
        let link = format!("https://digidel.example.se/staff/check-in?code={}&x=1", code.as_str());
        for text in [code.to_string(), code.as_str().to_lowercase(), link, format!("koden är {code} tack")] {
            assert_eq!(read(&text), Some(code.clone()), "{text}");
        }
        assert_eq!(read("https://example.se/"), None);
        assert_eq!(read(""), None);
    }
}
