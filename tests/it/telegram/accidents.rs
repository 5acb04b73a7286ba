//! Life's accidents, one at a time: what the resident sees, what the letter becomes, what the
//! operator reads.

use std::path::Path;
use std::time::Duration;

use digidel::model::retention::Retention;
use digidel::store::Store;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::rig::{Mode, Rig};
use crate::support::telegram::{Fault, Server, UpdateFault, User, When};

const AMINA: i64 = 42;
const HELP: &str = "Så här använder du mig";

async fn start() -> (Rig, User) {
    let rig = Rig::start(Mode::Polling).await;
    let amina = rig.server.user(AMINA).named("Amina");
    (rig, amina)
}

fn helps(user: &User) -> usize {
    user.screen().of_bot().filter(|b| b.text.contains(HELP)).count()
}

#[tokio::test]
async fn faults_that_lose_nothing_and_double_nothing() {
    let (rig, amina) = start().await;
    let refused = Fault::Refuse(500, "Internal Server Error".to_owned());
    for (fault, sent) in
        [Fault::RetryAfter(1), refused, Fault::Html(502), Fault::ResetBefore].iter().zip([2, 4, 6, 8])
    {
        rig.server.fault(When::next("sendMessage"), fault.clone());
        amina.say("/help");
        // The second one must not overtake the first.
        amina.say("/privacy");
        rig.until("both are sent", async |rig| rig.letters("sent").await == sent).await;
        let texts: Vec<bool> = amina.screen().of_bot().map(|b| b.text.contains(HELP)).collect();
        assert!(texts.chunks(2).all(|pair| pair == [true, false]), "{fault:?}: {}", amina.screen());
    }
    assert_eq!(helps(&amina), 4);
    assert_eq!(rig.letters("sent").await, 8);
    assert_eq!(rig.server.faults_waiting(), 0);
    rig.assert_lawful();
}

#[tokio::test]
async fn a_swallowed_answer_costs_one_repeat_and_no_more() {
    let (rig, amina) = start().await;
    for fault in [Fault::ResetAfter, Fault::Malformed, Fault::HtmlAfter(502)] {
        let before = helps(&amina);
        rig.server.fault(When::next("sendMessage"), fault.clone());
        amina.say("/help");
        amina.wait("the repeat", |_| (helps(&amina) == before + 2).then_some(())).await.unwrap();
        rig.settled().await;
        assert_eq!(helps(&amina), before + 2, "{fault:?}");
    }
    assert_eq!(rig.letters("sent").await, 3);
    // Swallowed twice: nobody knows, and it is left at that.
    rig.server.fault(When::next("sendMessage").times(2), Fault::ResetAfter);
    amina.say("/help");
    rig.until("given up", async |rig| rig.letters("unknown").await == 1).await;
    assert_eq!(helps(&amina), 8);
    rig.assert_lawful();
}

#[tokio::test]
async fn an_edit_can_be_repeated_as_often_as_needed() {
    let (rig, amina) = start().await;
    let menu = rig.answer(&amina, &amina.say("/language")).await;
    rig.server.fault(When::next("editMessageText").times(3), Fault::ResetAfter);
    amina.tap_on(menu.id, "English").unwrap();
    rig.until("it is sent", async |rig| rig.letters("sent").await == 2).await;
    assert_eq!(rig.server.faults_waiting(), 0);
    assert_eq!(amina.screen().of_bot().count(), 1, "{}", amina.screen());
    assert_eq!((rig.letters("sent").await, rig.letters("unknown").await), (2, 0));
    rig.assert_lawful();
}

#[tokio::test]
async fn what_is_sent_anew_because_its_message_is_gone_is_repeated_once_and_no_more() {
    let (rig, amina) = start().await;
    let menu = rig.answer(&amina, &amina.say("/language")).await;
    let gone = Fault::Refuse(400, "Bad Request: message to edit not found".to_owned());
    rig.server.fault(When::next("editMessageText").times(2), gone);
    rig.server.fault(When::next("sendMessage").times(2), Fault::ResetAfter);
    amina.tap_on(menu.id, "English").unwrap();
    rig.until("given up", async |rig| rig.letters("unknown").await == 1).await;
    assert_eq!((rig.server.faults_waiting(), amina.screen().of_bot().count()), (0, 3), "{}", amina.screen());
    rig.assert_lawful();
}

/// As the database stands when the program was killed for the second time while a letter was under way.
async fn killed_twice_meanwhile(file: &Path) {
    let options = SqliteConnectOptions::new().filename(file);
    let mut db = SqliteConnection::connect_with(&options).await.expect("a database");
    let letters = sqlx::query("UPDATE letters SET state = 'sending', unanswered = 1 WHERE state <> 'sent'")
        .execute(&mut db)
        .await
        .expect("written")
        .rows_affected();
    assert_eq!(letters, 2, "one that changes a message, and a new one");
    db.close().await.expect("closed");
}

