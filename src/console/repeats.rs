//! Requests that ask the same: which one a request repeats, which repeat it, and which might.
//!
//! For the page of a request; what merging means is the engine's (`engine/merge.rs`).

use axum::http::HeaderMap;
use axum::response::Response;

use super::session::Staff;
use super::shown::Choice;
use super::{Console, OrBroken};
use crate::http::words::Terms;
use crate::model::id::RequestId;
use crate::model::request::{Request, RequestStatus};
use crate::store::worklist::Filter;

/// How many are offered for merging.
const OFFERED: u32 = 30;
/// How much of a question stands in a list, in characters.
const SHORT: usize = 70;

/// Another request, as the page names it.
pub(super) struct Other {
    pub id: RequestId,
    pub question: String,
}

/// What a request has to do with others.
pub(super) struct Repeats {
    /// The one whose answer it waits for.
    pub into: Option<Other>,
    /// Those that wait for its answer.
    pub of: Vec<Other>,
    /// Those whose answer it could wait for.
    pub choices: Vec<Choice>,
}

fn short(w: Terms, request: &Request) -> String {
    if request.question.is_empty() {
        return w.no_words();
    }
    let mut text: String = request.question.chars().take(SHORT).collect();
    if request.question.chars().count() > SHORT {
        text.push('…');
    }
    text
}

/// Looks for them; only what this person may see.
pub(super) async fn of(
    console: &Console,
    staff: &Staff,
    request: &Request,
    headers: &HeaderMap,
) -> Result<Repeats, Response> {
    let w = staff.w;
    let sees = |r: &Request| staff.account.sees(r.centre.as_ref());
    let other = |r: &Request| Other { id: r.id, question: short(w, r) };
    let into = match request.merged_into {
        Some(id) => console.store.one_request(id).await.or_broken(console, headers)?,
        None => None,
    };
    let of = console.store.waiting_for(request.id).await.or_broken(console, headers)?;
    let waits = matches!(request.status, RequestStatus::Waiting | RequestStatus::Unanswered);
    let possible = if waits && request.merged_into.is_none() && of.is_empty() {
        let filter = Filter {
            statuses: vec![RequestStatus::Waiting, RequestStatus::Unanswered, RequestStatus::Claimed],
            only: if staff.account.is_administrator() { Vec::new() } else { staff.account.centres.clone() },
            ..Filter::default()
        };
        console.store.requests(&filter, OFFERED).await.or_broken(console, headers)?
    } else {
        Vec::new()
    };
    // The same topic first: that is where repetitions are.
    let (same, rest): (Vec<_>, Vec<_>) = possible
        .iter()
        .filter(|r| r.id != request.id)
        .partition(|r| r.topic.is_some() && r.topic == request.topic);
    let choices = same.into_iter().chain(rest);
    Ok(Repeats {
        into: into.filter(sees).map(|r| other(&r)),
        of: of.iter().filter(|r| sees(r)).map(other).collect(),
        choices: choices.map(|r| Choice::new(r.id.to_string(), short(w, r), "")).collect(),
    })
}
