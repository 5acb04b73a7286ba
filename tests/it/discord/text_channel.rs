//! A desk in a text channel: each request is a thread there, its whole life long.

use super::*;

/// Waits until a thread sleeps, or is awake.
async fn sleeps(bridge: &Bridge, thread: Id, asleep: bool) -> Tested {
    let is = |state: &State| (state.channels.get(&thread)?.archived == asleep).then_some(());
    Ok(bridge.dc.until("the thread sleeps or wakes", is).await?)
}

#[tokio::test]
async fn a_request_lives_and_ends_in_a_thread_of_a_text_channel() -> Tested {
    let mut bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let channel = bridge.dc.text_channel(guild, "disken");
    let desk = bridge.desk_in(guild, channel).await?;
    let amina = Bridge::resident("amina");
    bridge.says(&amina, "Hur skaffar jag BankID?").await?;
    bridge.asks_for_person(&amina, "Jag förstår inte svaret om BankID").await?;
    let post = bridge.post(&desk, 0).await?;
    let head = desk.anna.sees(post, "Ta ärendet").await?;
    assert!(head.contains("förstår inte svaret") && head.id != post, "{head}");
    // What was said before stands below it.
    desk.anna.sees(post, "Hur skaffar jag BankID").await?;

    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar dig här nu").await?;
    let hello = desk.anna.say(post, "Vilken bank har du?\n// bara för oss")?;
    bridge.reads(&amina, "Humlan: Vilken bank har du?").await?;
    desk.anna.edit(post, hello, "Vilken bank har du nu?")?;
    bridge.reads(&amina, "har du nu?").await?;
    bridge.says(&amina, "Swedbank").await?;
    desk.anna.sees(post, "Swedbank").await?;

    // Asleep for a week, it wakes with a text from either side.
    bridge.dc.archive(post, true);
    bridge.says(&amina, "Är du kvar?").await?;
    desk.anna.sees(post, "Är du kvar?").await?;
    sleeps(&bridge, post, false).await?;
    bridge.dc.archive(post, true);
    desk.anna.say(post, "Ja, här är jag")?;
    bridge.reads(&amina, "här är jag").await?;
    // So it does for a change of what stands there.
    bridge.dc.archive(post, true);
    desk.anna.press(post, "Släpp ärendet")?.answered().await?;
    bridge.reads(&amina, "väntar på någon annan").await?;
    desk.bo.sees(post, "Ta ärendet").await?;
    desk.bo.press(post, "Ta ärendet")?.message().await?;
    desk.bo.sees(post, "Avsluta ärendet").await?;
    desk.bo.press(post, "Avsluta ärendet")?.message().await?;
    bridge.reads(&amina, "har avslutat samtalet").await?;
    sleeps(&bridge, post, true).await?;
    bridge.taps(&amina, "★★★").await?;
    desk.bo.sees(post, "gav 3 av 5").await?;
    bridge.quiet().await?;
    sleeps(&bridge, post, true).await?;
    let head = bridge.dc.screen(post).into_iter().find(|seen| seen.id == head.id);
    assert!(head.as_ref().is_some_and(|seen| seen.contains("Avslutat.")), "{head:?}");
    assert_eq!(bridge.dc.threads(channel).len(), 1);
    assert!(!bridge.screen(&amina).iter().any(|shown| shown.text.contains("bara för oss")));
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_opens_no_second_thread_in_a_text_channel() -> Tested {
    use crate::support::discord::Fault;
    let mut bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let channel = bridge.dc.text_channel(guild, "disken");
    let desk = bridge.desk_in(guild, channel).await?;
    // The thread stands, but nobody heard of it; then the first message is lost too.
    bridge.dc.fail("POST /channels/{}/threads", 1, Fault::ResetAfter);
    bridge.dc.fail("POST /channels/{}/messages", 1, Fault::ResetAfter);
    let amina = Bridge::resident("amina");
    bridge.asks_for_person(&amina, "Hur skriver jag ut?").await?;
    bridge.quiet().await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar").await?;
    assert_eq!(bridge.dc.threads(channel).len(), 1);
    let heads = bridge.dc.screen(post).iter().filter(|seen| seen.contains("Hur skriver jag ut?")).count();
    assert_eq!(heads, 1);
    Ok(())
}
