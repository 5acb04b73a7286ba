//! Accounts of colleagues: inviting, changing rights, closing. For administrators.

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};

use super::account::Done;
use super::first;
use super::session::{Fields, Right, Staff, missing, posted, staff};
use super::{Answer, Console, Frame, OrBroken};
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
) -> Answer {
    let accounts = console.store.accounts().await.or_broken(console, headers)?;
    let facts = console.app.facts();
    let centres = facts.centres.shown().map(|c| (c.id.clone(), c.name.clone())).collect();
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page { f: Frame::new(staff, "people", done), accounts, centres, link, wrong };
    Ok(html::page_with(status, &page))
}

/// The list.
pub(super) async fn list(
    State(console): State<Console>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Administer).await?;
    page(&console, &headers, &staff, done.done.as_deref(), None, None).await
}

fn rights(fields: &Fields) -> (AccountRole, Vec<CentreId>) {
    let role = AccountRole::from_word(fields.get("role")).unwrap_or(AccountRole::Reader);
    (role, fields.all("centre").filter_map(|c| c.parse().ok()).collect())
}

/// Adds a colleague and shows the one-time link.
pub(super) async fn add(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Administer).await?;
    let (role, centres) = rights(&fields);
    let (login, name) = (fields.get("login").to_lowercase(), fields.get("name"));
    let invited =
        first::invite_new(&console.store, &console.site.public_url, &login, name, role, &centres, staff.now);
    match invited.await {
        Err(StoreError::Taken) => {
            let wrong = Some(staff.w.people_taken());
            page(&console, &headers, &staff, None, None, wrong).await
        }
        invited => {
            let link = invited.or_broken(&console, &headers)?;
            tracing::info!(by = staff.account.id, "an account was added");
            page(&console, &headers, &staff, None, Some((name.to_owned(), link)), None).await
        }
    }
}

/// Changes, closes or opens an account, or makes a new link for it.
pub(super) async fn change(State(console): State<Console>, Path(id): Path<i64>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Administer).await?;
    let accounts = console.store.accounts().await.or_broken(&console, &headers)?;
    let Some(account) = accounts.iter().find(|a| a.id == id) else { return Err(missing(staff.w)) };
    if fields.get("deed") == "reset" {
        let link = first::reset(&console.store, &console.site.public_url, account, staff.now).await;
        let link = Some((account.name.clone(), link.or_broken(&console, &headers)?));
        return page(&console, &headers, &staff, None, link, None).await;
    }
    let mut changed = account.clone();
    match fields.get("deed") {
        "disable" => changed.disabled = true,
        "enable" => changed.disabled = false,
        "change" => (changed.role, changed.centres) = rights(&fields),
        _ => return Err(StatusCode::BAD_REQUEST.into_response()),
    }
    let other = accounts.iter().any(|a| a.id != id && a.is_administrator() && !a.disabled && a.has_password);
    if !other && account.is_administrator() && (changed.disabled || !changed.is_administrator()) {
        let wrong = Some(staff.w.people_last());
        return page(&console, &headers, &staff, None, None, wrong).await;
    }
    console.store.change_account(&changed, staff.now).await.or_broken(&console, &headers)?;
    Ok(Redirect::to("/staff/people?done=saved").into_response())
}
