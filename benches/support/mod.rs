//! What several benches share: the built-in facts, and events as the application makes them.

use std::sync::{Arc, LazyLock};

use digidel::engine::session::Session;
use digidel::engine::{Reaction, Situation, react};
use digidel::facts::Facts;
use digidel::facts::source::Source;
use digidel::model::chat::{Address, Chat, Hints, Platform, Role};
use digidel::model::effect::Effect;
use digidel::model::event::{Event, Input, Masked};
use digidel::model::id::Fresh;
use digidel::model::message::{Content, Message};
use digidel::model::time::{Timestamp, swedish_instant};

/// The built-in facts without the embedding model.
pub fn facts() -> Arc<Facts> {
    static FACTS: LazyLock<Arc<Facts>> =
        LazyLock::new(|| Arc::new(Facts::load(&Source::built_in().lexical_only()).0));
    Arc::clone(&FACTS)
}

/// A Monday morning.
pub fn monday() -> Timestamp {
    let date = "2027-03-01".parse().expect("a date");
    swedish_instant(date, "10:00:00".parse().expect("a time")).expect("a time that exists once")
}

/// A resident's private chat.
pub fn resident(number: usize) -> Chat {
    Chat::private(Address::new(Platform::Telegram, format!("{}", 1_000 + number)))
}

/// What a resident does.
pub fn event(input: Input) -> Event {
    Event {
        chat: resident(0),
        role: Role::Resident,
        input,
        masked: Masked::default(),
        hints: Hints::default(),
        reply: None,
        message: None,
        now: monday(),
        fresh: Fresh::new(7),
    }
}

/// The state of somebody who has been greeted, and what the bot then says to a text.
pub fn talked(text: &str) -> (Situation, Event, Reaction) {
    let facts = facts();
    let start = event(Input::Text("hej".to_owned()));
    let hello = facts.understand("hej");
    let greeted = react(&facts, &Situation::of(Session::default()), &start, Some(&hello)).expect("no need");
    let situation = Situation::of(greeted.session);
    let event = event(Input::Text(text.to_owned()));
    let reaction = react(&facts, &situation, &event, Some(&facts.understand(text))).expect("no need");
    (situation, event, reaction)
}

/// The longest message of a reaction.
pub fn message(reaction: &Reaction) -> Message {
    let messages = reaction.effects.iter().filter_map(|effect| match effect {
        Effect::Send(letter) => match &letter.content {
            Content::Message(message) => Some(message.clone()),
            _ => None,
        },
        _ => None,
    });
    messages.max_by_key(|message| message.text.plain().len()).expect("the bot says something")
}
