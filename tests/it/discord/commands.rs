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
    // A button on the answer to a form makes the message's buttons grey, and the answer comes in its
    // place or below.
    let label = near.labels().first().map(|label| (*label).to_owned()).ok_or("nothing to press")?;
    assert_eq!(amina.press(channel, &label)?.answered().await?, Callback::Updated);
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

#[tokio::test]
async fn every_command_has_its_names_its_places_and_its_installations() -> Tested {
    let bridge = Bridge::open().await?;
    let sent = bridge.dc.requests_to("PUT /applications/{application_id}/commands");
    let commands = sent[0].body.as_array().cloned().unwrap_or_default();
    let named = |name: &str| commands.iter().find(|c| c["name"] == name).cloned().unwrap_or_default();
    let residents = [
        ("ask", "fråga"),
        ("centre", "center"),
        ("book", "boka"),
        ("visits", "besök"),
        ("person", "person"),
        ("language", "språk"),
        ("mydata", "minadata"),
        ("forget", "glöm"),
        ("privacy", "integritet"),
        ("help", "hjälp"),
    ];
    for (name, swedish) in residents {
        let command = named(name);
        assert_eq!(command["name_localizations"]["sv-SE"], swedish, "{name}");
        // In guilds, with the bot, and anywhere else for whoever has installed it for themselves.
        assert_eq!(command["contexts"], json!([0, 1, 2]), "{name}");
        assert_eq!(command["integration_types"], json!([0, 1]), "{name}");
    }
    let mut texts = Vec::new();
    gather(&json!(commands), &mut texts);
    assert!(texts.len() > 20);
    for thing in texts {
        for field in ["name", "description"] {
            let translated = &thing[format!("{field}_localizations")];
            for locale in ["sv-SE", "fi", "pl", "uk"] {
                assert!(
                    translated[locale].as_str().is_some_and(|text| !text.is_empty()),
                    "{locale}: {thing}"
                );
            }
        }
    }
    for name in ["centre", "book"] {
        assert_eq!(named(name)["options"][0]["autocomplete"], true, "{name}");
    }
    assert_eq!(named("ask")["options"][0]["required"], true);
    // The desk is a matter of guilds, and so is answering what others wrote there.
    let (desk, advise) = (named("desk"), named("Suggest an answer"));
    assert_eq!((&desk["type"], &advise["type"]), (&json!(1), &json!(3)));
    for command in [&desk, &advise] {
        assert_eq!(command["contexts"], json!([0]), "{command}");
        assert_eq!(command["integration_types"], json!([0]), "{command}");
    }
    assert_eq!(advise["name_localizations"]["sv-SE"], "Föreslå ett svar");
    bridge.dc.clean()?;
    Ok(())
}

/// Everything that has a description: commands and options, however deep.
fn gather(json: &serde_json::Value, found: &mut Vec<serde_json::Value>) {
    match json {
        serde_json::Value::Object(fields) => {
            if fields.contains_key("description") {
                found.push(json.clone());
            }
            fields.values().for_each(|one| gather(one, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|one| gather(one, found)),
        _ => {}
    }
}
