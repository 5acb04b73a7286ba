//! A resident's whole day, over real HTTP: from a poster to "forget me", by polling and by webhook.

use std::time::Duration;

use super::rig::{Mode, Rig};
use crate::support::telegram::{Bubble, User};

const AMINA: i64 = 42;

/// The first button that is not a way out.
fn first_label(bubble: &Bubble) -> String {
    bubble.labels().first().and_then(|row| row.first()).expect("a button").to_string()
}

#[tokio::test]
async fn a_day_by_polling() {
    a_day(Mode::Polling).await;
}

#[tokio::test]
async fn a_day_by_webhook() {
    a_day(Mode::Webhook).await;
}

async fn a_day(mode: Mode) {
    let rig = Rig::start(mode).await;
    rig.server.called("getMyName", 2).await.unwrap();
    let amina = rig.server.stranger(AMINA);
    let amina = amina.named("Amina");

    arrives_and_asks(&rig, &amina).await;
    finds_help(&rig, &amina).await;
    books(&rig, &amina).await;
    is_reminded(&rig, &amina).await;
    cancels_and_is_forgotten(&rig, &amina).await;

    rig.server
        .wait("every tap is acknowledged", |server| {
            let taps = server.requests_of("answerCallbackQuery");
            taps.iter().all(|call| call.answered.is_some()).then_some(())
        })
        .await
        .unwrap();
    for state in ["dead", "unknown", "retry"] {
        assert_eq!(rig.letters(state).await, 0, "letters are {state}");
    }
    rig.assert_lawful();
    rig.stop().await;
}

async fn arrives_and_asks(rig: &Rig, amina: &User) {
    // A poster's code: the centre at once, in the language of the app, after a greeting.
    amina.start("motala");
    let pin = amina.sees_button("Boka tid här").await.unwrap();
    assert_eq!(pin.attachment.as_deref(), Some("[venue Testcentret i Motala, Provgatan 1]"));
    let told = amina.screen().find("Jag heter Digidel").cloned().expect("a greeting");
    assert!(told.id < pin.id && told.text.contains("Testcentret i Motala"), "{}", told.text);

    // Changes language, in place.
    let menu = rig.answer(amina, &amina.say("/language")).await;
    let english = amina.tap("English").unwrap();
    let spoken = rig.answer(amina, &english).await;
    assert_eq!(spoken.id, menu.id, "the message changes in place");
    assert!(spoken.text.contains("English"), "{}", spoken.text);
    rig.answer(amina, &amina.say("/language")).await;
    amina.sees_button("Svenska").await.unwrap();
    let back = amina.tap("Svenska").unwrap();
    rig.answer(amina, &back).await;

    // Asks; the answer's buttons go away once they are spent.
    let reply = rig.answer(amina, &amina.say("BankID fungerar inte på min telefon")).await;
    assert!(!reply.buttons.is_empty(), "{}", reply.text);
    let spent = reply.id;
    let tapped = amina.tap_on(spent, &first_label(&reply)).unwrap();
    let next = rig.answer(amina, &tapped).await;
    if next.id != spent {
        let old = amina.screen().bubbles.into_iter().find(|b| b.id == spent).expect("still there");
        assert!(old.buttons.is_empty(), "spent buttons go away");
    }

    // A secret is masked, explained and taken away.
    let secret = amina.say("mitt personnummer är 19900101-2389");
    amina
        .wait("the secret is gone", |screen| {
            (!screen.bubbles.iter().any(|b| b.id == secret.message)).then_some(())
        })
        .await
        .unwrap();
    rig.answer(amina, &secret).await;
    let kept = rig.server.requests_of("sendMessage");
    assert!(kept.iter().all(|call| !call.text().contains("2389")), "never repeated");
}

async fn finds_help(rig: &Rig, amina: &User) {
    let ask = rig.answer(amina, &amina.say("/centre")).await;
    let keyboard = amina.wait("a key for the position", |screen| screen.keyboard.concat().first().cloned());
    let key = keyboard.await.unwrap();
    assert!(ask.buttons.is_empty());
    let shared = amina.press(&key, Some((58.537_2, 15.036_5))).unwrap();
    rig.answer(amina, &shared).await;
    amina.sees("Motala").await.unwrap();
    amina
        .wait("a pin with the way there", |screen| {
            let pin = screen
                .bubbles
                .into_iter()
                .rev()
                .find(|b| b.attachment.as_deref().is_some_and(|a| a.starts_with("[venue")))?;
            pin.buttons.concat().iter().find_map(|b| b.url.clone())
        })
        .await
        .unwrap();
    amina.wait("no keyboard is left", |screen| screen.keyboard.is_empty().then_some(())).await.unwrap();
}

