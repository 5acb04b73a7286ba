//! Rules of the Bot API that its machine-readable description does not carry.
//!
//! It does: one action per inline button, sane sizes of keyboards, coordinates, language codes,
//! names of commands, kinds of updates, the alphabet of the webhook's secret, chat names.
//! It does not: repeat what `validate.rs` reads from the description.

use serde_json::{Map, Value};

use super::decode::Params;
use super::spec::{Method, spec};
use super::validate::Problem;

/// More buttons than this do not fit a phone, and Telegram refuses more than 100 in all.
const BUTTONS_PER_ROW: usize = 8;
const BUTTONS: usize = 100;

/// The fields of which an inline button must have exactly one.
const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// The fields of which a button of a reply keyboard may have at most one.
const REQUESTS: [&str; 7] = [
    "request_users",
    "request_chat",
    "request_managed_bot",
    "request_contact",
    "request_location",
    "request_poll",
    "web_app",
];

/// All two-letter codes of ISO 639-1.
const LANGUAGES: &str = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce \
    ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv \
    ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr \
    ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn \
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so \
    sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh \
    yi yo za zh zu ";

/// What `sendChatAction` takes.
const CHAT_ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// Rules about the parameters of a call.
pub fn method(method: &Method, params: &Params, problems: &mut Vec<Problem>) {
    let fields = &params.fields;
    coordinates("", fields, problems);
    if let Some(code) = params.text("language_code")
        && !code.is_empty()
        && (code.len() != 2 || !LANGUAGES.contains(&format!(" {code} ")))
    {
        let what = format!("\"{code}\" is no ISO 639-1 code");
        problems.push(Problem::new("language_code", what));
    }
    if let Some(chat) = params.text("chat_id")
        && !chat.starts_with('@')
    {
        problems.push(Problem::new("chat_id", "a chat is a number or an @username"));
    }
    if params.integer("chat_id") == Some(0) {
        problems.push(Problem::new("chat_id", "0 is no chat"));
    }
    for kind in fields.get("allowed_updates").and_then(Value::as_array).into_iter().flatten() {
        if !kind.as_str().is_some_and(|k| spec().is_update_kind(k)) {
            problems.push(Problem::new("allowed_updates", format!("{kind} is no kind of update")));
        }
    }
    if let Some(secret) = params.text("secret_token")
        && !secret.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    {
        problems.push(Problem::new("secret_token", "only A-Z, a-z, 0-9, _ and - are allowed"));
    }
    if method.name == "sendChatAction" && !params.text("action").is_some_and(|a| CHAT_ACTIONS.contains(&a)) {
        problems.push(Problem::new("action", "no such chat action"));
    }
    if method.name == "setMyCommands" {
        commands(fields, problems);
    }
    if params.integer("chat_id").is_some_and(|id| id < 0) {
        private_keys(fields, problems);
    }
}

/// A key that asks for a position or a phone number works in private chats only.
fn private_keys(fields: &Map<String, Value>, problems: &mut Vec<Problem>) {
    let rows = fields.get("reply_markup").and_then(|m| m["keyboard"].as_array());
    let mut keys = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
    let asks = |key: &Value| REQUESTS.iter().any(|request| key.get(*request).is_some());
    if keys.any(asks) {
        problems.push(Problem::new("reply_markup", "such keys work in private chats only"));
    }
}

fn commands(fields: &Map<String, Value>, problems: &mut Vec<Problem>) {
    let list = fields.get("commands").and_then(Value::as_array).into_iter().flatten();
    let mut seen = Vec::new();
    for name in list.filter_map(|c| c["command"].as_str()) {
        if seen.contains(&name) {
            problems.push(Problem::new("commands", format!("\"{name}\" is given twice")));
        }
        seen.push(name);
    }
}

/// Rules about one object inside a call.
pub fn object(path: &str, kind: &str, map: &Map<String, Value>, problems: &mut Vec<Problem>) {
    coordinates(path, map, problems);
    match kind {
        "InlineKeyboardMarkup" => keyboard(path, map.get("inline_keyboard"), problems),
        "ReplyKeyboardMarkup" => keyboard(path, map.get("keyboard"), problems),
        "InlineKeyboardButton" => inline_button(path, map, problems),
        "KeyboardButton" => {
            if REQUESTS.iter().filter(|f| map.contains_key(**f)).count() > 1 {
                problems.push(Problem::new(path, "more than one action in a button"));
            }
            common_button(path, map, problems);
        }
        "BotCommand" => {
            let name = map.get("command").and_then(Value::as_str).unwrap_or_default();
            let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if !name.chars().all(good) {
                let what = format!("\"{name}\": only a-z, 0-9 and _ are allowed");
                problems.push(Problem::new(path, what));
            }
        }
        _ => {}
    }
}

fn keyboard(path: &str, rows: Option<&Value>, problems: &mut Vec<Problem>) {
    let rows: Vec<&Vec<Value>> =
        rows.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_array).collect();
    let total: usize = rows.iter().map(|row| row.len()).sum();
    if total > BUTTONS {
        problems.push(Problem::new(path, format!("{total} buttons, allowed are {BUTTONS}")));
    }
    for (index, row) in rows.iter().enumerate() {
        if row.is_empty() {
            problems.push(Problem::new(path, format!("row {index} is empty")));
        }
        if row.len() > BUTTONS_PER_ROW {
            let what = format!("row {index} has {} buttons, at most {BUTTONS_PER_ROW}", row.len());
            problems.push(Problem::new(path, what));
        }
    }
}

fn inline_button(path: &str, map: &Map<String, Value>, problems: &mut Vec<Problem>) {
    let actions: Vec<&str> = ACTIONS.into_iter().filter(|f| map.contains_key(*f)).collect();
    if actions.is_empty() {
        problems.push(Problem {
            path: path.to_owned(),
            what: "a button without an action".to_owned(),
            answer: Some(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ),
        });
    }
    if actions.len() > 1 {
        problems.push(Problem::new(path, format!("more than one action: {actions:?}")));
    }
    if let Some(url) = map.get("url").and_then(Value::as_str)
        && !["http://", "https://", "tg://"].iter().any(|scheme| url.starts_with(scheme))
    {
        problems.push(Problem {
            path: path.to_owned(),
            what: format!("\"{url}\" is no address for a button"),
            answer: Some("BUTTON_URL_INVALID"),
        });
    }
    common_button(path, map, problems);
}

fn common_button(path: &str, map: &Map<String, Value>, problems: &mut Vec<Problem>) {
    if map.get("text").and_then(Value::as_str).is_some_and(|t| t.trim().is_empty()) {
        problems.push(Problem::new(path, "a button without a label"));
    }
    if let Some(style) = map.get("style").and_then(Value::as_str)
        && !["danger", "success", "primary"].contains(&style)
    {
        problems.push(Problem::new(path, format!("no such style: \"{style}\"")));
    }
}

fn coordinates(path: &str, map: &Map<String, Value>, problems: &mut Vec<Problem>) {
    for (name, limit) in [("latitude", 90.0), ("longitude", 180.0)] {
        if let Some(value) = map.get(name).and_then(Value::as_f64)
            && value.abs() > limit
        {
            problems.push(Problem::new(path, format!("{name} {value} is not on earth")));
        }
    }
}
