//! Tokens are used and never shown: not by `Debug`, not in an error, not in what the program prints.

use std::process::{Command, Stdio};

use digidel::adapters::telegram::Telegram;
use digidel::engine::say;
use digidel::settings::{self, Settings};
use secrecy::ExposeSecret;

use crate::support::binary::Binary;
use crate::support::house::House;
use crate::support::telegram::Server;

const TOKEN: &str = "123456:ZqHemligTokenqZ";

/// A configuration folder with a `bot.toml`.
fn folder(bot: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bot.toml"), bot).expect("a file");
    folder
}

#[test]
fn settings_read_secrets_from_files_and_show_none() {
    let secrets = tempfile::tempdir().expect("a folder");
    let file = secrets.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).expect("a file");
    let bot = format!(
        "[telegram]\ntoken_file = {file:?}\nwebhook_secret = \"ZqHemligWebhook\"\n[discord]\ntoken = \"ZqHemligDiscord\"\n"
    );
    let settings = Settings::read(Some(folder(&bot).path())).expect("settings");
    assert_eq!(settings.telegram.token.as_ref().map(ExposeSecret::expose_secret), Some(TOKEN));
    let shown = format!("{settings:?} {settings:#?}");
    assert!(!shown.contains("ZqHemlig") && shown.contains("REDACTED"), "{shown}");
}

#[test]
fn settings_that_cannot_be_read_show_no_secret_either() {
    let empty = tempfile::NamedTempFile::new().expect("a file");
    let empty = format!("[telegram]\ntoken_file = {:?}\n", empty.path());
    for bot in [
        "[telegram]\ntoken = [\"ZqHemlig\"]\n",
        "[telegram]\ntoken = { value = \"ZqHemlig\" }\n",
        "[telegram]\ntoken = \"ZqHemlig\"\nwrong = 1\n",
        "[telegram]\ntoken = \"ZqHemlig\"\napi_url = \"http://bot.example\"\n",
        "[telegram]\ntoken = \"ZqHemlig\"\npoll_seconds = \"often\"\n",
        "[telegram]\ntoken_file = \"/nowhere/at/all\"\n",
        "[retention]\nvisits_days = 0\n",
        &empty,
    ] {
        let error = Settings::read(Some(folder(bot).path())).expect_err(bot);
        let said = format!("{error:#} {error:?}");
        assert!(!said.contains("ZqHemlig"), "{said}");
    }
}

#[tokio::test]
async fn an_error_of_telegram_does_not_hold_the_address_with_the_token() {
    let house = House::open().await;
    for api_url in ["http://127.0.0.1:9", "http://127.0.0.1:9/a b"] {
        let settings = settings::Telegram {
            token: Some(TOKEN.to_owned().into()),
            api_url: Some(api_url.to_owned()),
            ..settings::Telegram::default()
        };
        let connected =
            Telegram::connect(&settings, &settings::Http::default(), house.app.clone(), say::profiles());
        let telegram = connected.expect("good settings").expect("a token");
        let stop = tokio_util::sync::CancellationToken::new();
        let listening = tokio::spawn(telegram.clone().listen(stop.clone()));
        let trouble = loop {
            if let Some(trouble) = telegram.health().trouble {
                break trouble;
            }
            tokio::task::yield_now().await;
        };
        assert!(trouble.contains("cannot be reached") && !trouble.contains("ZqHemlig"), "{trouble}");
        stop.cancel();
        listening.await.expect("it ends");
    }
}

#[test]
fn the_program_prints_no_token_when_it_cannot_start() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, value) in [
        ("DIGIDEL__TELEGRAM__API_URL", "not a url"),
        ("DIGIDEL__DISCORD__TOKEN", "ZqHemligDiscord"),
        ("DIGIDEL__TELEGRAM__WEBHOOK_SECRET", "ZqHemlig å"),
        ("DIGIDEL__HTTP__LISTEN", "nowhere"),
    ] {
        let ended = Command::new(env!("CARGO_BIN_EXE_digidel"))
            .args(["--no-embedding", "run"])
            .env_clear()
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "1")
            .env("DIGIDEL__DATABASE", folder.path().join("digidel.db"))
            .env("DIGIDEL__TELEGRAM__TOKEN", TOKEN)
            .env(name, value)
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let said =
            format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(!ended.status.success() && !said.is_empty(), "{name}: {said}");
        assert!(!said.contains("ZqHemlig"), "{name}: {said}");
    }
}

#[tokio::test]
async fn the_first_link_goes_to_a_terminal_and_not_to_the_journal() {
    let telegram = Server::start().await;
    let welcome = async |environment: &[(&str, &str)]| {
        let bot = Binary::start(&telegram, environment).await;
        bot.until("it has said where to click", || bot.output().contains("Stop with Ctrl-C")).await;
        bot.output()
    };
    let shown = welcome(&[]).await;
    assert!(shown.contains("/staff/invite/"), "{shown}");
    let hidden = welcome(&[("JOURNAL_STREAM", "8:12345")]).await;
    assert!(hidden.contains("digidel staff reset admin") && !hidden.contains("/staff/invite/"), "{hidden}");
}
