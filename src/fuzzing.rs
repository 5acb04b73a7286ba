//! What must hold for any input whatever: one entry for each place where strangers' bytes come in.
//!
//! Used by `fuzz/` (cargo-fuzz) and, on seeds and their mutations, by the tests. Not part of the program.

use std::sync::LazyLock;

use crate::adapters::{discord, telegram, web};
use crate::engine;
use crate::facts::Facts;
use crate::facts::centres::Centres;
use crate::facts::source::Source;
use crate::http::html;
use crate::model::action::Action;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Content, Message, Placement};
use crate::model::profile::Profiles;

/// An entry: anything may come in, nothing may panic.
pub type Entry = fn(&[u8]);

/// Every entry, by the name of its target and its folder of seeds.
pub const TARGETS: [(&str, Entry); 9] = [
    ("telegram_update", telegram_update),
    ("discord_event", discord_event),
    ("action", action),
    ("place", place),
    ("redaction", redaction),
    ("markdown", markdown),
    ("calendar", calendar),
    ("files", files),
    ("form", form),
];

/// The longest text that is tried: what the application lets in.
const LONGEST: usize = 8_192;

static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::load(&Source::built_in().lexical_only()).0);

/// The same with the one centre that is tried: copying all of them took longer than what is tried.
static ONE_CENTRE: LazyLock<Facts> = LazyLock::new(|| {
    let motala = FACTS.centres.iter().filter(|centre| centre.id.as_str() == "motala").cloned().collect();
    Facts { centres: Centres::new(motala), ..FACTS.clone() }
});

static PROFILES: LazyLock<Profiles> = LazyLock::new(engine::say::profiles);

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).chars().take(LONGEST).collect()
}

/// An update of Telegram, and what the engine's mask makes of its words.
fn telegram_update(data: &[u8]) {
    let Ok(update) = serde_json::from_slice(data) else { return };
    let me = telegram::Me { id: 7, name: "digidel_bot".to_owned() };
    if let telegram::Read::Event(event) = telegram::read(&update, &me) {
        assert!(!event.key.is_empty());
    }
}

/// A message, a change or an interaction of Discord.
fn discord_event(data: &[u8]) {
    discord::fuzz_event(data);
}

/// A button's code: what is read is written the same, and fits a button.
fn action(data: &[u8]) {
    let Ok(action) = text(data).parse::<Action>() else { return };
    let code = action.to_string();
    assert!(code.len() <= 64, "{code} does not fit a button");
    assert_eq!(code.parse::<Action>().ok(), Some(action), "{code}");
}

/// What somebody types where a place is asked for, or in the middle of a sentence.
fn place(data: &[u8]) {
    let text = text(data);
    let _ = FACTS.places.resolve(&text);
    if let Some((_, range)) = FACTS.places.mention(&text) {
        assert!(text.get(range.clone()).is_some(), "{range:?} is no part of the text");
    }
    assert!(FACTS.places.suggest(&text, 25).len() <= 25);
}

/// What is masked stays masked.
fn redaction(data: &[u8]) {
    let text = text(data);
    let (masked, found) = engine::mask::mask(&text);
    assert!(found.any() || masked == text, "nothing was found, and something changed");
    let (again, more) = engine::mask::mask(&masked);
    assert!(!more.identity_number && !more.card_number, "{masked:?} still holds a number: {again:?}");
    let _ = engine::mask::mask_contacts(&text);
}

/// Formatted text, a person's and our own, on each platform.
fn markdown(data: &[u8]) {
    let text = text(data);
    for (markup, ours) in [(Markup::from_user(&text), false), (Markup::trusted(text.as_str()), true)] {
        let page = html::markup(&markup).to_string();
        assert!(!page.contains("<script") && !page.contains("javascript:\""), "{page}");
        assert!(ours || !page.contains("<a "), "a person made a link: {page}");
        for part in discord::fuzz_markdown(&markup) {
            assert!(part <= 2_000, "{part} characters are too many for Discord");
        }
        let to = telegram::To {
            chat: 1,
            placement: Placement::Below,
            handle: None,
            bot: None,
            profile: PROFILES.of(Lang::Sv),
        };
        let message = Message { text: markup, lang: Lang::Sv, card: None, ask: Ask::Nothing };
        let _ = telegram::plan(to, &message);
        // What is stored is read back as it was.
        let content = Content::Message(message);
        let json = serde_json::to_string(&content).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Content>(&json).ok(), Some(content));
    }
}

/// A calendar file with any name of a centre: whole lines, none too long.
fn calendar(data: &[u8]) {
    let file = engine::fuzz_calendar(&ONE_CENTRE, &text(data));
    assert!(file.starts_with("BEGIN:VCALENDAR\r\n") && file.ends_with("END:VCALENDAR\r\n"), "{file:?}");
    for line in file.split("\r\n") {
        assert!(line.len() <= 75, "a line of {} bytes: {line:?}", line.len());
        assert!(!line.contains(['\r', '\n']), "a broken line: {line:?}");
    }
    assert_eq!(file.matches("\r\nBEGIN:VEVENT").count(), 1, "{file:?}");
}

/// What operators and staff write: centres, articles, rules, what is laid over them.
fn files(data: &[u8]) {
    let text = text(data);
    crate::facts::fuzz_files(&text);
    let _ = ONE_CENTRE.overlaid([("centres/motala", text.as_str()), (text.as_str(), text.as_str())]);
}

/// A form of the web chat.
fn form(data: &[u8]) {
    web::fuzz_form(data);
}

/// Runs one target.
///
/// # Panics
/// What must hold does not hold: that is what it is for; or there is no such target.
pub fn run(target: &str, data: &[u8]) {
    let entry = TARGETS.iter().find(|(name, _)| *name == target).map(|(_, entry)| *entry);
    assert!(entry.is_some(), "no target {target}");
    if let Some(entry) = entry {
        entry(data);
    }
}
