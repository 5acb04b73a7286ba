//! Telling open pages what is new: letters that arrive, and what was done in another window.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream;
use tokio::sync::watch;

use super::{Chat, pages, visitor, write};
use crate::model::chat::{Address, MessageRef};
use crate::outbox::{Deliver, Failure, Parcel, Receipt};

/// How many pages of one conversation are told; a forgotten tab is not a hundred.
const PAGES: usize = 8;

/// Where letters to the web arrive. A letter is in the history as soon as it is due, so delivering
/// it means telling the pages that are open.
#[derive(Clone, Default)]
pub struct WebMail {
    open: Arc<Mutex<HashMap<Address, watch::Sender<u64>>>>,
}

impl WebMail {
    /// Tells the open pages of a conversation that there is something new.
    pub fn ring(&self, address: &Address) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = open.get(address).is_some_and(|bell| {
            bell.send_modify(|n| *n = n.wrapping_add(1));
            bell.receiver_count() == 0
        });
        if gone {
            open.remove(address);
        }
    }

    /// Listens for a conversation; `None` if too many pages of it do.
    fn listen(&self, address: &Address) -> Option<watch::Receiver<u64>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, bell| bell.receiver_count() > 0);
        let bell = open.entry(address.clone()).or_insert_with(|| watch::channel(0).0);
        (bell.receiver_count() < PAGES).then(|| bell.subscribe())
    }
}

impl Deliver for WebMail {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        self.ring(&parcel.to);
        Box::pin(async { Ok(vec![MessageRef(parcel.id.to_string())]) })
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}

/// One open page.
struct Listener {
    chat: Chat,
    headers: HeaderMap,
    address: Address,
    bell: watch::Receiver<u64>,
    /// What each line said when it was sent.
    sent: HashMap<String, String>,
}

impl Listener {
    /// The lines that are new or say something else now, and a mark for each that was taken back.
    fn news(&mut self, lines: &[write::Line]) -> String {
        let now: HashMap<String, String> =
            lines.iter().filter_map(|line| Some((line.id.clone(), line.render().ok()?))).collect();
        let fresh = lines.iter().filter_map(|line| {
            let html = now.get(&line.id)?;
            (self.sent.get(&line.id) != Some(html)).then_some(html.as_str())
        });
        let mut html: String = fresh.collect();
        // A conversation that has grown longer than what is shown has lost nothing: only what is gone
        // from the middle was taken back.
        if lines.len() < usize::try_from(pages::SHOWN).unwrap_or(usize::MAX) {
            let mut gone: Vec<&String> = self.sent.keys().filter(|id| !now.contains_key(*id)).collect();
            gone.sort_unstable();
            html.extend(gone.into_iter().map(|id| format!("<li id=\"{id}\" data-gone></li>")));
        }
        self.sent = now;
        html
    }

    /// Waits until there is something new, and renders it.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            self.bell.mark_unchanged();
            // Beginning with what is there: the page skips what it shows already.
            let said = self.chat.app.conversation(&self.address, pages::SHOWN).await.ok()?;
            let w = pages::words_of(&self.chat.site, &self.headers, &said);
            let lines = write::lines(w, &said);
            let html = self.news(&lines);
            if !html.is_empty() {
                return Some((Ok(Event::default().event("lines").data(html)), self));
            }
            self.bell.changed().await.ok()?;
        }
    }
}

/// The stream of an open page.
pub(super) async fn stream(State(chat): State<Chat>, headers: HeaderMap) -> Response {
    let Some(address) = visitor::known(&chat.site, &headers) else {
        // 204 tells an EventSource not to come again.
        return StatusCode::NO_CONTENT.into_response();
    };
    let Some(bell) = chat.mail.listen(&address) else { return StatusCode::TOO_MANY_REQUESTS.into_response() };
    let listener = Listener { chat, headers, address, bell, sent: HashMap::new() };
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(20));
    Sse::new(stream::unfold(listener, Listener::next)).keep_alive(keep_alive).into_response()
}
