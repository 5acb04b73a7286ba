//! What Telegram lets the bot take away is taken away, and the rest is named.

use std::time::Duration;

use crate::support::telegram::{Fault, When};
use crate::telegram::rig::{Mode, Rig};

#[tokio::test]
async fn the_last_two_days_are_taken_away_on_both_sides() {
    let rig = Rig::start(Mode::Polling).await;
    let amina = rig.server.user(42).named("Amina");
    rig.answer(&amina, &amina.say("mitt gamla hemliga ord")).await;
    // Three days later.
    rig.server.advance(Duration::from_hours(72));
    rig.set_clock("2027-03-04 10:00");
    rig.answer(&amina, &amina.say("mitt nya hemliga ord")).await;
    rig.answer(&amina, &amina.location(58.54, 15.04)).await;
    let asked = rig.answer(&amina, &amina.say("/forget")).await;
    // Telegram refuses the first call: each message is then tried alone.
    rig.server.fault(
        When::next("deleteMessages"),
        Fault::Refuse(400, "Bad Request: message can't be deleted".into()),
    );
    amina.tap_on(asked.id, "Ja, radera allt").expect("the button");
    amina.wait("the goodbye", |screen| screen.find("raderas nu").map(|_| ())).await.expect("a goodbye");
    rig.until("no letter is left", async |rig| {
        rig.store.letter_counts().await.expect("the database answers").is_empty()
    })
    .await;
    rig.settled().await;
    let screen = amina.screen().to_string();
    assert!(!screen.contains("nya hemliga") && !screen.contains("/forget"), "{screen}");
    assert!(screen.contains("gamla hemliga"), "Telegram lets nobody delete what is older: {screen}");
    assert!(screen.contains("två senaste dygnen"), "{screen}");
    assert_eq!(amina.screen().of_bot().count(), 2, "the old answer and the goodbye: {screen}");
    rig.assert_lawful();
}

#[tokio::test]
async fn a_hundred_messages_go_with_one_call() {
    let rig = Rig::start(Mode::Polling).await;
    let amina = rig.server.user(42).named("Amina");
    for _ in 0..5 {
        rig.answer(&amina, &amina.say("tack")).await;
    }
    let asked = rig.answer(&amina, &amina.say("/forget")).await;
    amina.tap_on(asked.id, "Ja, radera allt").expect("the button");
    amina.wait("the goodbye", |screen| screen.find("raderas nu").map(|_| ())).await.expect("a goodbye");
    rig.until("no letter is left", async |rig| {
        rig.store.letter_counts().await.expect("the database answers").is_empty()
    })
    .await;
    assert_eq!(rig.server.requests_of("deleteMessages").len(), 1);
    assert_eq!(amina.screen().of_bot().count(), 1, "{}", amina.screen());
    rig.assert_lawful();
}

/// She presses before Telegram has told the bot where its question stands.
#[tokio::test]
async fn what_is_under_way_is_taken_away_when_it_arrives() {
    let rig = Rig::start(Mode::Polling).await;
    let amina = rig.server.user(42).named("Amina");
    rig.answer(&amina, &amina.say("hej")).await;
    rig.server.fault(When::next("sendMessage").chat(42), Fault::DelayAfter(Duration::from_secs(2)));
    amina.say("/forget");
    let asked = amina.wait("the question", |screen| screen.find("radera allt").map(|b| b.id)).await;
    let asked = asked.expect("a question");
    amina.tap_on(asked, "Ja, radera allt").expect("the button");
    amina.wait("the goodbye", |screen| screen.find("raderas nu").map(|_| ())).await.expect("a goodbye");
    rig.until("no letter is left", async |rig| {
        rig.store.letter_counts().await.expect("the database answers").is_empty()
    })
    .await;
    assert_eq!(amina.screen().of_bot().count(), 1, "{}", amina.screen());
    rig.assert_lawful();
}
