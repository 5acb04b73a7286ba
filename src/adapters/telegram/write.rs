//! A message as the calls that show it. Pure: sends nothing and knows no state.
//!
//! A total match over the model's message: a new kind of card or question does not compile until it
//! is shown here. How formatted text becomes HTML is in `html.rs`.

use reqwest::Url;
use serde_json::{Value, json};
use teloxide::payloads::{
    EditMessageReplyMarkup, EditMessageText, EditMessageTextSetters, SendMessage, SendMessageSetters,
    SendVenue, SendVenueSetters,
};
use teloxide::types::{
    ButtonRequest, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup,
    LinkPreviewOptions, MessageId, ParseMode, Recipient, ReplyMarkup, ReplyParameters,
};

use super::api::{File, Request};
use super::handle::Handle;
use super::html::{self, units};
use crate::adapters::qr;
use crate::http::html::{Safe, escape};
use crate::http::preview;
use crate::model::action::Action;
use crate::model::lang::Lang;
use crate::model::message::{Ask, Card, Choice, Message, Placement};
use crate::model::place::Position;
use crate::model::profile::{Profile, Profiles};

/// The longest text of a message, in UTF-16 units after parsing.
const LONGEST_TEXT: usize = 4_096;
/// The longest caption, in the same units.
const LONGEST_CAPTION: usize = 1_024;

/// Where a message goes, and what is known of the place.
#[derive(Clone, Copy, Debug)]
pub struct To<'a> {
    /// The chat; groups have negative numbers.
    pub chat: i64,
    /// Where in the chat.
    pub placement: Placement,
    /// What it answers.
    pub handle: Option<Handle>,
    /// The bot's own name, for links into its private chat.
    pub bot: Option<&'a str>,
    /// The adapter's own words in the language of the message.
    pub profile: &'a Profile,
}

/// The calls that show a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Tidying up; whether it succeeds does not matter.
    pub before: Vec<Request>,
    /// What is to be read, in order.
    pub parts: Vec<Part>,
    /// Whether a keyboard for the position lies under the input field afterwards.
    pub asks_position: bool,
}

/// One message on the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A new message.
    Send(Request),
    /// A message that changes; if it is gone, a new one.
    Edit {
        /// The change.
        edit: Request,
        /// The new message.
        instead: Request,
    },
}

/// The calls for a message.
#[must_use]
pub fn plan(to: To<'_>, message: &Message) -> Plan {
    let mut plan = Plan::default();
    let inline = keyboard(to, message.lang, message.ask.choices());
    let position = position_keys(to, &message.ask);
    let at_text = match (&position, &inline) {
        (Some(keys), None) => Some(ReplyMarkup::Keyboard(keys.clone())),
        (_, inline) => inline.clone().map(ReplyMarkup::InlineKeyboard),
    };
    let texts = html::parts(&message.text, message.lang, LONGEST_TEXT);
    match message.card.as_ref().map(|card| show(to, card, inline.as_ref())) {
        None => plan.parts.extend(text_parts(to, &texts, at_text.as_ref())),
        Some(Shown::Place(venue)) => {
            // The buttons stand last, under the pin, where the thumb is.
            plan.parts.extend(text_parts(to, &texts, None));
            plan.parts.push(Part::Send(venue));
        }
        Some(Shown::File(method, file)) => plan.parts.extend(with_file(to, &texts, at_text, method, file)),
        Some(Shown::Words(words)) => {
            plan.parts.extend(text_parts(to, &texts, None));
            plan.parts.push(Part::Send(text(to, &escape(&words), at_text)));
        }
    }
    if let (Some(keys), true) = (&position, inline.is_some()) {
        let hint = escape(&to.profile.position_below);
        plan.parts.push(Part::Send(text(to, &hint, Some(ReplyMarkup::Keyboard(keys.clone())))));
    }
    plan.asks_position = position.is_some();
    settle(to, &mut plan, inline);
    plan
}

