//! A request has one thread, whatever staff, owners and a bad network do while it is being opened.

use digidel::model::request::RequestStatus;

use super::*;
use crate::support::discord::Fault;

/// The threads at the desk that carry a request's identifier.
fn threads(bridge: &Bridge, desk: &Desk, request: &Request) -> Vec<Id> {
    let end = request.id.to_string();
    let all = bridge.dc.threads(desk.place).into_iter();
    all.filter(|thread| thread.name.ends_with(&end)).map(|thread| thread.id).collect()
}

async fn set_up_again(desk: &Desk) -> Tested {
    let options = [("channel", json!(desk.place.to_string())), ("role", json!(desk.role.to_string()))];
    let answer = desk.owner.slash(desk.hall, "desk setup", &options)?.message().await?;
    assert!(answer.contains("Disken är klar"), "{answer}");
    Ok(())
}

#[tokio::test]
async fn handing_a_request_to_the_desk_while_its_post_is_being_opened_opens_no_second() -> Tested {
    let folder = tempfile::tempdir()?;
    let mut bridge = Bridge::on(Store::open(&folder.path().join("digidel.db")).await?).await?;
    let desk = bridge.desk().await?;
    let slow = Duration::from_millis(150);
    let faults = [
        Fault::SlowBefore(slow),
        Fault::SlowAfter(slow),
        Fault::ResetAfter,
        Fault::StatusAfter(502),
        Fault::Status(503),
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        let who = Bridge::resident(&format!("r{n}"));
        bridge.dc.fail("POST /channels/{}/threads", 1, fault);
        bridge.asks_for_person(&who, &format!("Fråga nummer {n}")).await?;
        // Before anybody knows of the post, and in the very moment when it is asked for.
        assert_eq!(bridge.staff_does(&who, Deed::ToVolunteers).await?, Handled::Done);
        bridge
            .dc
            .until("the post is asked for", |state| {
                let asked =
                    state.log.requests.iter().filter(|r| r.route() == "POST /channels/{channel_id}/threads");
                (asked.count() > n).then_some(())
            })
            .await?;
        assert_eq!(bridge.staff_does(&who, Deed::ToVolunteers).await?, Handled::Done);
        set_up_again(&desk).await?;
        if n % 2 == 0 {
            bridge.restart().await?;
        }
        assert_eq!(bridge.staff_does(&who, Deed::ToVolunteers).await?, Handled::Done);
        bridge.quiet().await?;
        let request = bridge.request_of(&who).await?;
        assert_eq!(threads(&bridge, &desk, &request).len(), 1, "{fault:?}");
    }
    assert_eq!(bridge.dc.threads(desk.place).len(), faults.len());
    // None was opened too many and taken away again.
    assert!(bridge.dc.requests_to("DELETE /channels/{channel_id}").is_empty());
    Ok(())
}

/// The post stood and was taken, but the process died before it wrote down that it had opened it.
#[tokio::test]
async fn a_post_that_is_opened_once_more_still_shows_who_has_it() -> Tested {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("digidel.db");
    let mut bridge = Bridge::on(Store::open(&path).await?).await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    bridge.asks_for_person(&amina, "Skärmen är svart").await?;
    let post = bridge.post(&desk, 0).await?;
    bridge.quiet().await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    desk.anna.sees(post, "har tagit ärendet. Det").await?;
    bridge.quiet().await?;
    bridge.kill();
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let database = sqlx::SqlitePool::connect_with(file).await?;
    let died = "UPDATE letters SET state = 'sending', receipt = NULL, closed_at = NULL WHERE content LIKE '{\"desk\":{\"open\"%'";
    assert_eq!(sqlx::query(died).execute(&database).await?.rows_affected(), 1);
    database.close().await;
    bridge.restart().await?;
    bridge.quiet().await?;
    desk.anna.press(post, "Avsluta ärendet")?.answered().await?;
    desk.anna.sees(post, "har avslutat ärendet").await?;
    Ok(())
}

/// Random deeds around one request; afterwards it has one thread, and that is the one in use.
async fn play(seed: u64) -> Tested {
    let mut fresh = Fresh::new(seed);
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    let mut done = Vec::new();
    bridge.asks_for_person(&amina, "Skärmen är svart").await?;
    for _ in 0..8 {
        let deed = fresh.bits() % 9;
        done.push(deed);
        match deed {
            0 | 1 => drop(bridge.staff_does(&amina, Deed::ToVolunteers).await?),
            2 => drop(bridge.staff_does(&amina, Deed::Take { account: 1, name: "Karin".into() }).await?),
            3 => set_up_again(&desk).await?,
            4 => bridge.dc.fail("POST /channels/{}/threads", 1, Fault::ResetAfter),
            5 => bridge.dc.fail("POST /channels/{}/threads", 1, Fault::SlowAfter(Duration::from_millis(40))),
            6 => bridge.restart().await?,
            7 => {
                if let Some(thread) = bridge.dc.threads(desk.place).first() {
                    bridge.dc.delete_channel(thread.id);
                }
            }
            _ => bridge.quiet().await?,
        }
    }
    bridge.dc.heal();
    bridge.quiet().await?;
    bridge.staff_does(&amina, Deed::ToVolunteers).await?;
    bridge.quiet().await?;
    let request = bridge.request_of(&amina).await?;
    assert_eq!(request.status, RequestStatus::Waiting, "{seed} {done:?}");
    let standing = threads(&bridge, &desk, &request);
    assert_eq!(standing.len(), 1, "{seed} {done:?}");
    let in_use = bridge.store.followed(Platform::Discord).await?;
    assert!(in_use.iter().any(|f| f.address.id() == format!("t:{}", standing[0])), "{seed} {done:?}");
    desk.anna.press(standing[0], "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar dig").await?;
    Ok(())
}

#[tokio::test]
async fn whatever_happens_around_it_a_request_has_one_thread() -> Tested {
    let rounds = std::env::var("DIGIDEL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    for seed in 1..=rounds {
        play(seed).await?;
    }
    Ok(())
}
