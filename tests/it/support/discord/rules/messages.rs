//! What Discord demands of messages beyond their JSON schema, and this project's house rules.

use serde_json::Value;

use super::super::spec::Problem;
use super::components::check_layout;

/// The flag of a message that is laid out with the newer components.
const V2: u64 = 1 << 15;

/// How a message is being written, because the rules differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Writing {
    /// A new message in a channel: the only one that can carry a nonce.
    New,
    /// The first message of a forum post, or an answer to an interaction: new, but without a nonce.
    NewWithoutNonce,
    /// A change of a message that exists.
    Edit,
}

/// Checks a message body; `files` is how many came along.
pub fn check_message(body: &Value, files: usize, writing: Writing, out: &mut Vec<Problem>) {
    let text = body["content"].as_str().unwrap_or_default();
    let length = text.chars().count();
    // The document says 4000, which only paying people have.
    if length > 2000 {
        out.push(Problem::new("content", format!("has {length} characters, a bot may send 2000")));
    }
    let embeds = list(body, "embeds");
    let components = list(body, "components");
    let v2 = body["flags"].as_u64().unwrap_or_default() & V2 != 0;
    if v2 && (!text.is_empty() || !embeds.is_empty()) {
        out.push(Problem::new("flags", "IS_COMPONENTS_V2 excludes content and embeds"));
    }
    let size: usize = embeds.iter().map(embed_size).sum();
    if size > 6000 {
        out.push(Problem::new("embeds", format!("have {size} characters in all, at most 6000 are allowed")));
    }
    for (i, embed) in embeds.iter().enumerate() {
        check_embed(embed, i, out);
    }
    check_layout(components, v2, out);
    let nothing = text.trim().is_empty() && embeds.is_empty() && files == 0;
    let shows =
        (v2 && !components.is_empty()) || !list(body, "sticker_ids").is_empty() || body["poll"].is_object();
    // An edit may leave everything out; what remains of the message is checked where it is known.
    if writing != Writing::Edit && nothing && !shows {
        out.push(Problem::new("content", "Cannot send an empty message"));
    }
    if body["enforce_nonce"] == true && body["nonce"].is_null() {
        out.push(Problem::new("nonce", "is required with enforce_nonce"));
    }
}

/// What Discord accepts and this project forbids itself.
///
/// Relayed text must never notify anyone, and a repeated delivery must never show twice.
pub fn house_rules(body: &Value, writing: Writing, out: &mut Vec<Problem>) {
    let mentions = &body["allowed_mentions"];
    let speaks = body["content"].as_str().is_some_and(|text| !text.is_empty());
    if speaks && mentions["parse"].as_array().is_none_or(|parse| !parse.is_empty()) {
        out.push(Problem::new("allowed_mentions", "house rule: content goes out with an empty `parse` only"));
    }
    if writing == Writing::New && (body["nonce"].is_null() || body["enforce_nonce"] != true) {
        out.push(Problem::new(
            "nonce",
            "house rule: a new channel message carries `nonce` and `enforce_nonce`",
        ));
    }
}

fn list<'a>(body: &'a Value, key: &str) -> &'a [Value] {
    body[key].as_array().map_or(&[], Vec::as_slice)
}

fn check_embed(embed: &Value, i: usize, out: &mut Vec<Problem>) {
    for (n, field) in list(embed, "fields").iter().enumerate() {
        for key in ["name", "value"] {
            if field[key].as_str().is_none_or(str::is_empty) {
                out.push(Problem::new(format!("embeds.{i}.fields.{n}.{key}"), "is required"));
            }
        }
    }
    let parts = ["title", "description", "fields", "author", "footer", "image", "thumbnail", "url"];
    if parts.iter().all(|part| {
        embed[part].is_null() || embed[part] == "" || list(embed, part).is_empty() && embed[part].is_array()
    }) {
        out.push(Problem::new(format!("embeds.{i}"), "shows nothing"));
    }
}

/// The characters of an embed that count towards the 6000.
fn embed_size(embed: &Value) -> usize {
    let count = |text: &Value| text.as_str().map_or(0, |t| t.chars().count());
    let fields = list(embed, "fields").iter().map(|f| count(&f["name"]) + count(&f["value"]));
    let parts = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
    parts.into_iter().map(count).sum::<usize>() + fields.sum::<usize>()
}
