//! Slash commands, buttons, forms and direct messages of residents.

use super::*;
use crate::support::discord::{Callback, Fault, Place};

#[tokio::test]
async fn a_question_in_a_guild_is_answered_for_the_person_alone() -> Tested {
    let bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let channel = bridge.dc.text_channel(guild, "allmänt");
    let (amina, berit) = (bridge.dc.person("Amina"), bridge.dc.person("Berit"));
    amina.join(guild, &[]);
    berit.join(guild, &[]);
    // In Swedish the command has a Swedish name.
    let asked = amina.slash(channel, "fråga", &[("question", json!("Hur skaffar jag BankID?"))])?;
    assert_eq!(asked.answered().await?, Callback::Deferred);
    let answer = asked.message().await?;
    assert!(answer.contains("BankID") && answer.only_for.as_deref() == Some("Amina"), "{answer}");
    assert!(berit.screen(channel).is_empty());
    // Free text goes through a form, as all would read it in the channel.
    let form = amina.press(channel, "Skriv här")?;
    let sent = amina.submit(&form, &[("text", "Motala")]).await?;
    let near = sent.message().await?;
    assert!(near.contains("Testcentret i Motala") && near.only_for.is_some(), "{near}");
    // A button makes the message's buttons grey, and the answer comes in its place or below.
    let pressed = amina.press(channel, "Byt språk / Language");
    assert!(pressed.is_err() || pressed?.answered().await? == Callback::Updated);
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn direct_messages_and_mentions_are_answered() -> Tested {
    let bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let channel = bridge.dc.text_channel(guild, "allmänt");
    let amina = bridge.dc.person("Amina");
    amina.join(guild, &[]);
    let dm = amina.dm();
    amina.say(dm, "hej")?;
    amina.sees(dm, "Digidel").await?;
    let menu = amina.sees(dm, "Byt språk / Language").await?;
    let pressed = amina.press(dm, "Byt språk / Language")?;
    assert_eq!(pressed.answered().await?, Callback::Updated);
    amina.sees(dm, "Choose a language").await?;
    amina.press(dm, "English")?.answered().await?;
    amina.sees(dm, "I now write in English").await?;
    assert!(amina.press_on(dm, Some(menu.id), "Ställ en fråga").is_err());

    amina.say(channel, "Det här är inte till boten")?;
    let asked = amina.mention_bot(channel, "Vad är Swish?")?;
    let answer = bridge.dc.until_seen(channel, "Swish").await?;
    let answer = if answer.id == asked { amina.sees(channel, "Swish ").await? } else { answer };
    assert!(answer.id == asked || answer.reply_to == Some(asked), "{answer}");
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn places_are_suggested_and_commands_registered_once() -> Tested {
    let mut bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let channel = bridge.dc.text_channel(guild, "allmänt");
    let amina = bridge.dc.person("Amina");
    amina.join(guild, &[]);
    let places = amina.types(channel, "centre", "place", "Mota").await?;
    assert!(places.iter().any(|(name, _)| name == "Motala"), "{places:?}");
    let found = amina.slash(channel, "centre", &[("place", json!("Motala"))])?.message().await?;
    assert!(found.contains("Testcentret i Motala"), "{found}");
    bridge.restart().await?;
    amina.slash(channel, "help", &[])?.message().await?;
    assert_eq!(bridge.dc.requests_to("PUT /applications/{application_id}/commands").len(), 1);
    // In somebody else's conversation, where the bot is not.
    amina.install(true);
    let there = amina.slash(Place::Elsewhere, "help", &[])?.message().await?;
    assert!(there.only_for.is_some(), "{there}");
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn an_answer_that_comes_too_late_comes_as_a_message() -> Tested {
    let bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let channel = bridge.dc.text_channel(guild, "allmänt");
    let amina = bridge.dc.person("Amina");
    amina.join(guild, &[]);
    bridge.dc.fail("PATCH /webhooks/{}/{}/messages/@original", 1, Fault::RateLimit(Duration::from_mins(20)));
    let asked = amina.slash(channel, "help", &[])?;
    asked.answered().await?;
    bridge.dc.until_requests("PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original", 1).await?;
    bridge.dc.advance(Duration::from_mins(21));
    bridge.later(21);
    let dm = amina.dm();
    amina.sees(dm, "Så här använder du mig").await?;
    // A callback whose first try is lost is made again in time.
    bridge.dc.fail("POST /interactions/{}/{}/callback", 1, Fault::ResetBefore);
    amina.slash(channel, "help", &[])?.message().await?;
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn forgetting_takes_away_what_the_bot_wrote() -> Tested {
    let bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let amina = bridge.dc.person("Amina");
    amina.join(guild, &[]);
    let dm = amina.dm();
    amina.say(dm, "hej")?;
    amina.sees(dm, "Digidel").await?;
    // Answers to a button come in place of what was there, or below; both go.
    amina.press(dm, "Byt språk / Language")?.answered().await?;
    amina.sees(dm, "Choose a language").await?;
    amina.slash(dm, "glöm", &[])?.answered().await?;
    amina.sees(dm, "Vill du radera allt").await?;
    amina.press(dm, "Ja, radera allt")?.answered().await?;
    let goodbye = amina.sees(dm, "raderas nu").await?;
    assert!(goodbye.contains("I Discord tar jag bort"), "{goodbye}");
    let left = |state: &State| {
        let seen = crate::support::discord::screen::screen(state, dm);
        seen.iter().all(|m| !m.by_bot || m.contains("raderas nu")).then_some(seen.len())
    };
    // Her own word, which no bot may delete, and the goodbye.
    assert_eq!(bridge.dc.until("only the goodbye is left", left).await?, 2);
    bridge.dc.clean()?;
    Ok(())
}
