//! Accounts of colleagues: inviting, changing rights, closing. For administrators.

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::account::Done;
use super::first;
use super::session::{Fields, Right, Staff, missing, posted, staff};
use super::{Console, Frame, OrBroken};
use crate::http::html;
use crate::model::id::CentreId;
use crate::model::staff_account::{Account, AccountRole};
use crate::store::StoreError;

#[derive(Template)]
#[template(path = "staff/people.html")]
struct Page {
    f: Frame,
    accounts: Vec<Account>,
    centres: Vec<(CentreId, String)>,
    link: Option<(String, String)>,
    wrong: Option<String>,
}

async fn page(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    done: Option<&str>,
    link: Option<(String, String)>,
    wrong: Option<String>,
) -> Response {
    let accounts = match console.store.accounts().await.or_broken(console, headers) {
        Ok(accounts) => accounts,
        Err(response) => return response,
    };
    let facts = console.app.facts();
    let centres = facts.centres.shown().map(|c| (c.id.clone(), c.name.clone())).collect();
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    html::page_with(status, &Page { f: Frame::new(staff, "people", done), accounts, centres, link, wrong })
}

/// The list.
pub(super) async fn list(
    State(console): State<Console>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Response {
    match staff(&console, &headers, Right::Administer).await {
        Ok(staff) => page(&console, &headers, &staff, done.done.as_deref(), None, None).await,
        Err(response) => response,
    }
}

fn rights(fields: &Fields) -> (AccountRole, Vec<CentreId>) {
    let role = AccountRole::from_word(fields.get("role")).unwrap_or(AccountRole::Reader);
    (role, fields.all("centre").filter_map(|c| c.parse().ok()).collect())
}

/// Adds a colleague and shows the one-time link.
pub(super) async fn add(State(console): State<Console>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (staff, fields) = match posted(&console, request, Right::Administer).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let (role, centres) = rights(&fields);
    let (login, name) = (fields.get("login").to_lowercase(), fields.get("name"));
    let invited =
        first::invite_new(&console.store, &console.site.public_url, &login, name, role, &centres, staff.now);
    match invited.await {
        Ok(link) => {
            tracing::info!(by = staff.account.id, "an account was added");
            page(&console, &headers, &staff, None, Some((name.to_owned(), link)), None).await
        }
        Err(StoreError::Taken) => {
            let wrong = Some(staff.w.people_taken());
            page(&console, &headers, &staff, None, None, wrong).await
        }
        Err(error) => console.broken(&headers, &error),
    }
}

/// Changes, closes or opens an account, or makes a new link for it.
pub(super) async fn change(
    State(console): State<Console>,
    Path(id): Path<i64>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let (staff, fields) = match posted(&console, request, Right::Administer).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let accounts = match console.store.accounts().await.or_broken(&console, &headers) {
        Ok(accounts) => accounts,
        Err(response) => return response,
    };
    let Some(account) = accounts.iter().find(|a| a.id == id) else { return missing(staff.w) };
    if fields.get("deed") == "reset" {
        let link = first::reset(&console.store, &console.site.public_url, account, staff.now).await;
        return match link {
            Ok(link) => {
                page(&console, &headers, &staff, None, Some((account.name.clone(), link)), None).await
            }
            Err(error) => console.broken(&headers, &error),
        };
    }
    let mut changed = account.clone();
    match fields.get("deed") {
        "disable" => changed.disabled = true,
        "enable" => changed.disabled = false,
        "change" => (changed.role, changed.centres) = rights(&fields),
        _ => return StatusCode::BAD_REQUEST.into_response(),
    }
    let other = accounts.iter().any(|a| a.id != id && a.is_administrator() && !a.disabled && a.has_password);
    if !other && account.is_administrator() && (changed.disabled || !changed.is_administrator()) {
        let wrong = Some(staff.w.people_last());
        return page(&console, &headers, &staff, None, None, wrong).await;
    }
    match console.store.change_account(&changed, staff.now).await {
        Ok(()) => Redirect::to("/staff/people?done=saved").into_response(),
        Err(error) => console.broken(&headers, &error),
    }
}
