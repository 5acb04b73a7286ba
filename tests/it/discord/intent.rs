//! A Discord that does not let the bot read what is not said to it: its portal's switch for the
//! message content intent is off.

use super::*;

#[tokio::test]
async fn without_the_intent_volunteers_answer_by_form_mention_and_reply() -> Tested {
    let dc = Server::start().await?;
    dc.change(|state| state.reads_content = false);
    let mut bridge = Bridge::on_disk(dc).await?;
    let desk = bridge.desk().await?;
    // Whoever sets the desk up is told what works then.
    let options = [("channel", json!(desk.place.to_string())), ("role", json!(desk.role.to_string()))];
    let told = desk.owner.slash(desk.hall, "desk setup", &options)?.message().await?;
    assert!(told.contains("Message Content Intent") && told.contains("”Svara”"), "{told}");

    let amina = Bridge::resident("amina");
    bridge.asks_for_person(&amina, "Skrivaren blinkar rött").await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar").await?;
    // Texts arrive empty. She is told once which ways there are, also over a restart.
    desk.anna.say(post, "ett-ord")?;
    let how = desk.anna.sees(post, "Jag får inte läsa det du skriver").await?;
    desk.anna.say(post, "två-ord")?;
    bridge.kill();
    desk.anna.say(post, "tre-ord")?;
    bridge.start().await?;

    let form = desk.anna.press(post, "Svara")?;
    desk.anna.submit(&form, &[("text", "Med formuläret")]).await?.message().await?;
    bridge.reads(&amina, "Humlan: Med formuläret").await?;
    desk.anna.mention_bot(post, "Genom att nämna boten")?;
    bridge.reads(&amina, "Humlan: Genom att nämna boten").await?;
    desk.anna.reply(post, how.id, "Som svar till boten")?;
    bridge.reads(&amina, "Humlan: Som svar till boten").await?;
    bridge.says(&amina, "Tack, nu lyser den grönt").await?;
    desk.anna.sees(post, "nu lyser den grönt").await?;
    bridge.quiet().await?;
    let thread = bridge.dc.screen(post);
    assert_eq!(thread.iter().filter(|seen| seen.contains("Jag får inte läsa")).count(), 1);
    assert!(!bridge.screen(&amina).iter().any(|shown| shown.text.contains("-ord")));

    // Direct messages are read all the same.
    let sten = bridge.dc.person("Sten");
    sten.join(desk.guild, &[]);
    let dm = sten.dm();
    sten.say(dm, "Vad är Swish?")?;
    sten.sees(dm, "Swish").await?;
    // The one thing that was wrong is what the bot had to try to find out.
    for wrong in bridge.dc.violations() {
        assert!(wrong.to_string().contains("disallowed intents"), "{wrong}");
    }
    Ok(())
}