#[tokio::test]
async fn of_what_was_cut_off_twice_a_change_goes_out_and_a_new_message_is_left_at_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("telegram.db");
    let rig = Rig::on_disk(Server::start().await, &file, Mode::Polling).await;
    let (amina, omar) = (rig.server.user(AMINA), rig.server.user(AMINA + 1));
    let menu = rig.answer(&amina, &amina.say("/language")).await;
    for call in ["editMessageText", "sendMessage"] {
        rig.server.fault(When::next(call).times(100), Fault::ResetBefore);
    }
    amina.tap_on(menu.id, "English").unwrap();
    omar.say("/help");
    rig.until("both were tried", async |rig| rig.letters("retry").await == 2).await;
    let server = rig.stop().await;
    server.clear_faults();
    killed_twice_meanwhile(&file).await;

    let rig = Rig::on_disk(server, &file, Mode::Polling).await;
    rig.until("the change is sent", async |rig| rig.letters("sent").await == 2).await;
    assert_eq!((rig.letters("unknown").await, helps(&omar)), (1, 0));
    // It ended now: by an earlier hour it would be deleted at once as too old.
    let kept = rig.store.sweep(&Retention::default(), rig.now()).await.expect("a database");
    assert_eq!((kept, rig.letters("unknown").await), (0, 1));
    rig.assert_lawful();
}

#[tokio::test]
async fn who_blocked_the_bot_gets_no_more_letters_and_no_reminders() {
    let (rig, amina) = start().await;
    let when = rig.answer(&amina, &amina.start("book-motala")).await;
    let times = rig.answer(&amina, &amina.tap_on(when.id, when.labels()[0][0]).unwrap()).await;
    let asked = rig.answer(&amina, &amina.tap_on(times.id, times.labels()[0][0]).unwrap()).await;
    rig.skip_details(&amina, asked).await;
    let sure = rig.answer(&amina, &amina.say("Amina")).await;
    rig.answer(&amina, &amina.tap_on(sure.id, sure.labels()[0][0]).unwrap()).await;
    assert!(rig.store.next_due().await.unwrap().is_some(), "reminders wait");
    let bo = rig.server.user(43);
    rig.server.fault(When::next("sendMessage").chat(AMINA), Fault::forbidden());
    amina.say("/help");
    rig.until("all letters end", async |rig| rig.store.next_due().await.unwrap().is_none()).await;
    assert!(rig.letters("dead").await >= 2, "the answer and the reminders");
    rig.answer(&bo, &bo.say("/help")).await;
    // Coming back starts anew.
    rig.answer(&amina, &amina.say("/help")).await;
    rig.assert_lawful();
}

#[tokio::test]
async fn a_refused_letter_dies_alone() {
    let (rig, amina) = start().await;
    let refusal = Fault::Refuse(400, "Bad Request: BUTTON_DATA_INVALID".to_owned());
    rig.server.fault(When::next("sendMessage"), refusal);
    amina.say("/help");
    amina.say("/privacy");
    amina.wait("the next letter", |screen| screen.last().cloned()).await.unwrap();
    rig.settled().await;
    assert_eq!((rig.letters("dead").await, rig.letters("sent").await), (1, 1));
    rig.assert_lawful();
}

#[tokio::test]
async fn the_operator_reads_what_to_do() {
    let (rig, amina) = start().await;
    rig.answer(&amina, &amina.say("/help")).await;
    for (fault, words) in [(Fault::conflict(), "Another program"), (Fault::unauthorized(), "@BotFather")] {
        rig.server.fault(When::next("getUpdates"), fault);
        rig.until(words, async |rig| rig.telegram.health().trouble.is_some_and(|t| t.contains(words))).await;
        rig.until("well again", async |rig| rig.telegram.health().trouble.is_none()).await;
    }
    // The token is revoked: a letter waits for the operator instead of dying.
    rig.server.fault(When::next("sendMessage"), Fault::unauthorized());
    amina.say("/help");
    rig.until("it waits", async |rig| rig.letters("retry").await == 1).await;
    assert_eq!(rig.letters("dead").await, 0);
}

#[tokio::test]
async fn an_outage_at_the_start_only_delays() {
    let server = Server::start().await;
    server.outage(true);
    let rig = Rig::start_on(server, Store::in_memory().await.unwrap(), Mode::Polling).await;
    rig.until("trouble", async |rig| rig.telegram.health().trouble.is_some()).await;
    let amina = rig.server.user(AMINA);
    amina.say("/help");
    rig.server.outage(false);
    amina.sees(HELP).await.unwrap();
    assert!(rig.telegram.health().connected);
}

