//! Groups: only what is meant for the bot, nothing personal, and a group that moves.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::rig::{Mode, Rig};
use crate::support::telegram::{BOT_NAME, Bubble, Fault, Group, Server, User, When};

const AMINA: i64 = 42;
const GROUP: i64 = -4001;

fn with_a_group(rig: &Rig) -> (User, Group) {
    let amina = rig.server.user(AMINA).named("Amina");
    let group = rig.server.group(GROUP, "Språkcaféet");
    (amina, group)
}

fn links(bubble: &Bubble) -> Vec<String> {
    bubble.buttons.concat().into_iter().filter_map(|button| button.url).collect()
}

#[tokio::test]
async fn being_added_greets_once_and_explains() {
    let rig = Rig::start(Mode::Polling).await;
    let (amina, group) = with_a_group(&rig);
    let greeted = rig.answer(&group.member(&amina), &group.add_bot(&amina)).await;
    assert!(greeted.text.contains("riktat till mig"), "{}", greeted.text);
    group.member(&amina).say(&format!("/help@{BOT_NAME}"));
    group.member(&amina).sees("Så här använder du mig").await.unwrap();
    rig.settled().await;
    let greetings =
        group.member(&amina).screen().of_bot().filter(|b| b.text.contains("Jag heter Digidel")).count();
    assert_eq!(greetings, 1);
    group.kick_bot(&amina);
    rig.server.all_confirmed().await.unwrap();
    rig.assert_lawful();
}

#[tokio::test]
async fn a_group_is_answered_only_when_it_asks() {
    let rig = Rig::start(Mode::Polling).await;
    let (amina, group) = with_a_group(&rig);
    // As an administrator the bot would get everything.
    rig.server.set_privacy_mode(false);
    let here = group.member(&amina);
    for idle in ["Vi ses på torsdag", "/ask@another_bot Hur?", "boka"] {
        here.say(idle);
    }
    rig.server.all_confirmed().await.unwrap();
    rig.settled().await;
    assert_eq!(here.screen().of_bot().count(), 0, "{}", here.screen());

    let asked = here.say(&format!("/ask@{BOT_NAME} Hur skaffar jag BankID?"));
    let answer = rig.answer(&here, &asked).await;
    let quoted = here.screen().of_bot().find_map(|b| b.json["reply_to_message"]["message_id"].as_i64());
    assert_eq!(quoted, Some(asked.message), "the answer quotes the question");
    rig.answer(&here, &here.say(&format!("@{BOT_NAME} hur skaffar jag BankID?"))).await;
    rig.answer(&here, &here.reply(answer.id, "Och på Android?")).await;
    rig.assert_lawful();
}

#[tokio::test]
async fn what_is_personal_leads_to_the_private_chat() {
    let rig = Rig::start(Mode::Polling).await;
    let (amina, group) = with_a_group(&rig);
    let here = group.member(&amina);
    for command in ["book", "visits", "person", "mydata", "forget"] {
        let answer = rig.answer(&here, &here.say(&format!("/{command}@{BOT_NAME}"))).await;
        assert_eq!(links(&answer), [format!("https://t.me/{BOT_NAME}?start=private")], "{command}");
    }
    // A centre, and from there the booking of that centre.
    let asked = rig.answer(&here, &here.say(&format!("/centre@{BOT_NAME}"))).await;
    assert!(here.screen().keyboard.is_empty(), "no position is asked for in a group");
    assert!(asked.text.contains("ort"), "{}", asked.text);
    let centre = rig.answer(&here, &here.forged_tap(asked.id, "centre:motala")).await;
    assert!(
        links(&centre).contains(&format!("https://t.me/{BOT_NAME}?start=book-motala")),
        "{:?}",
        centre.buttons
    );
    // A button of another place, pressed here.
    let pressed = rig.answer(&here, &here.forged_tap(centre.id, "day:motala:2027-03-01")).await;
    assert_eq!(links(&pressed), [format!("https://t.me/{BOT_NAME}?start=book-motala")]);
    rig.assert_lawful();
}

#[tokio::test]
async fn nothing_that_was_written_in_a_group_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("digidel.db");
    let rig = Rig::on_disk(Server::start().await, &file, Mode::Polling).await;
    let (amina, group) = with_a_group(&rig);
    let here = group.member(&amina);
    rig.answer(&here, &here.say(&format!("/ask@{BOT_NAME} Min granne Kerstin Blå har glömt sitt lösenord")))
        .await;
    let mut reader =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&file)).await.unwrap();
    let kept: Vec<(Option<String>,)> =
        sqlx::query_as("SELECT text FROM inbox UNION ALL SELECT nullif(question, '') FROM requests")
            .fetch_all(&mut reader)
            .await
            .unwrap();
    assert!(kept.len() > 1 && kept.iter().all(|(text,)| text.is_none()), "{kept:?}");
    let said: Vec<(String,)> =
        sqlx::query_as("SELECT content FROM letters").fetch_all(&mut reader).await.unwrap();
    assert!(said.iter().all(|(content,)| !content.contains("Kerstin")), "{said:?}");
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_keeps_its_conversation() {
    let rig = Rig::start(Mode::Polling).await;
    let (amina, group) = with_a_group(&rig);
    let here = group.member(&amina);
    rig.answer(&here, &group.add_bot(&amina)).await;
    let menu = rig.answer(&here, &here.say(&format!("/language@{BOT_NAME}"))).await;
    rig.answer(&here, &here.tap_on(menu.id, "English").unwrap()).await;

    let supergroup = group.migrate(&amina, -1_001_234_567_890);
    let there = supergroup.member(&amina);
    let help = rig.answer(&there, &there.say(&format!("/help@{BOT_NAME}"))).await;
    assert!(help.text.contains("your question"), "still in English: {}", help.text);
    assert!(!help.text.contains("My name is Digidel"), "and greeted once: {}", help.text);
    rig.assert_lawful();
}

#[tokio::test]
async fn a_letter_to_a_group_that_moved_follows_it() {
    let rig = Rig::start(Mode::Polling).await;
    let (amina, group) = with_a_group(&rig);
    let here = group.member(&amina);
    let new = rig.server.group(-1_001_234_567_890, "Språkcaféet");
    rig.server.fault(When::next("sendMessage").chat(GROUP), Fault::MigrateTo(new.id()));
    here.say(&format!("/help@{BOT_NAME}"));
    new.member(&amina).sees("Så här använder du mig").await.unwrap();
    rig.settled().await;
    assert_eq!(rig.letters("sent").await, 1);
    rig.assert_lawful();
}