async fn books(rig: &Rig, amina: &User) {
    let when = rig.answer(amina, &amina.start("book-motala")).await;
    let day = amina.tap_on(when.id, &first_label(&when)).unwrap();
    let times = rig.answer(amina, &day).await;
    assert_eq!(times.id, when.id, "day and time are chosen in one message");
    let time = amina.tap_on(times.id, &first_label(&times)).unwrap();
    let asked = rig.answer(amina, &time).await;
    rig.skip_details(amina, asked).await;
    let summary = rig.answer(amina, &amina.say("Amina")).await;
    let confirm = amina.tap_on(summary.id, &first_label(&summary)).unwrap();
    rig.answer(amina, &confirm).await;
    let booked = amina.wait("the file for the calendar", |screen| {
        screen.bubbles.into_iter().find(|b| b.attachment.as_deref() == Some("[document digidel.ics]"))
    });
    let booked = booked.await.unwrap();
    assert!(booked.json["document"]["mime_type"].as_str().unwrap().starts_with("text/calendar"));

    // Moves it, and looks at the code as a picture.
    let label = booked.labels().concat().first().expect("move").to_string();
    let again = rig.answer(amina, &amina.tap_on(booked.id, &label).unwrap()).await;
    let labels = again.labels().concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let times = rig.answer(amina, &amina.tap_on(again.id, &labels[1]).unwrap()).await;
    let time = first_label(&times);
    let moved = rig.answer(amina, &amina.tap_on(times.id, &time).unwrap()).await;
    // Moving may ask for a last yes, or not.
    if moved.attachment.is_none() && moved.id == times.id {
        rig.answer(amina, &amina.tap_on(moved.id, &first_label(&moved)).unwrap()).await;
    }
    let files = |screen: crate::support::telegram::Screen| {
        let count = screen
            .bubbles
            .iter()
            .filter(|b| b.attachment.as_deref() == Some("[document digidel.ics]"))
            .count();
        (count == 2).then_some(())
    };
    amina.wait("the file with the new time", files).await.unwrap();
    let list = rig.answer(amina, &amina.say("/visits")).await;
    let visit = rig.answer(amina, &amina.tap_on(list.id, &first_label(&list)).unwrap()).await;
    let code = ["Visa QR-kod", "Show QR code"];
    let label = visit.labels().concat().into_iter().find(|l| code.contains(l)).map(str::to_owned);
    amina.tap_on(visit.id, &label.expect("the code can be shown")).unwrap();
    amina
        .wait("the code as a picture", |screen| {
            screen.bubbles.iter().any(|b| b.attachment.as_deref() == Some("[photo]")).then_some(())
        })
        .await
        .unwrap();
}

async fn is_reminded(rig: &Rig, amina: &User) {
    let before = amina.screen().of_bot().count();
    let due = rig.store.next_due().await.unwrap().expect("a reminder waits");
    let local = digidel::model::time::in_sweden(due);
    rig.set_clock(&local.strftime("%Y-%m-%d %H:%M").to_string());
    rig.server.advance(Duration::from_hours(20));
    let minute_later = local.checked_add(jiff::Span::new().minutes(1)).unwrap();
    rig.set_clock(&minute_later.strftime("%Y-%m-%d %H:%M").to_string());
    amina.wait("a reminder", |screen| (screen.of_bot().count() > before).then_some(())).await.unwrap();
    let last = amina.screen().last().cloned().unwrap();
    assert!(!last.buttons.is_empty(), "a reminder can be answered: {}", last.text);
}

async fn cancels_and_is_forgotten(rig: &Rig, amina: &User) {
    let reminder = amina.screen().last().cloned().unwrap();
    let cancel = amina.tap_on(reminder.id, "Avboka besöket").unwrap();
    let sure = rig.answer(amina, &cancel).await;
    let yes = amina.tap_on(sure.id, &first_label(&sure)).unwrap();
    let gone = rig.answer(amina, &yes).await;
    assert!(gone.text.to_lowercase().contains("avbokat"), "{}", gone.text);

    let sure = rig.answer(amina, &amina.say("/forget")).await;
    let forgotten = rig.answer(amina, &amina.tap_on(sure.id, &first_label(&sure)).unwrap()).await;
    assert!(forgotten.buttons.is_empty());
    rig.until("nothing waits", async |rig| rig.store.next_due().await.unwrap().is_none()).await;
    // A stranger again: greeted anew.
    let hello = rig.answer(amina, &amina.say("hej")).await;
    assert!(hello.text.contains("Jag heter Digidel"), "{}", hello.text);
}
