//! Residents on Telegram: some book and cancel, some wander about and press whatever there is.
//!
//! What they do is drawn from a seed; when, depends on the bot. A person who is not answered although
//! the bot was given time is an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use digidel::model::id::Fresh;

use crate::support::telegram::{Bubble, Sent, TimedOut, User};

/// Whether people go on.
#[derive(Clone, Default)]
pub struct GoingOn(Arc<AtomicBool>);

impl GoingOn {
    pub fn end(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn ended(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Draws one of several.
pub fn draw<'a, T>(fresh: &mut Fresh, from: &'a [T]) -> &'a T {
    &from[usize::try_from(fresh.bits() % from.len() as u64).expect("small")]
}

/// Waits as long as a person does before the next thing.
pub async fn pause(fresh: &mut Fresh, most: u64) {
    tokio::time::sleep(Duration::from_millis(fresh.bits() % most)).await;
}

const LINES: &[&str] = &[
    "hej",
    "bankid fungerar inte",
    "591 32",
    "var finns hjälp i Motala?",
    "/centre",
    "/visits",
    "/help",
    "jag vill boka en tid",
    "mitt personnummer är 19900101-2389",
    "tack",
    "/language",
    "nej",
];
/// Ways out of what need not be said.
const SKIPS: &[&str] = &["Hoppa över", "Nej tack"];

/// Buttons that can be pressed, of the newest message that has any.
fn buttons(user: &User) -> Option<(Bubble, Vec<String>)> {
    let bubbles = user.screen().bubbles;
    bubbles.into_iter().rev().filter(|bubble| bubble.from_bot).find_map(|bubble| {
        let there = bubble.buttons.iter().flatten().filter(|b| b.data.is_some());
        let labels: Vec<String> = there.map(|b| b.label.clone()).collect();
        (!labels.is_empty()).then_some((bubble, labels))
    })
}

async fn answered(user: &User, sent: &Sent) -> Result<Bubble, TimedOut> {
    user.answer_to(sent).await
}

/// Presses and says this and that.
pub async fn wander(user: User, seed: u64, going_on: GoingOn) -> Result<(), TimedOut> {
    let mut fresh = Fresh::new(seed);
    while !going_on.ended() {
        let there = buttons(&user).filter(|_| !fresh.bits().is_multiple_of(3));
        let sent = there
            .and_then(|(bubble, labels)| user.tap_on(bubble.id, draw::<String>(&mut fresh, &labels)).ok());
        let sent = sent.unwrap_or_else(|| user.say(draw::<&str>(&mut fresh, LINES)));
        // Some do not wait for the answer.
        if !fresh.bits().is_multiple_of(4) {
            answered(&user, &sent).await?;
        }
        pause(&mut fresh, 120).await;
    }
    Ok(())
}

/// Books the first time that is offered and, every other time, cancels it again.
pub async fn book(user: User, seed: u64, going_on: GoingOn) -> Result<(), TimedOut> {
    let mut fresh = Fresh::new(seed);
    while !going_on.ended() {
        let mut answer = answered(&user, &user.start("book-motala")).await?;
        for _ in 0..12 {
            if user.screen().bubbles.iter().any(|b| b.id >= answer.id && b.attachment.is_some()) {
                break;
            }
            pause(&mut fresh, 80).await;
            let Some((bubble, labels)) = buttons(&user).filter(|(bubble, _)| bubble.id >= answer.id) else {
                answer = answered(&user, &user.say("Rut")).await?;
                continue;
            };
            let skip = labels.iter().find(|label| SKIPS.contains(&label.as_str()));
            let wanted = skip.or_else(|| labels.first()).expect("a label");
            let Ok(tapped) = user.tap_on(bubble.id, wanted) else { continue };
            answer = answered(&user, &tapped).await?;
        }
        if fresh.bits().is_multiple_of(2) {
            cancel(&user).await?;
        }
        pause(&mut fresh, 200).await;
    }
    Ok(())
}

async fn cancel(user: &User) -> Result<(), TimedOut> {
    answered(user, &user.say("/visits")).await?;
    for wanted in ["", "Avboka besöket", "Ja"] {
        let Some((bubble, labels)) = buttons(user) else { return Ok(()) };
        let Some(label) = labels.iter().find(|label| label.starts_with(wanted)) else { return Ok(()) };
        if let Ok(tapped) = user.tap_on(bubble.id, label) {
            answered(user, &tapped).await?;
        }
    }
    Ok(())
}
