//! The process dies at ten points of one conversation: no text is lost, none is read twice on
//! Discord, and the bot stays silent while a person owns the request.

use super::*;

/// How often a text stands in a thread.
fn count(bridge: &Bridge, post: Id, text: &str) -> usize {
    bridge.dc.screen(post).iter().filter(|seen| seen.contains(text)).count()
}

#[tokio::test]
async fn a_conversation_survives_ten_deaths() -> Tested {
    let folder = tempfile::tempdir()?;
    let mut bridge = Bridge::on(Store::open(&folder.path().join("digidel.db")).await?).await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    bridge.asks_for_person(&amina, "Min surfplatta vill inte starta").await?;
    // 1: while the post is being opened.
    bridge.restart().await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.sees(post, "Min surfplatta").await?;
    // 2: before anybody takes it.
    bridge.restart().await?;
    desk.anna.press(post, "Ta ärendet")?.answered().await?;
    // 3: right after it was taken.
    bridge.restart().await?;
    bridge.reads(&amina, "Humlan svarar dig här nu").await?;
    desk.anna.say(post, "ord-1")?;
    // 4: right after a text at the desk.
    bridge.restart().await?;
    bridge.reads(&amina, "ord-1").await?;
    // 5: texts at the desk while nothing runs.
    bridge.kill();
    desk.anna.say(post, "ord-2")?;
    desk.anna.say(post, "ord-3")?;
    bridge.start().await?;
    bridge.reads(&amina, "ord-3").await?;
    bridge.says(&amina, "svar-1").await?;
    // 6: right after a resident's text.
    bridge.restart().await?;
    desk.anna.sees(post, "svar-1").await?;
    bridge.says(&amina, "svar-2").await?;
    bridge.says(&amina, "svar-3").await?;
    // 7: twice in a row.
    bridge.restart().await?;
    bridge.restart().await?;
    desk.anna.sees(post, "svar-3").await?;
    desk.anna.say(post, "ord-4")?;
    tokio::time::sleep(Duration::from_millis(15)).await;
    // 8: in the middle of a delivery.
    bridge.restart().await?;
    bridge.reads(&amina, "ord-4").await?;
    desk.anna.sees(post, "Släpp ärendet").await?;
    desk.anna.press(post, "Släpp ärendet")?.answered().await?;
    // 9: while it is let go.
    bridge.restart().await?;
    bridge.reads(&amina, "väntar på någon annan").await?;
    bridge.dc.until_seen(post, "**Humlan** har släppt").await?;
    desk.bo.sees(post, "Ta ärendet").await?;
    desk.bo.press(post, "Ta ärendet")?.message().await?;
    desk.bo.say(post, "ord-5")?;
    bridge.reads(&amina, "Biet: ord-5").await?;
    desk.bo.sees(post, "Avsluta ärendet").await?;
    desk.bo.press(post, "Avsluta ärendet")?.answered().await?;
    // 10: while it is resolved.
    bridge.restart().await?;
    bridge.reads(&amina, "Biet har avslutat samtalet").await?;
    bridge.taps(&amina, "★★★★★").await?;
    bridge.dc.until_seen(post, "gav 5 av 5").await?;

    let screen: Vec<String> = bridge.screen(&amina).into_iter().map(|s| s.text).collect();
    let relayed: Vec<&str> = screen
        .iter()
        .filter_map(|t| t.split_once(": ").map(|(_, t)| t))
        .filter(|t| t.starts_with("ord-"))
        .collect();
    assert_eq!(relayed, ["ord-1", "ord-2", "ord-3", "ord-4", "ord-5"], "{screen:#?}");
    for text in ["svar-1", "svar-2", "svar-3", "**Humlan** har släppt", "gav 5 av 5"] {
        assert_eq!(count(&bridge, post, text), 1, "{text}");
    }
    assert_eq!(bridge.dc.threads(desk.place).len(), 1);
    let taken = screen.iter().position(|t| t.contains("Humlan svarar dig här nu")).unwrap_or_default();
    let freed = screen.iter().position(|t| t.contains("väntar på någon annan")).unwrap_or_default();
    let between: Vec<&String> =
        screen[taken + 1..freed].iter().filter(|t| !t.starts_with("Humlan: ")).collect();
    assert!(between.is_empty(), "the bot spoke: {between:#?}");
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_opens_no_second_post_and_sends_no_text_twice() -> Tested {
    use crate::support::discord::Fault;
    let folder = tempfile::tempdir()?;
    let mut bridge = Bridge::on(Store::open(&folder.path().join("digidel.db")).await?).await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    bridge.dc.fail("POST /channels/{}/threads", 1, Fault::ResetAfter);
    bridge.asks_for_person(&amina, "Hur skriver jag ut?").await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.dc.fail("POST /channels/{}/messages", 1, Fault::ResetAfter);
    bridge.says(&amina, "svar-1").await?;
    bridge.dc.fail("POST /channels/{}/messages", 1, Fault::StatusAfter(502));
    bridge.says(&amina, "svar-2").await?;
    desk.anna.sees(post, "svar-2").await?;
    bridge.says(&amina, "svar-3").await?;
    desk.anna.sees(post, "svar-3").await?;
    assert_eq!((count(&bridge, post, "svar-1"), count(&bridge, post, "svar-2")), (1, 1));
    assert_eq!(bridge.dc.threads(desk.place).len(), 1);
    // A gateway that drops an event brings it when the session is resumed, or it is read.
    bridge.dc.drop_gateway_at("MESSAGE_CREATE", crate::support::discord::Moment::Before);
    desk.anna.say(post, "ord-1")?;
    bridge.reads(&amina, "ord-1").await?;
    bridge.dc.drop_gateway();
    bridge.dc.forget_sessions();
    desk.anna.say(post, "ord-2")?;
    bridge.reads(&amina, "ord-2").await?;
    Ok(())
}
