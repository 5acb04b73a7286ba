//! Personal data of one resident: what is kept, a copy of it, and erasing it. For administrators.
//!
//! A person is found by one of their requests: staff know no name or number to search for.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::session::{Right, Staff, missing, posted, staff};
use super::{Answer, Console, Frame, OrBroken};
use crate::http::html;
use crate::model::chat::{Address, Role};
use crate::model::id::RequestId;
use crate::model::retention::Retention;
use crate::store::persons::Holding;

/// Which person, by one of their requests.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    request: String,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/data.html")]
struct Page {
    f: Frame,
    request: String,
    holding: Option<Holding>,
    unknown: bool,
    kept: Retention,
}

async fn person(console: &Console, headers: &HeaderMap, request: &str) -> Result<Option<Address>, Response> {
    let Ok(id) = request.trim().parse::<RequestId>() else { return Ok(None) };
    let found = console.store.one_request(id).await.or_broken(console, headers)?;
    Ok(found.map(|r| r.resident))
}

async fn page(console: &Console, asked: &Asked, headers: &HeaderMap) -> Answer {
    let staff = staff(console, headers, Right::Administer).await?;
    let holding = match person(console, headers, &asked.request).await? {
        Some(person) => Some(console.store.holding(&person).await.or_broken(console, headers)?),
        None => None,
    };
    Ok(html::page(&Page {
        unknown: holding.is_none() && !asked.request.trim().is_empty(),
        request: asked.request.trim().to_owned(),
        holding,
        kept: console.retention,
        f: Frame::new(&staff, "data", asked.done.as_deref()),
    }))
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    page(&console, &asked, &headers).await
}

/// A copy of everything, or erasing it.
pub(super) async fn act(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Administer).await?;
    let Some(person) = person(&console, &headers, fields.get("request")).await? else {
        return Err(missing(staff.w));
    };
    match fields.get("deed") {
        "export" => export(&console, &headers, &staff, &person).await,
        "erase" if fields.some("sure").is_some() => {
            let by = Role::Staff(staff.account.id);
            if let Err(error) = console.app.erase(person, by).await {
                return Err(console.broken(&headers, &error));
            }
            Ok(Redirect::to("/staff/data?done=erased").into_response())
        }
        _ => Ok(Redirect::to(&format!("/staff/data?request={}", fields.get("request"))).into_response()),
    }
}

async fn export(console: &Console, headers: &HeaderMap, staff: &Staff, person: &Address) -> Answer {
    let all = console.store.export(person).await.or_broken(console, headers)?;
    let noted = console.store.audit_once(&staff.actor(), "exported", "a resident", staff.now, 0).await;
    noted.or_broken(console, headers)?;
    let text = serde_json::to_string_pretty(&all).unwrap_or_default();
    let named = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"digidel-person.json\""),
    ];
    Ok((named, text).into_response())
}