#[tokio::test]
async fn updates_that_repeat_jump_or_make_no_sense() {
    let (rig, amina) = start().await;
    for fault in [UpdateFault::Twice, UpdateFault::ForgetConfirmation, UpdateFault::Reversed] {
        rig.server.disturb(fault);
    }
    for _ in 0..5 {
        amina.say("/help");
    }
    rig.server.raw(json!({"telepathy": {"thought": "x"}}));
    rig.server.raw(json!({"message": {"message_id": "nine"}}));
    amina.say("/help");
    rig.server.all_confirmed().await.unwrap();
    rig.settled().await;
    assert_eq!(helps(&amina), 6);
    assert_eq!(rig.telegram.health().strange, 2);

    // After a week of silence the numbers begin anew, lower than before.
    let polls = rig.server.requests_of("getUpdates").len();
    rig.server.called("getUpdates", polls + 1).await.unwrap();
    rig.server.jump_update_id(1_000);
    amina.say("/help");
    amina.wait("the answer", |_| (helps(&amina) == 7).then_some(())).await.unwrap();
    rig.assert_lawful();
}

#[tokio::test]
async fn taps_are_acknowledged_at_once_and_never_again() {
    let (rig, amina) = start().await;
    let menu = rig.answer(&amina, &amina.say("/language")).await;
    let taps = || rig.server.requests_of("answerCallbackQuery").len();

    // While the turn cannot be saved the tap is acknowledged all the same, and "typing" shows.
    let held = rig.store.begin().await.unwrap();
    let tapped = amina.tap_on(menu.id, "English").unwrap();
    rig.server.called("answerCallbackQuery", 1).await.unwrap();
    rig.server.called("sendChatAction", 1).await.unwrap();
    drop(held);
    rig.answer(&amina, &tapped).await;

    // Too old: once, and the turn goes on.
    rig.server.set_tap_lifetime(Duration::ZERO);
    rig.server.advance(Duration::from_secs(5));
    let tapped = amina.forged_tap(menu.id, "languages");
    rig.answer(&amina, &tapped).await;
    assert_eq!(taps(), 2);
    rig.server.set_tap_lifetime(Duration::from_mins(1));

    // A button that means nothing any more is explained, twice.
    amina.forged_tap(menu.id, "juggle:3");
    amina.sees_toast("gammal").await.unwrap();
    rig.settled().await;
    // A message that is out of reach cannot change: a new one comes.
    let before = amina.screen().of_bot().count();
    rig.answer(&amina, &amina.forged_tap(9_999, "languages")).await;
    assert_eq!(amina.screen().of_bot().count(), before + 1);
    assert_eq!(rig.letters("dead").await, 0);
    rig.assert_lawful();
}

#[tokio::test]
async fn what_is_not_text_has_a_kind_answer() {
    let (rig, amina) = start().await;
    rig.answer(&amina, &amina.say("/help")).await;
    let first = amina.say("BankID fungerar inte");
    rig.answer(&amina, &first).await;
    let sent = [
        (amina.voice(), "röstmeddelanden"),
        (amina.photo(""), "inte se bilder"),
        (amina.sticker(), "bara läsa text"),
        (amina.contact("+46701234567"), "bara läsa text"),
        (amina.poll("När?", &["Nu", "Sen"]), "bara läsa text"),
        (amina.document("a.pdf", "application/pdf", b"%PDF", ""), "bara läsa text"),
        (amina.edit(first.message, "BankID fungerar inte alls"), "ändringar"),
    ];
    rig.answer(&amina, &sent.last().unwrap().0).await;
    rig.settled().await;
    let answers: Vec<String> = amina.screen().of_bot().skip(2).map(|b| b.text.clone()).collect();
    assert_eq!(answers.len(), sent.len());
    for ((_, part), answer) in sent.iter().zip(&answers) {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    let check =
        |text: String| assert!(text.to_lowercase().contains("bedrägeri") || text.contains("lura"), "{text}");
    check(
        rig.answer(&amina, &amina.forward("Okänd", "Ditt paket väntar: https://postnord-se.example"))
            .await
            .text,
    );
    check(rig.answer(&amina, &amina.photo("Se https://postnord-se.example")).await.text);
    rig.assert_lawful();
}

#[tokio::test]
async fn a_secret_is_taken_away_wherever_it_stands() {
    let (rig, amina) = start().await;
    let number = "mitt personnummer är 19900101-2389";
    let old = amina.say("hej");
    rig.answer(&amina, &old).await;
    for sent in
        [amina.say(number), amina.forward("Bo", number), amina.photo(number), amina.edit(old.message, number)]
    {
        amina
            .wait("gone", |screen| (!screen.bubbles.iter().any(|b| b.id == sent.message)).then_some(()))
            .await
            .unwrap();
    }
    rig.settled().await;
    let told = amina.screen().of_bot().filter(|b| b.text.contains("personnummer")).count();
    assert!(told >= 4, "{}", amina.screen());
    // Telegram refuses to delete after 48 hours: no failure.
    rig.server.fault(
        When::next("deleteMessage"),
        Fault::Refuse(400, "Bad Request: message can't be deleted".into()),
    );
    rig.answer(&amina, &amina.say(number)).await;
    rig.settled().await;
    assert_eq!((rig.letters("dead").await, rig.letters("retry").await), (0, 0));
    rig.assert_lawful();
}
