//! What the desk loses, and who is out of reach: no request is lost with it, and whoever must know is
//! told.

use digidel::outbox::SendError;

use super::*;

/// A request that Anna has taken.
async fn taken(
    bridge: &mut Bridge,
    desk: &Desk,
    who: &Address,
    matter: &str,
) -> Result<Id, Box<dyn std::error::Error>> {
    bridge.asks_for_person(who, matter).await?;
    let all = desk.place;
    let post = bridge
        .dc
        .until("the post stands", |state| {
            let posts = state.channels.values().filter(|c| c.parent == Some(all));
            posts.into_iter().find(|c| c.messages.values().any(|m| m.content.contains(matter))).map(|c| c.id)
        })
        .await?;
    bridge.quiet().await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(who, "Humlan svarar dig här nu").await?;
    Ok(post)
}

#[tokio::test]
async fn a_bot_that_is_thrown_out_gives_its_requests_back() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let (amina, cem) = (Bridge::resident("amina"), Bridge::resident("cem"));
    taken(&mut bridge, &desk, &amina, "Skärmen är svart").await?;
    bridge.asks_for_person(&cem, "Ljudet är borta").await?;
    bridge.quiet().await?;
    bridge.dc.kick_bot(desk.guild);
    bridge.reads(&amina, "väntar på någon annan").await?;
    bridge.staff_are_told("requeued", 2).await?;
    bridge.staff_are_told("desk_lost", 1).await?;
    assert!(!bridge.store.has_desk().await?);
    // The bot is no longer silent, and nobody is promised a volunteer.
    bridge.says(&amina, "Vad är Swish?").await?;
    bridge.reads(&amina, "Swish").await?;
    // Another guild takes over whoever waits.
    let again = bridge.desk().await?;
    bridge.quiet().await?;
    let posts = bridge.dc.threads(again.place);
    assert_eq!(posts.len(), 2);
    for post in posts {
        again.anna.press(post.id, "Ta ärendet")?.message().await?;
    }
    bridge.quiet().await?;
    let count = |who| bridge.screen(who).iter().filter(|s| s.text.contains("Humlan svarar dig")).count();
    assert_eq!((count(&amina), count(&cem)), (2, 1));
    Ok(())
}

#[tokio::test]
async fn a_deleted_role_frees_requests_that_a_new_role_takes_in_the_same_threads() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    let post = taken(&mut bridge, &desk, &amina, "Skärmen är svart").await?;
    bridge.dc.delete_role(desk.guild, desk.role);
    bridge.reads(&amina, "väntar på någon annan").await?;
    bridge.staff_are_told("requeued", 1).await?;
    bridge.staff_are_told("desk_lost", 1).await?;
    desk.anna.sees(post, "Väntar på någon").await?;
    let refused = desk.anna.press(post, "Ta ärendet")?.message().await?;
    assert!(refused.contains("Bara volontärerna"), "{refused}");

    let role = bridge.dc.role(desk.guild, "hjälpare", 0);
    desk.bo.set_role(desk.guild, role, true);
    let options = [("channel", json!(desk.place.to_string())), ("role", json!(role.to_string()))];
    desk.owner.slash(desk.hall, "desk setup", &options)?.message().await?;
    desk.bo.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Biet svarar dig här nu").await?;
    bridge.quiet().await?;
    assert_eq!(bridge.dc.threads(desk.place).len(), 1);
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn a_desk_that_moves_to_another_server_takes_its_requests_along() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    let old = taken(&mut bridge, &desk, &amina, "Skärmen är svart").await?;
    bridge.dc.delete_role(desk.guild, desk.role);
    bridge.reads(&amina, "väntar på någon annan").await?;
    // Nobody can take it in the old thread any more: it goes, and a new one comes.
    let again = bridge.desk().await?;
    bridge.quiet().await?;
    let post = bridge.post(&again, 0).await?;
    again.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.quiet().await?;
    assert!(!bridge.dc.look(|state| state.channels.contains_key(&old)), "the old thread is gone");
    Ok(())
}

