//! The bot's face on Telegram: per language and kind of chat, and set only when it differs.

use serde_json::json;

use super::rig::{Mode, Rig};
use crate::support::telegram::{Fault, Server, When};
use digidel::model::lang::Lang;
use digidel::store::Store;

async fn shown(server: &Server, times: usize) {
    // Easy Swedish is no language of its own to Telegram.
    server.called("getMyName", (Lang::OFFERED.len() - 1) * times).await.unwrap();
}

fn sets(server: &Server) -> usize {
    server.requests().iter().filter(|call| call.method.starts_with("setMy")).count()
}

#[tokio::test]
async fn the_profile_is_set_once_and_in_every_language() {
    let rig = Rig::start(Mode::Polling).await;
    shown(&rig.server, 1).await;
    let private = json!({"type": "all_private_chats"});
    let groups = json!({"type": "all_group_chats"});
    let names = |scope, language: &str| -> Vec<String> {
        let commands = rig.server.commands(scope, language).unwrap();
        let commands = commands.as_array().unwrap().iter();
        commands.map(|c| c["command"].as_str().unwrap().to_owned()).collect()
    };
    let all = [
        "start", "ask", "centre", "book", "visits", "person", "language", "settings", "help", "privacy",
        "mydata", "forget",
    ];
    for language in ["", "en"] {
        assert_eq!(names(&private, language), all);
        assert_eq!(names(&groups, language), ["ask", "centre", "language", "help", "privacy"]);
    }
    assert!(rig.server.profile_text("description", "").unwrap().contains("Boka ett besök"));
    assert!(rig.server.profile_text("description", "en").unwrap().contains("Book a visit"));
    assert!(rig.server.profile_text("short_description", "en").is_some());
    assert_eq!(rig.server.profile_text("name", "").as_deref(), Some("Digidel"));
    rig.assert_lawful();

    let before = sets(&rig.server);
    let server = rig.stop().await;
    let again = Rig::start_on(server, Store::in_memory().await.unwrap(), Mode::Polling).await;
    shown(&again.server, 2).await;
    assert_eq!(sets(&again.server), before, "nothing differs, nothing is set");
}

#[tokio::test]
async fn a_profile_that_cannot_be_set_keeps_nobody_waiting() {
    let server = Server::start().await;
    server.fault(When::always("getMyCommands"), Fault::RetryAfter(3_600));
    let rig = Rig::start_on(server, Store::in_memory().await.unwrap(), Mode::Polling).await;
    let amina = rig.server.user(42);
    rig.answer(&amina, &amina.say("/help")).await;
    assert_eq!(sets(&rig.server), 0);
}