/// A message as Telegram shows it: our own HTML, of which Telegram knows a part.
pub fn preview(message: &Message, profiles: &Profiles) -> preview::Shown {
    let profile = profiles.of(message.lang);
    let to = To { chat: 0, placement: Placement::Below, handle: None, bot: None, profile };
    let mut shown = preview::Shown::default();
    for part in plan(to, message).parts {
        let (Part::Send(request) | Part::Edit { instead: request, .. }) = part;
        let text = request.params.get("text").and_then(Value::as_str).unwrap_or_default();
        // Escaped in `html.rs`; a browser needs the line breaks told.
        shown.texts.push(Safe::drawing(text.replace('\n', "<br>")));
        let rows = request.params.get("reply_markup").and_then(|markup| markup.get("inline_keyboard"));
        for row in rows.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_array) {
            let labels = row.iter().filter_map(|button| button.get("text").and_then(Value::as_str));
            let mut labels: Vec<String> = labels.map(ToOwned::to_owned).collect();
            // The page turns around what runs from right to left by itself.
            if message.lang.is_rtl() {
                labels.reverse();
            }
            shown.buttons.append(&mut labels);
        }
    }
    shown
}

/// Edits in place where that is wished and possible, else takes the spent buttons away; quotes.
fn settle(to: To<'_>, plan: &mut Plan, inline: Option<InlineKeyboardMarkup>) {
    let chat = Recipient::Id(ChatId(to.chat));
    match (to.handle, plan.parts.first_mut()) {
        (Some(Handle::Text(id)), Some(first)) if to.placement == Placement::Replace => {
            if let Part::Send(send) = first
                && let Some(edit) = edit_of(send, chat.clone(), id, inline, plan.asks_position)
            {
                *first = Part::Edit { edit, instead: send.clone() };
                return;
            }
        }
        (Some(Handle::Quote(id)), Some(Part::Send(first))) => {
            let quote = ReplyParameters::new(id).allow_sending_without_reply();
            let quote = serde_json::to_value(quote).unwrap_or_default();
            first.params.insert("reply_parameters".to_owned(), quote);
        }
        _ => {}
    }
    if let Some(id) = to.handle.and_then(Handle::tapped) {
        plan.before.push(Request::of(&EditMessageReplyMarkup::new(chat, id)));
    }
}

/// The same text as a change of a message; `None` for what a change cannot show.
fn edit_of(
    send: &Request,
    chat: Recipient,
    id: MessageId,
    inline: Option<InlineKeyboardMarkup>,
    asks_position: bool,
) -> Option<Request> {
    // Only inline keyboards can be put under a message that exists.
    if asks_position && inline.is_none() {
        return None;
    }
    let html = send.params.get("text").filter(|_| send.file.is_none())?.as_str()?;
    let mut edit =
        EditMessageText::new(chat, id, html).parse_mode(ParseMode::Html).link_preview_options(no_preview());
    edit.reply_markup = inline.filter(|_| send.params.contains_key("reply_markup"));
    Some(Request::of(&edit))
}

