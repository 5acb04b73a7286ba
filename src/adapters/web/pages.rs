//! The pages of the chat, and the one form behind them.

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Form, RequestExt};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::read::{self, Read};
use super::write::{self, Line};
use super::{Chat, visitor};
use crate::app::Said;
use crate::http::limit::origin;
use crate::http::token::Token;
use crate::http::words::Words;
use crate::http::{InLanguage, Site, browser_language, html, notice};
use crate::model::action::Action;
use crate::model::chat::{Address, Chat as Place, Hints, Role};
use crate::model::event::{Incoming, Input};
use crate::model::id::LetterId;
use crate::model::lang::Lang;
use crate::model::message::{Card, Content};

/// How many lines of a conversation are shown.
pub(super) const SHOWN: u32 = 60;
/// The header by which the script asks for lines instead of a whole page.
const FRAGMENT: &str = "x-digidel-lines";

#[derive(Template)]
#[template(path = "web/chat.html")]
struct Page {
    w: Words,
    lines: Vec<Line>,
    turn: String,
    large: bool,
    embedded: bool,
    invented: bool,
    langs: &'static [Lang],
}

/// The language of the page: that of the bot's last words, else the browser's.
pub(super) fn words_of(site: &Site, headers: &HeaderMap, said: &[Said]) -> Words {
    let last = said.iter().rev().find_map(|one| match one {
        Said::Out { message, .. } => Some(Words(message.lang)),
        Said::In { .. } => None,
    });
    last.unwrap_or_else(|| site.words(headers))
}

/// The language that is spoken with a visitor.
async fn language_of(chat: &Chat, headers: &HeaderMap, address: &Address) -> Lang {
    let said = chat.app.conversation(address, SHOWN).await.unwrap_or_default();
    words_of(&chat.site, headers, &said).lang()
}

#[derive(Deserialize)]
pub(super) struct Asked {
    embed: Option<String>,
}

/// The chat.
pub(super) async fn chat(
    State(chat): State<Chat>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let said = match visitor::known(&chat.site, &headers) {
        Some(address) => chat.app.conversation(&address, SHOWN).await,
        None => Ok(Vec::new()),
    };
    let Ok(said) = said else { return broken(&chat, &headers) };
    let w = words_of(&chat.site, &headers, &said);
    let page = Page {
        w,
        lines: write::lines(w, &said),
        turn: Token::draw().map(|t| t.secret().chars().take(32).collect()).unwrap_or_default(),
        large: CookieJar::from_headers(&headers).get("size").is_some_and(|c| c.value() == "large"),
        embedded: asked.embed.is_some(),
        invented: chat.site.invented,
        langs: Lang::OFFERED,
    };
    html::page(&page)
}

/// One turn: a text, a button or a position.
pub(super) async fn turn(State(chat): State<Chat>, request: Request) -> Response {
    let headers = request.headers().clone();
    let from = origin(&request, chat.site.behind_proxy);
    let w = chat.site.words(&headers);
    let Ok(Form(form)) = request.extract::<Form<read::Form>, _>().await else {
        return notice(StatusCode::BAD_REQUEST, w, w.refused_title(), w.refused(), "/", w.back_to_chat());
    };
    let (address, cookie) = match visitor::known(&chat.site, &headers) {
        Some(address) => (address, None),
        None if !chat.limits.newcomers.admits(&from, chat.app.now()) => return too_fast(w),
        None => match visitor::new(&chat.site) {
            Some((address, cookie)) => (address, Some(cookie)),
            None => return broken(&chat, &headers),
        },
    };
    let now = chat.app.now();
    if !chat.limits.turns.admits(&address.to_string(), now) || !chat.limits.origin.admits(&from, now) {
        return too_fast(w);
    }
    let input = match form.read() {
        Read::Input(input) => input,
        Read::Nothing => return answer(&chat, &headers, &address, cookie).await,
        Read::TooLong => {
            return notice(
                StatusCode::PAYLOAD_TOO_LARGE,
                w,
                w.too_long(),
                w.too_long(),
                "/",
                w.back_to_chat(),
            );
        }
    };
    // Afterwards nobody knows what language was spoken.
    let farewell = match input {
        Input::Tap(Action::ForgetNow) => Some(language_of(&chat, &headers, &address).await),
        _ => None,
    };
    let incoming = incoming(&address, &form, &headers, input);
    if let Err(error) = chat.app.handle(incoming).await {
        tracing::error!(%error, "a turn of the web chat failed");
        return broken(&chat, &headers);
    }
    chat.mail.ring(&address);
    if let Some(lang) = farewell {
        let page = Redirect::to(&format!("/forgotten?lang={lang}"));
        return with_cookie(page.into_response(), Some(visitor::forget(&chat.site)));
    }
    answer(&chat, &headers, &address, cookie).await
}

