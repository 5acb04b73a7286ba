//! A clock that jumps: nobody waits for an hour that has gone, and the operator is told.

use digidel::model::chat::{Address, Platform};
use digidel::model::time::{later, to_millis};
use digidel::store::Store;

use super::bot::{Scene, Shim};
use super::kills::{at_rest, now};
use crate::support::house::{House, MONDAY, instant};

const DAY: i64 = 86_400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_holds_up_no_answer() {
    let (scene, shim) = (Scene::open().await, Shim::build());
    let mut bot = scene.start(Some(&shim));
    scene.ready(&mut bot).await;
    let user = scene.telegram.user(1);
    user.answer_to(&user.say("hej")).await.expect("an answer");
    // A letter that is to be tried again soon; "soon" is by a clock that is a day ahead.
    shim.clock(DAY);
    user.answer_to(&user.say("/help")).await.expect("an answer");
    scene.telegram.outage(true);
    scene.telegram.outage(false);
    scene.telegram.fault(
        crate::support::telegram::When::next("sendMessage"),
        crate::support::telegram::Fault::Html(502),
    );
    let said = user.say("/privacy");
    scene.until("it is tried", async || scene.telegram.faults_waiting() == 0).await;
    shim.clock(0);
    user.answer_to(&said).await.expect("an answer, without a day's wait");
    scene
        .until("the operator is told", async || {
            scene.said().contains("the clock of this computer was set back")
        })
        .await;
    shim.clock(400 * DAY);
    user.answer_to(&user.say("hej")).await.expect("an answer in another year");
    shim.clock(0);
    user.answer_to(&user.say("hej")).await.expect("an answer back in this one");
    at_rest(&scene).await;
    assert!(now() > 0);
    scene.kill(bot);
}

#[tokio::test]
async fn what_was_to_be_tried_again_in_a_wrong_future_is_tried_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = House::on(Store::open(&folder.path().join("digidel.db")).await.expect("a database"));
    let rut = Address::new(Platform::Telegram, "rut");
    house.set_clock(later(instant(MONDAY), 365 * DAY));
    let incoming = house.incoming(&rut, Some("sv"), digidel::model::event::Input::Text("hej".into()));
    house.app.handle(incoming).await.expect("a turn");
    house.set_clock(instant(MONDAY));
    house.deliver().await;
    assert!(house.read().is_empty(), "by the clock it is of next year");
    house.restart().await;
    house.deliver().await;
    assert_eq!(house.read().len(), 1, "a start puts that right");
    assert_eq!(house.store.next_due().await.expect("the database answers").map(to_millis), None);
}
