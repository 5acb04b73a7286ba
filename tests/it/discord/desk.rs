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

    desk.bo.sees(post, "Avsluta ärendet").await?;
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

#[tokio::test]
async fn waiting_is_honest_and_silence_frees_a_request() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let (amina, cem) = (Bridge::resident("amina"), Bridge::resident("cem"));
    bridge.asks_for_person(&amina, "Min mejl är full").await?;
    bridge.reads(&amina, "Jag vet inte när volontärerna är här").await?;
    let post = bridge.post(&desk, 0).await?;
    bridge.later(1);
    bridge.asks_for_person(&cem, "Swish fungerar inte").await?;
    bridge.reads(&cem, "Du är nummer 2 i kön").await?;
    bridge.later(16);
    bridge.reads(&amina, "Ingen har tagit din fråga än").await?;
    desk.anna.sees(post, "Någon har väntat här i").await?;
    bridge.taps(&cem, "Lämna till personalen").await?;
    bridge.reads(&cem, "skickad vidare").await?;
    assert_eq!(bridge.store.open_notices().await?.len(), 1);

    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar dig").await?;
    bridge.later(31);
    desk.anna.sees(post, "är du kvar?").await?;
    bridge.later(11);
    bridge.reads(&amina, "väntar på någon annan").await?;
    desk.bo.sees(post, "Ta ärendet").await?;
    bridge.taps(&amina, "Avsluta samtalet").await?;
    desk.bo.sees(post, "har avslutat samtalet").await?;
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn whether_anybody_is_there_is_said_at_once() -> Tested {
    let mut bridge = Bridge::open().await?;
    bridge.desk().await?;
    // It is Monday, ten o'clock.
    let said = [
        ("mon = [\"09:00-12:00\"]", "Volontärerna brukar svara till klockan 12"),
        ("mon = [\"17:00-19:00\"]", "Ingen är här just nu. Volontärerna brukar svara från klockan 17"),
        ("wed = [\"17:00-19:00\"]", "Ingen är här just nu. Volontärerna brukar svara igen"),
    ];
    for (n, (week, words)) in said.into_iter().enumerate() {
        let mut facts = facts().as_ref().clone();
        let (rules, problems) =
            digidel::facts::desk::DeskRules::read("desk.toml", &format!("[week]\n{week}"));
        assert!(problems.is_empty(), "{problems:?}");
        facts.desk = rules;
        bridge.app().replace_facts(facts);
        let who = Bridge::resident(&format!("r{n}"));
        bridge.asks_for_person(&who, "Min mejl är full").await?;
        bridge.reads(&who, words).await?;
    }
    // Whoever waits on is told the place in the queue again.
    let first = Bridge::resident("r0");
    bridge.later(16);
    bridge.reads(&first, "Ingen har tagit din fråga än").await?;
    bridge.taps(&first, "Vänta kvar").await?;
    bridge.quiet().await?;
    let last = bridge.screen(&first).pop();
    assert!(last.as_ref().is_some_and(|shown| shown.text.contains("Du är först i kön")), "{last:?}");
    let choices: Vec<String> = last.into_iter().flat_map(|s| s.choices).map(|c| c.label).collect();
    assert!(choices.contains(&"Avsluta samtalet".to_owned()), "{choices:?}");
    Ok(())
}

