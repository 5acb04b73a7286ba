//! A request on its way: from a resident's telephone to the desk, to its end.

use super::*;

#[tokio::test]
async fn a_request_is_taken_answered_released_taken_again_and_resolved() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    bridge.asks_for_person(&amina, "Jag kommer inte in på mitt BankID, ring 070-123 45 67").await?;
    bridge.reads(&amina, "Du är först i kön").await?;
    let post = bridge.post(&desk, 0).await?;
    let head = desk.anna.sees(post, "kommer inte in").await?;
    assert!(head.contains("Ta ärendet") && !head.contains("070"), "{head}");

    let took = desk.anna.press(post, "Ta ärendet")?.message().await?;
    assert!(took.contains("Ärendet är ditt") && took.only_for.is_some(), "{took}");
    bridge.reads(&amina, "Humlan svarar dig här nu").await?;
    desk.anna.sees(post, "Släpp ärendet").await?;

    let hello = desk.anna.say(post, "Hej! Vilken telefon har du?\n// han verkar stressad")?;
    bridge.reads(&amina, "Humlan: Hej! Vilken telefon har du?").await?;
    desk.anna.edit(post, hello, "Hej! Vilken telefon har du? iPhone?")?;
    bridge.reads(&amina, "iPhone?").await?;
    bridge.says(&amina, "Ja, en iPhone. Mitt nummer är 0701234567").await?;
    desk.anna.sees(post, "en iPhone").await?;

    desk.anna.press(post, "Släpp ärendet")?.message().await?;
    bridge.reads(&amina, "väntar på någon annan").await?;
    let released = desk.bo.sees(post, "Väntar på någon").await?;
    assert!(released.contains("Ta ärendet"));
    desk.bo.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Biet svarar dig här nu").await?;
    desk.anna.say(post, "Det här är bara för oss")?;
    desk.bo.say(post, "Hej, jag tar över.")?;
    bridge.reads(&amina, "Biet: Hej, jag tar över.").await?;

    desk.bo.press(post, "Avsluta ärendet")?.message().await?;
    bridge.reads(&amina, "har avslutat samtalet").await?;
    bridge.taps(&amina, "★★★★").await?;
    desk.bo.sees(post, "gav 4 av 5").await?;
    desk.bo.sees(post, "Svaret är värt att spara").await?;
    let kept = desk.bo.press(post, "Svaret är värt att spara")?.message().await?;
    assert!(kept.contains("förslag"), "{kept}");
    let proposals = bridge.store.open_proposals().await?;
    assert!(proposals.len() == 1 && proposals[0].answer.contains("jag tar över"), "{proposals:?}");

    let screen: Vec<String> = bridge.screen(&amina).into_iter().map(|s| s.text).collect();
    for secret in ["stressad", "bara för oss", "Andersson", "Berg"] {
        assert!(!screen.iter().any(|text| text.contains(secret)), "{screen:#?}");
    }
    for seen in bridge.dc.screen(post) {
        assert!(!seen.contains("070") && !seen.contains("amina"), "{seen}");
    }
    bridge.dc.clean()?;
    Ok(())
}
