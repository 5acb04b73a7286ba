//! A disk that is full, read-only or broken, and a database that is damaged: the operator reads what
//! to do, the resident that it is not their fault, and it goes on by itself where that is possible.

use std::process::ExitStatus;

use super::bot::{Scene, Shim, Trouble};
use super::checker;
use super::evidence::{Evidence, Journal};
use super::kills::{at_rest, now};

/// Everything is in order in the end.
pub async fn in_order(scene: &Scene) {
    at_rest(scene).await;
    let evidence = Evidence::gather(scene, &Journal::default());
    let wrong = checker::check(&scene.database(), &evidence, now()).await;
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", scene.last_words());
}

/// The disk fails while the bot runs, and works again.
async fn fails_for_a_while(trouble: Trouble, operator_reads: &str) {
    let (scene, shim) = (Scene::open().await, Shim::build());
    let mut bot = scene.start(Some(&shim));
    scene.ready(&mut bot).await;
    let user = scene.telegram.user(1);
    user.answer_to(&user.say("hej")).await.expect("an answer");
    shim.trouble(trouble);
    user.say("bankid fungerar inte");
    user.sees("Det är ett fel hos mig").await.expect("a kind word");
    user.say("hallå?");
    scene.until("the operator is told", async || scene.said().contains(operator_reads)).await;
    assert!(!scene.telegram.pending().is_empty(), "what is not on disk is not confirmed");
    assert_eq!(bot.ended(), None, "the bot waits");
    shim.trouble(Trouble::None);
    let last = user.say("/privacy");
    scene.until("everything is handled", async || scene.telegram.pending().is_empty()).await;
    user.answer_to(&last).await.expect("an answer");
    in_order(&scene).await;
    let apologies = user.screen().of_bot().filter(|b| b.text.contains("Det är ett fel hos mig")).count();
    assert_eq!(apologies, 1, "said once\n{}", user.screen());
    scene.kill(bot);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk() {
    fails_for_a_while(Trouble::Full, "the disk of the database is full").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_becomes_read_only() {
    fails_for_a_while(Trouble::ReadOnly, "the disk of the database fails").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_breaks() {
    fails_for_a_while(Trouble::Broken, "the disk of the database fails").await;
}

/// Every write and synchronisation of a short life fails once; it goes on, and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_single_write_may_fail() {
    let (scene, shim) = (Scene::open().await, Shim::build());
    let mut bot = scene.start(Some(&shim));
    scene.ready(&mut bot).await;
    let user = scene.telegram.user(1);
    for n in 1..=super::setting("DIGIDEL_WRITES", 24) {
        shim.break_once(u32::try_from(n).expect("small"));
        for _ in 0..2 {
            let said = user.say("/privacy");
            let answer = user.answer_to(&said).await;
            answer.unwrap_or_else(|waited| panic!("write {n}: {waited}\n{}", scene.last_words()));
        }
    }
    shim.trouble(Trouble::None);
    in_order(&scene).await;
    scene.kill(bot);
}

/// How a start ends that cannot succeed, and what is said.
pub async fn start_fails(scene: &Scene, shim: Option<&Shim>) -> (ExitStatus, String) {
    let mut bot = scene.start(shim);
    let mut ended = None;
    scene
        .until("the program gives up", async || {
            ended = bot.ended();
            ended.is_some()
        })
        .await;
    (ended.expect("it ended"), scene.last_words())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_on_a_bad_disk_says_what_to_do() {
    for (trouble, says) in
        [(Trouble::Full, "is full"), (Trouble::ReadOnly, "write-protected"), (Trouble::Broken, "dmesg")]
    {
        let (scene, shim) = (Scene::open().await, Shim::build());
        shim.trouble(trouble);
        let (status, said) = start_fails(&scene, Some(&shim)).await;
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(said.contains(says), "{trouble:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_is_not_used_and_the_way_out_works() {
    let scene = Scene::open().await;
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    let user = scene.telegram.user(1);
    user.answer_to(&user.say("hej")).await.expect("an answer");
    let backup = scene.folder.path().join("backup.db");
    assert!(scene.command().arg("backup").arg(&backup).status().expect("it runs").success());
    scene.kill(bot);
    let good = std::fs::read(&backup).expect("a backup");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(scene.data().join(format!("digidel.db{suffix}")));
    }
    let noise: Vec<u8> = (0..good.len()).map(|n| u8::try_from(n * 31 % 251).expect("a byte")).collect();
    let mut middle = good.clone();
    let half = good.len() / 2;
    middle[4096..].copy_from_slice(&noise[4096..]);
    for (what, bytes) in [("noise", &noise[..]), ("cut short", &good[..half]), ("spoilt", &middle[..])] {
        std::fs::write(scene.database(), bytes).expect("written");
        let (status, said) = start_fails(&scene, None).await;
        assert_eq!(status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("digidel restore FILE"), "{what}: {said}");
        assert_eq!(std::fs::read(scene.database()).expect("the file"), bytes, "{what}: it is left as it is");
    }
    assert!(scene.command().arg("restore").arg(&backup).status().expect("it runs").success());
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    user.answer_to(&user.say("hej")).await.expect("an answer");
    scene.kill(bot);
}