#[tokio::test]
async fn a_deleted_forum_and_a_thread_deleted_meanwhile_send_requests_back() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let (amina, cem) = (Bridge::resident("amina"), Bridge::resident("cem"));
    let post = taken(&mut bridge, &desk, &amina, "Skärmen är svart").await?;
    // A thread that goes while nobody listens.
    bridge.kill();
    bridge.dc.delete_channel(post);
    bridge.start().await?;
    bridge.reads(&amina, "väntar på någon annan").await?;
    bridge.staff_are_told("requeued", 1).await?;
    bridge.quiet().await?;
    assert_eq!(bridge.dc.threads(desk.place).len(), 1);
    // The whole forum, before everybody's eyes.
    taken(&mut bridge, &desk, &cem, "Ljudet är borta").await?;
    bridge.dc.delete_channel(desk.place);
    bridge.reads(&cem, "väntar på någon annan").await?;
    bridge.staff_are_told("requeued", 3).await?;
    bridge.staff_are_told("desk_lost", 1).await?;
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn a_volunteer_without_the_role_loses_the_request_with_the_next_thing_they_do() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    let post = taken(&mut bridge, &desk, &amina, "Skärmen är svart").await?;
    desk.anna.set_role(desk.guild, desk.role, false);
    desk.anna.sees(post, "Avsluta ärendet").await?;
    let refused = desk.anna.press(post, "Avsluta ärendet")?.message().await?;
    assert!(refused.contains("Bara volontärerna"), "{refused}");
    bridge.reads(&amina, "väntar på någon annan").await?;
    bridge.staff_are_told("requeued", 1).await?;
    desk.bo.sees(post, "inte längre volontär här").await?;
    // What she writes now goes nowhere, and Bo may take it.
    desk.anna.say(post, "hemligt-1")?;
    desk.bo.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Biet svarar").await?;
    assert!(!bridge.screen(&amina).iter().any(|shown| shown.text.contains("hemligt")));
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn the_desk_is_told_when_a_resident_cannot_be_reached() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    let post = taken(&mut bridge, &desk, &amina, "Skärmen är svart").await?;
    bridge.phones.refuse(&amina, Some(SendError::Refused("too strange".into())));
    desk.anna.say(post, "ord-1")?;
    desk.anna.sees(post, "Ett svar kom inte fram").await?;
    bridge.phones.refuse(&amina, Some(SendError::Unknown));
    desk.anna.say(post, "ord-2")?;
    bridge.quiet().await?;
    desk.anna.sees(post, "Jag vet inte om det senaste svaret kom fram").await?;
    bridge.phones.refuse(&amina, Some(SendError::Gone));
    desk.anna.say(post, "ord-3")?;
    desk.anna.sees(post, "Det kom inte fram. Den som frågade har stängt chatten").await?;
    // She opens it again: the same conversation goes on.
    bridge.phones.refuse(&amina, None);
    bridge.says(&amina, "Nu är jag här igen").await?;
    desk.anna.sees(post, "Nu är jag här igen").await?;
    desk.anna.say(post, "ord-4")?;
    bridge.reads(&amina, "ord-4").await?;
    for told in ["Ett svar kom inte fram", "Jag vet inte om det senaste", "Det kom inte fram."] {
        assert_eq!(bridge.dc.screen(post).iter().filter(|seen| seen.contains(told)).count(), 1, "{told}");
    }
    // Her platform says that she has left: the request ends, and the post says why.
    bridge.does(&amina, Input::Gone, None).await?;
    desk.anna.sees(post, "går inte att nå längre").await?;
    desk.anna.sees(post, "Avslutat.").await?;
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn a_resident_on_discord_who_closes_direct_messages_is_out_of_reach_too() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let sten = bridge.dc.person("Sten");
    sten.join(desk.guild, &[]);
    let dm = sten.dm();
    sten.slash(dm, "person", &[])?.message().await?;
    sten.sees(dm, "Skriv kort vad en människa").await?;
    sten.say(dm, "Skärmen är svart")?;
    sten.sees(dm, "Ja, skicka frågan").await?;
    sten.press(dm, "Ja, skicka frågan")?.answered().await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    sten.sees(dm, "svarar dig här nu").await?;
    sten.close_dms(true);
    desk.anna.say(post, "ord-1")?;
    desk.anna.sees(post, "Det kom inte fram").await?;
    Ok(())
}

#[tokio::test]
async fn a_post_that_cannot_be_opened_is_told_to_staff_and_tried_again() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let cap = |bridge: &Bridge, cap| {
        bridge.dc.change(|state| {
            if let Some(guild) = state.guilds.get_mut(&desk.guild) {
                guild.thread_cap = cap;
            }
        });
    };
    cap(&bridge, 0);
    let amina = Bridge::resident("amina");
    bridge.asks_for_person(&amina, "Skärmen är svart").await?;
    bridge.staff_are_told("requeued", 1).await?;
    cap(&bridge, 1_000);
    bridge.later(16);
    bridge.reads(&amina, "Ingen har tagit din fråga än").await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar").await?;
    Ok(())
}