#[tokio::test]
async fn a_request_is_handed_over_and_an_article_sent() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let amina = Bridge::resident("amina");
    bridge.says(&amina, "Hur skaffar jag BankID?").await?;
    bridge.asks_for_person(&amina, "Jag förstår inte svaret om BankID").await?;
    let post = bridge.post(&desk, 0).await?;
    bridge.dc.until_seen(post, "Hur skaffar jag BankID").await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    desk.anna.sees(post, "Föreslå en artikel").await?;
    let list = desk.anna.press(post, "Föreslå en artikel")?.message().await?;
    let first = list.labels().first().map(|l| (*l).to_owned()).unwrap_or_default();
    if first == "Välj här" {
        return Err("too many articles for buttons".into());
    }
    desk.anna.press(post, &first)?.answered().await?;
    bridge.reads(&amina, "Humlan skickar en artikel").await?;

    // Bo has a number as a volunteer since he chose an alias.
    desk.anna.sees(post, "Lämna till en volontär").await?;
    desk.anna.press(post, "Lämna till en volontär")?.message().await?;
    desk.anna.press(post, "Biet")?.answered().await?;
    bridge.reads(&amina, "Biet svarar dig här nu").await?;
    desk.anna.say(post, "Hej igen")?;
    desk.bo.say(post, "Hej från Bo")?;
    bridge.reads(&amina, "Hej från Bo").await?;
    assert!(!bridge.screen(&amina).iter().any(|s| s.text.contains("Hej igen")));
    // A deleted text is taken back.
    let slip = desk.bo.say(post, "Ett misstag")?;
    bridge.reads(&amina, "Ett misstag").await?;
    desk.bo.delete(post, slip)?;
    bridge
        .until("the text to go", |screens| {
            screens.iter().any(|(_, s, _)| s.text.contains("Ett misstag") && s.gone).then_some(())
        })
        .await?;
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn what_is_deleted_sends_the_request_back_to_the_queue() -> Tested {
    let Case { mut bridge, desk, amina, post } = Case::about("Skärmen är svart").await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar").await?;
    bridge.dc.delete_channel(post);
    bridge.reads(&amina, "väntar på någon annan").await?;
    let second = bridge.post(&desk, 0).await?;
    assert_ne!(second, post);
    desk.bo.sees(second, "Skärmen är svart").await?;
    // The forum goes while nobody listens.
    bridge.kill();
    bridge.dc.delete_channel(desk.place);
    bridge.start().await?;
    for _ in 0..200 {
        if bridge.store.open_notices().await?.iter().any(|(_, kind, _)| kind == "desk_lost") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(bridge.store.open_notices().await?.iter().any(|(_, kind, _)| kind == "desk_lost"));
    // A new desk gets whoever waits; a resident who deletes everything takes the thread along.
    let again = bridge.desk().await?;
    let post = bridge.post(&again, 0).await?;
    again.anna.sees(post, "Skärmen är svart").await?;
    bridge.does(&amina, Input::Command(digidel::model::event::Command::Forget, String::new()), None).await?;
    bridge.taps(&amina, "Ja, radera allt").await?;
    bridge
        .dc
        .until("the thread is gone", |state| (!state.channels.contains_key(&post)).then_some(()))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_volunteer_answers_anyone_from_the_knowledge_base() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let hall = bridge.dc.text_channel(desk.guild, "prat");
    let sten = bridge.dc.person("Sten");
    sten.join(desk.guild, &[]);
    let asked = sten.say(hall, "Hur skaffar jag BankID?")?;
    let refused = sten.context(hall, asked, "Föreslå ett svar")?.message().await?;
    assert!(refused.contains("Bara volontärerna"), "{refused}");
    let preview = desk.anna.context(hall, asked, "Föreslå ett svar")?.message().await?;
    assert!(preview.contains("Så här skulle svaret se ut") && preview.only_for.is_some(), "{preview}");
    let publish = preview.labels().first().map(|l| (*l).to_owned()).unwrap_or_default();
    desk.anna.press(hall, &publish)?.answered().await?;
    let public = bridge
        .dc
        .until("the answer stands below the question", |state| {
            let screen = crate::support::discord::screen::screen(state, hall);
            screen.into_iter().find(|seen| seen.reply_to == Some(asked) && seen.only_for.is_none())
        })
        .await?;
    assert!(public.contains("BankID"), "{public}");
    bridge.dc.clean()?;
    Ok(())
}

/// The permissions that the guide asks for, as its number.
fn guide() -> Result<u64, Box<dyn std::error::Error>> {
    let guide = include_str!("../../../docs/discord.md");
    let number = guide.split("for an invitation link: `").nth(1).and_then(|rest| rest.split('`').next());
    Ok(number.ok_or("no number")?.parse()?)
}

#[tokio::test]
async fn the_guides_permissions_are_enough_and_none_is_too_many() -> Tested {
    use crate::support::discord::permissions as may;
    let asked = guide()?;
    let mut bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let forum = bridge.dc.forum(guild, "ärenden", &["Väntar", "Taget", "Klart"]);
    // Closed to everybody but the volunteers and the bot, as the guide says.
    bridge.dc.set_bot_permissions(guild, asked);
    bridge.dc.overwrite(forum, guild, 0, may::EVERYONE);
    bridge.dc.overwrite(forum, crate::support::discord::BOT, asked, 0);
    let desk = bridge.desk_in(guild, forum).await?;
    bridge.dc.overwrite(forum, desk.role, may::VIEW | may::SEND_IN_THREADS | may::HISTORY, 0);
    let amina = Bridge::resident("amina");
    bridge.asks_for_person(&amina, "Skärmen är svart").await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    desk.anna.say(post, "Hej")?;
    bridge.reads(&amina, "Humlan: Hej").await?;
    bridge.kill();
    desk.anna.say(post, "Hallå")?;
    bridge.start().await?;
    bridge.reads(&amina, "Humlan: Hallå").await?;
    desk.anna.press(post, "Avsluta ärendet")?.message().await?;
    bridge.reads(&amina, "har avslutat samtalet").await?;
    bridge.quiet().await?;
    bridge.does(&amina, Input::Command(digidel::model::event::Command::Forget, String::new()), None).await?;
    bridge.taps(&amina, "Ja, radera allt").await?;
    bridge.quiet().await?;
    assert!(!bridge.dc.look(|state| state.channels.contains_key(&post)));
    bridge.dc.clean()?;
    // Without any one of them the desk cannot be set up.
    let options = [("channel", json!(forum.to_string())), ("role", json!(desk.role.to_string()))];
    for bit in (0..64).map(|n| 1_u64 << n).filter(|bit| asked & bit != 0) {
        bridge.dc.overwrite(forum, crate::support::discord::BOT, asked & !bit, bit);
        let missing = desk.owner.slash(desk.hall, "desk setup", &options)?.message().await?;
        assert!(missing.contains("Jag saknar behörigheter"), "{bit:b}: {missing}");
    }
    Ok(())
}

#[tokio::test]
async fn a_desk_needs_its_permissions_in_words() -> Tested {
    use crate::support::discord::permissions as may;
    let bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let channel = bridge.dc.text_channel(guild, "disken");
    let role = bridge.dc.role(guild, "volontär", 0);
    let admin = bridge.dc.role(guild, "styr", may::ADMINISTRATOR);
    let (owner, sten) = (bridge.dc.person("Ägare"), bridge.dc.person("Sten"));
    owner.join(guild, &[admin]);
    sten.join(guild, &[]);
    let options = [("channel", json!(channel.to_string())), ("role", json!(role.to_string()))];
    let refused = sten.slash(channel, "desk setup", &options)?.message().await?;
    assert!(refused.contains("hantera servern"), "{refused}");
    bridge.dc.set_bot_permissions(guild, may::EVERYONE);
    bridge.dc.overwrite(channel, guild, 0, may::SEND_IN_THREADS);
    let missing = owner.slash(channel, "desk setup", &options)?.message().await?;
    assert!(missing.contains("Hantera trådar") && missing.contains("trådar"), "{missing}");
    bridge.dc.set_bot_permissions(guild, may::BOT_ROLE);
    bridge.dc.overwrite(channel, guild, may::SEND_IN_THREADS, 0);
    let done = owner.slash(channel, "desk setup", &options)?.message().await?;
    assert!(done.contains("Disken är klar"), "{done}");
    bridge.dc.clean()?;
    Ok(())
}