fn incoming(address: &Address, form: &read::Form, headers: &HeaderMap, input: Input) -> Incoming {
    let drawn = || Token::draw().map(|t| t.secret().to_owned()).unwrap_or_default();
    let turn = form.turn().map_or_else(drawn, str::to_owned);
    Incoming {
        key: visitor::key(address, &turn),
        chat: Place::private(address.clone()),
        role: Role::Resident,
        input,
        hints: Hints { lang: browser_language(headers) },
        reply: None,
        message: None,
    }
}

/// After a turn: the script gets the last lines, a plain form the page again.
async fn answer(chat: &Chat, headers: &HeaderMap, address: &Address, cookie: Option<String>) -> Response {
    if !headers.contains_key(FRAGMENT) {
        let embedded =
            headers.get(header::REFERER).and_then(|r| r.to_str().ok()).is_some_and(|r| r.contains("embed="));
        let to = if embedded { "/?embed=1#write" } else { "/#write" };
        return with_cookie(Redirect::to(to).into_response(), cookie);
    }
    let Ok(said) = chat.app.conversation(address, SHOWN).await else { return broken(chat, headers) };
    let w = words_of(&chat.site, headers, &said);
    let lines: String = write::lines(w, &said).iter().filter_map(|line| line.render().ok()).collect();
    with_cookie(([(header::CACHE_CONTROL, "no-store")], Html(lines)).into_response(), cookie)
}

fn with_cookie(mut response: Response, cookie: Option<String>) -> Response {
    if let Some(value) = cookie.and_then(|c| HeaderValue::from_str(&c).ok()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn too_fast(w: Words) -> Response {
    let page =
        notice(StatusCode::TOO_MANY_REQUESTS, w, w.too_fast_title(), w.too_fast(), "/", w.back_to_chat());
    ([(header::RETRY_AFTER, "60")], page).into_response()
}

fn broken(chat: &Chat, headers: &HeaderMap) -> Response {
    let w = chat.site.words(headers);
    notice(StatusCode::INTERNAL_SERVER_ERROR, w, w.broken_title(), w.broken(), "/", w.back_to_chat())
}

#[derive(Deserialize)]
pub(super) struct Size {
    size: String,
}

/// Larger text, or the ordinary size again: a cookie, so that it works without script.
pub(super) async fn size(State(chat): State<Chat>, Form(form): Form<Size>) -> Response {
    let size = if form.size == "large" { "large" } else { "normal" };
    let secure = if chat.site.cookies.secure { "; Secure" } else { "" };
    let cookie = format!("size={size}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}");
    with_cookie(Redirect::to("/").into_response(), Some(cookie))
}

/// A file that came with a letter to this very visitor; anybody else's does not exist.
pub(super) async fn file(
    State(chat): State<Chat>,
    Path(letter): Path<String>,
    headers: HeaderMap,
) -> Response {
    let missing = || {
        let w = chat.site.words(&headers);
        notice(StatusCode::NOT_FOUND, w, w.not_found_title(), w.not_found(), "/", w.back_to_chat())
    };
    let (Ok(id), Some(address)) = (letter.parse::<LetterId>(), visitor::known(&chat.site, &headers)) else {
        return missing();
    };
    match chat.app.letter_to(&address, id).await {
        Ok(Some(Content::Message(message))) => match message.card {
            Some(Card::Document { name, mime, content }) => {
                let name: String =
                    name.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_".contains(*c)).collect();
                let disposition = format!("attachment; filename=\"{name}\"");
                ([(header::CONTENT_TYPE, mime), (header::CONTENT_DISPOSITION, disposition)], content)
                    .into_response()
            }
            _ => missing(),
        },
        Ok(_) => missing(),
        Err(_) => broken(&chat, &headers),
    }
}

/// After forgetting.
pub(super) async fn forgotten(
    State(chat): State<Chat>,
    Query(asked): Query<InLanguage>,
    headers: HeaderMap,
) -> Response {
    let w = chat.site.words_in(&asked, &headers);
    notice(StatusCode::OK, w, w.forgotten_title(), w.forgotten(), "/", w.start_again())
}
