//! What pages hear while they are open: that something has changed, and who else is here.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;

use super::session::{Right, staff};
use super::{Answer, Console};
use crate::model::id::RequestId;
use crate::model::staff_account::Account;
use crate::model::time::{Timestamp, later};

/// Whoever has not looked for this many seconds has gone.
const GONE: i64 = 120;

/// Who looks, by account: the name and when last.
type Looking = HashMap<i64, (String, Timestamp)>;

/// Who looks at a request right now. Kept in memory: it is of no use afterwards.
#[derive(Clone, Default)]
pub(super) struct Present {
    seen: Arc<Mutex<HashMap<RequestId, Looking>>>,
}

impl Present {
    /// Notes that somebody looks, and names the others who do.
    pub fn others(&self, request: RequestId, me: &Account, now: Timestamp) -> String {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let since = later(now, -GONE);
        seen.retain(|_, people| {
            people.retain(|_, (_, at)| *at > since);
            !people.is_empty()
        });
        let people = seen.entry(request).or_default();
        people.insert(me.id, (me.name.clone(), now));
        let others = people.iter().filter(|(id, _)| **id != me.id);
        let mut names: Vec<&str> = others.map(|(_, (name, _))| name.as_str()).collect();
        names.sort_unstable();
        names.join(", ")
    }
}

/// Tells an open page that turns were saved, once a second at most; the page asks for what is new.
pub(super) async fn live(State(console): State<Console>, headers: HeaderMap) -> Answer {
    staff(&console, &headers, Right::Look).await?;
    let changes = stream::unfold((console, headers), |(console, headers)| async move {
        let mut commits = console.app.commits();
        commits.mark_unchanged();
        commits.changed().await.ok()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        // A session that has ended hears nothing any more.
        staff(&console, &headers, Right::Look).await.ok()?;
        let event: Result<Event, Infallible> = Ok(Event::default().event("changed").data("1"));
        Some((event, (console, headers)))
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response())
}