/// A card as Telegram shows it.
enum Shown {
    Place(Request),
    File(&'static str, File),
    Words(String),
}

fn show(to: To<'_>, card: &Card, inline: Option<&InlineKeyboardMarkup>) -> Shown {
    match card {
        Card::Venue { name, address, position } => Shown::Place(venue(to, name, address, *position, inline)),
        Card::Document { name, mime, content } => Shown::File(
            "SendDocument",
            File {
                part: "document",
                name: name.clone(),
                mime: mime.clone(),
                bytes: content.clone().into_bytes(),
            },
        ),
        Card::Picture { code, alt } => match qr::png(code) {
            Some(bytes) => Shown::File(
                "SendPhoto",
                File { part: "photo", name: "qr.png".to_owned(), mime: "image/png".to_owned(), bytes },
            ),
            None => Shown::Words(alt.clone()),
        },
    }
}

/// The pin, the way there, and then the other buttons.
fn venue(
    to: To<'_>,
    name: &str,
    address: &str,
    position: Position,
    inline: Option<&InlineKeyboardMarkup>,
) -> Request {
    let chat = Recipient::Id(ChatId(to.chat));
    let mut venue = SendVenue::new(chat, position.lat(), position.lon(), name, address);
    let route = route(position).map(|url| vec![InlineKeyboardButton::url(to.profile.route.clone(), url)]);
    let others = inline.map(|keyboard| keyboard.inline_keyboard.clone()).unwrap_or_default();
    let rows: Vec<Vec<InlineKeyboardButton>> = route.into_iter().chain(others).collect();
    if !rows.is_empty() {
        venue = venue.reply_markup(InlineKeyboardMarkup::new(rows));
    }
    Request::of(&venue)
}

/// The way there, from wherever the phone is: opens the map app, or a web page
/// (developers.google.com/maps/documentation/urls/get-started#directions-action).
fn route(position: Position) -> Option<Url> {
    let place = format!("{:.6},{:.6}", position.lat(), position.lon());
    Url::parse_with_params("https://www.google.com/maps/dir/", [("api", "1"), ("destination", &place)]).ok()
}

/// Text messages, with the keyboard under the last.
fn text_parts(to: To<'_>, texts: &[html::Part], markup: Option<&ReplyMarkup>) -> Vec<Part> {
    let last = texts.len().saturating_sub(1);
    texts
        .iter()
        .enumerate()
        .map(|(n, part)| Part::Send(text(to, &part.html, markup.filter(|_| n == last).cloned())))
        .collect()
}

/// A file with the text under it if it is short, else below the text; the keyboard comes last.
fn with_file(
    to: To<'_>,
    texts: &[html::Part],
    markup: Option<ReplyMarkup>,
    method: &'static str,
    file: File,
) -> Vec<Part> {
    let mut params = json!({ "chat_id": to.chat });
    let mut parts = Vec::new();
    match texts {
        [one] if one.units <= LONGEST_CAPTION => {
            params["caption"] = one.html.clone().into();
            params["parse_mode"] = json!(ParseMode::Html);
        }
        texts => parts.extend(text_parts(to, texts, None)),
    }
    if let Some(markup) = markup {
        params["reply_markup"] = serde_json::to_value(markup).unwrap_or(Value::Null);
    }
    parts.push(Part::Send(Request { file: Some(file), ..Request::raw(method, params) }));
    parts
}

fn text(to: To<'_>, html: &str, markup: Option<ReplyMarkup>) -> Request {
    let mut send = SendMessage::new(Recipient::Id(ChatId(to.chat)), html)
        .parse_mode(ParseMode::Html)
        .link_preview_options(no_preview());
    send.reply_markup = markup;
    Request::of(&send)
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// The button that shares the position: only in private chats, where Telegram allows it.
fn position_keys(to: To<'_>, ask: &Ask) -> Option<KeyboardMarkup> {
    match ask {
        Ask::Location { label, .. } if to.chat > 0 => {
            let key = KeyboardButton::new(label.clone()).request(ButtonRequest::Location);
            Some(KeyboardMarkup::new([[key]]).one_time_keyboard().resize_keyboard())
        }
        Ask::Nothing | Ask::Choice(_) | Ask::Location { .. } => None,
    }
}

fn keyboard(to: To<'_>, lang: Lang, choices: &[Choice]) -> Option<InlineKeyboardMarkup> {
    let mut rows: Vec<Vec<InlineKeyboardButton>> = Vec::new();
    let mut width = 0;
    for choice in choices {
        let fits = per_row(&choice.label);
        match rows.last_mut() {
            Some(row) if fits == width && row.len() < width => row.push(button(to, choice)),
            _ => rows.push(vec![button(to, choice)]),
        }
        width = fits;
    }
    // No app of Telegram's turns the rows around: the first choice stands where reading begins.
    if lang.is_rtl() {
        for row in &mut rows {
            row.reverse();
        }
    }
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows))
}

/// How many buttons as long as this one stand beside each other on a narrow phone.
fn per_row(label: &str) -> usize {
    match units(label) {
        0..=6 => 4,
        7..=14 => 2,
        _ => 1,
    }
}

fn button(to: To<'_>, choice: &Choice) -> InlineKeyboardButton {
    match (&choice.action, to.bot) {
        (Action::Private(centre), Some(bot)) => {
            let start = centre.as_ref().map_or_else(|| "private".to_owned(), |id| format!("book-{id}"));
            match Url::parse(&format!("https://t.me/{bot}?start={start}")) {
                Ok(url) => InlineKeyboardButton::url(choice.label.clone(), url),
                Err(_) => InlineKeyboardButton::callback(choice.label.clone(), choice.action.to_string()),
            }
        }
        (action, _) => InlineKeyboardButton::callback(choice.label.clone(), action.to_string()),
    }
}
