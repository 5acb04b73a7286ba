//! Every call of a day on Telegram, and of a case at the desk, fails once in each way there is; nothing
//! is lost, and everything comes to rest.
//!
//! `DIGIDEL_CALLS=1` adds the calls that are answered too late, which take half a minute each.

use std::time::Duration;

use digidel::model::id::Fresh;

use super::bot::Scene;
use super::checker;
use super::desk::{Desk, case};
use super::evidence::{Evidence, Journal};
use super::kills::{at_rest, now};
use super::setting;
use crate::support::{discord, telegram};

/// Longer than the bot waits for any answer.
const TOO_LATE: Duration = Duration::from_secs(22);

async fn in_order(scene: &Scene, journal: &Journal) {
    at_rest(scene).await;
    let evidence = Evidence::gather(scene, journal);
    let wrong = checker::check(&scene.database(), &evidence, now()).await;
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", scene.last_words());
}

/// One person's day; the first or the second call that follows from each deed fails.
async fn day(user: telegram::User, fault: telegram::Fault) {
    const DAY: [&str; 6] = ["hej", "bankid fungerar inte", "591 32", "/start motala", "/visits", "/privacy"];
    for skip in [0, 1] {
        for line in DAY {
            let when = telegram::When::any().chat(user.id()).after(skip);
            user.server().fault(when, fault.clone());
            let said = user.say(line);
            user.answer_to(&said).await.expect("an answer");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_of_telegram_may_fail() {
    use telegram::{Fault, When};
    let scene = Scene::open().await;
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    let mut faults = vec![
        Fault::RetryAfter(1),
        Fault::Html(502),
        Fault::HtmlAfter(504),
        Fault::Refuse(500, "Internal Server Error".to_owned()),
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Malformed,
    ];
    if setting("DIGIDEL_CALLS", 0) > 0 {
        faults.extend([Fault::DelayBefore(TOO_LATE), Fault::DelayAfter(TOO_LATE)]);
    }
    for (n, fault) in faults.iter().enumerate() {
        scene.telegram.fault(When::nth("getUpdates", 2 + 2 * n), fault.clone());
    }
    let days = faults.into_iter().zip(1..).map(|(fault, id)| day(scene.telegram.user(id), fault));
    futures_util::future::join_all(days).await;
    in_order(&scene, &Journal::default()).await;
    scene.kill(bot);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_of_discord_may_fail() {
    use discord::Fault;
    const ROUTES: [&str; 7] = [
        "POST /channels/{}/threads",
        "POST /channels/{}/messages",
        "PATCH /channels/{}/messages/{}",
        "PATCH /channels/{}",
        "GET /channels/{}",
        "POST /interactions/{}/{}/callback",
        "PATCH /webhooks/{}/{}/messages/@original",
    ];
    let scene = Scene::open().await;
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    let desk = Desk::set_up(&scene).await.expect("a desk");
    let (journal, mut fresh) = (Journal::default(), Fresh::new(setting("DIGIDEL_SEED", 4)));
    let user = scene.telegram.user(1);
    let mut faults = vec![Fault::Status(502), Fault::StatusAfter(502), Fault::ResetBefore, Fault::ResetAfter];
    if setting("DIGIDEL_CALLS", 0) > 0 {
        faults.extend([Fault::SlowBefore(TOO_LATE), Fault::SlowAfter(TOO_LATE)]);
    }
    for fault in faults {
        for route in ROUTES {
            scene.discord.fail(route, 1, fault);
        }
        case(&user, &desk, &journal, &mut fresh).await.expect("a case");
        scene.discord.heal();
    }
    in_order(&scene, &journal).await;
    scene.kill(bot);
}
