//! What residents write in a direct message while the bot is away is handled when it comes back: in
//! order, and once.

use super::*;

/// How many messages of the bot contain a text.
fn said(bridge: &Bridge, channel: Id, text: &str) -> usize {
    bridge.dc.screen(channel).iter().filter(|seen| seen.by_bot && seen.contains(text)).count()
}

/// Waits until the bot says something that contains a text.
async fn answered(bridge: &Bridge, channel: Id, text: &str) -> Tested {
    let says = |state: &State| {
        let screen = crate::support::discord::screen::screen(state, channel);
        screen.iter().any(|seen| seen.by_bot && seen.contains(text)).then_some(())
    };
    Ok(bridge.dc.until("the bot has answered", says).await?)
}

#[tokio::test]
async fn a_resident_of_an_open_request_is_heard_even_if_they_never_wrote_there_before() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let sten = bridge.dc.person("Sten");
    sten.join(desk.guild, &[]);
    let square = bridge.dc.text_channel(desk.guild, "torget");
    // All in the guild, by a command, a form and a button: no message of his is known.
    sten.slash(square, "person", &[])?.message().await?;
    let form = sten.press(square, "Skriv här")?;
    sten.submit(&form, &[("text", "Min skärm är svart")]).await?.message().await?;
    sten.press(square, "Ja, skicka frågan")?.answered().await?;
    let post = bridge.post(&desk, 0).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    let dm = sten.dm();
    sten.sees(dm, "svarar dig här nu").await?;

    bridge.kill();
    for n in 1..=3 {
        sten.say(dm, &format!("svar-{n}."))?;
    }
    bridge.start().await?;
    sten.say(dm, "svar-4.")?;
    desk.anna.sees(post, "svar-4.").await?;
    // Another start reads the same and carries nothing on again.
    bridge.restart().await?;
    sten.say(dm, "svar-5.")?;
    desk.anna.sees(post, "svar-5.").await?;
    let thread = bridge.dc.screen(post);
    let carried: Vec<&str> =
        thread.iter().filter_map(|seen| Some(&seen.content[seen.content.find("svar-")?..])).collect();
    assert_eq!(carried, ["svar-1.", "svar-2.", "svar-3.", "svar-4.", "svar-5."]);
    // The bot is silent: it said nothing to what was missed.
    let last = bridge.dc.screen(dm).into_iter().rfind(|seen| seen.by_bot);
    assert!(last.is_some_and(|seen| seen.contains("svarar dig här nu")));
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn whoever_was_talking_to_the_bot_gets_an_answer_to_what_it_missed() -> Tested {
    let mut bridge = Bridge::open().await?;
    let guild = bridge.dc.guild("Digidel");
    let (sten, gun) = (bridge.dc.person("Sten"), bridge.dc.person("Gun"));
    sten.join(guild, &[]);
    gun.join(guild, &[]);
    let (dm, hers) = (sten.dm(), gun.dm());
    sten.say(dm, "hej")?;
    sten.sees(dm, "Digidel").await?;
    // She has asked with a command only.
    gun.slash(hers, "help", &[])?.message().await?;
    bridge.kill();
    sten.say(dm, "Vad är Swish?")?;
    sten.say(dm, "Vad är en webbläsare?")?;
    gun.say(hers, "Vad är Swish?")?;
    bridge.start().await?;
    answered(&bridge, dm, "webbläsare").await?;
    answered(&bridge, hers, "Swish").await?;
    bridge.quiet().await?;
    let count = |channel| bridge.dc.screen(channel).iter().filter(|seen| seen.by_bot).count();
    let (his, her) = (count(dm), count(hers));
    // What was asked first is answered first.
    let order: Vec<usize> = ["Swish", "webbläsare"]
        .iter()
        .filter_map(|word| bridge.dc.screen(dm).iter().position(|seen| seen.by_bot && seen.contains(word)))
        .collect();
    assert!(order.len() == 2 && order[0] < order[1], "{order:?}");
    assert_eq!(said(&bridge, dm, "Swish"), said(&bridge, hers, "Swish"));

    bridge.restart().await?;
    sten.say(dm, "tack")?;
    bridge.quiet().await?;
    sten.slash(dm, "help", &[])?.message().await?;
    bridge.quiet().await?;
    let count = |channel| bridge.dc.screen(channel).iter().filter(|seen| seen.by_bot).count();
    assert_eq!((count(dm), count(hers)), (his + 2, her), "nothing was answered twice");
    bridge.dc.clean()?;
    Ok(())
}
