//! Commands, buttons, menus and forms of the local Discord. Not what Digidel makes of them.

use super::*;

#[tokio::test]
async fn a_command_is_deferred_and_answered_privately() -> Tested {
    let mut scene = scene().await;
    let option = CreateCommandOption::new(CommandOptionType::String, "fråga", "Vad du undrar").required(true);
    scene.register(vec![plain("start"), plain("fråga").add_option(option)]).await;

    let missing = scene.amina.slash(scene.channel, "fråga", &[]).err();
    assert!(missing.is_some_and(|Cannot(why)| why.contains("required")));
    let shown = scene.amina.slash(scene.channel, "fråga", &[("fråga", json!("Vad är Swish?"))])?;
    let Interaction::Command(command) = scene.interaction().await else { panic!("a command") };
    assert_eq!(
        (command.locale.as_str(), command.data.options[0].value.as_str()),
        ("sv-SE", Some("Vad är Swish?"))
    );
    command.create_response(&scene.http, Answer::Defer(Said::new().ephemeral(true))).await?;
    assert_eq!(shown.answered().await?, Callback::Deferred);
    assert!(scene.amina.screen(scene.channel)[0].thinking);

    let edit = EditInteractionResponse::new().content("En app för betalning.").allowed_mentions(quiet());
    command.edit_response(&scene.http, edit).await?;
    let seen = shown.message().await?;
    assert_eq!((seen.content.as_str(), seen.only_for.as_deref()), ("En app för betalning.", Some("Amina")));
    let berit = scene.dc.person("Berit");
    berit.join(scene.guild, &[]);
    assert_eq!(berit.screen(scene.channel), []);

    let more = CreateInteractionResponseFollowup::new().content("Mer?").allowed_mentions(quiet());
    command.create_followup(&scene.http, more).await?;
    scene.dc.advance(Duration::from_mins(16));
    let late = CreateInteractionResponseFollowup::new().content("För sent").allowed_mentions(quiet());
    assert_eq!(refusal(command.create_followup(&scene.http, late).await), (401, 50027));
    scene.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn a_late_callback_finds_the_interaction_gone() -> Tested {
    let mut scene = scene().await;
    scene.register(vec![plain("start")]).await;
    let shown = scene.amina.slash(scene.channel, "start", &[])?;
    let Interaction::Command(command) = scene.interaction().await else { panic!("a command") };
    scene.dc.advance(Duration::from_millis(3001));
    assert_eq!(
        refusal(command.create_response(&scene.http, Answer::Message(said("Hej"))).await),
        (404, 10062)
    );
    assert!(shown.answered().await.is_err());
    assert!(scene.dc.clean().is_err());
    Ok(())
}

#[tokio::test]
async fn buttons_menus_and_forms_lead_to_each_other() -> Tested {
    let mut scene = scene().await;
    let buttons =
        vec![CreateButton::new("ask").label("Fråga"), CreateButton::new("no").label("Nej").disabled(true)];
    let message = polite("Vad vill du?", "1").components(vec![CreateActionRow::Buttons(buttons)]);
    ChannelId::new(scene.channel).send_message(&scene.http, message).await?;

    let why = |result: Result<_, Cannot>| result.err().map(|Cannot(why)| why).unwrap_or_default();
    assert!(why(scene.amina.press(scene.channel, "Nej").map(drop)).contains("disabled"));
    assert!(why(scene.amina.press(scene.channel, "Ja").map(drop)).contains("not there"));

    let shown = scene.amina.press(scene.channel, "Fråga")?;
    let Interaction::Component(press) = scene.interaction().await else { panic!("a button") };
    assert_eq!(press.data.custom_id, "ask");
    let field = CreateInputText::new(InputTextStyle::Short, "Din fråga", "q");
    let modal = CreateModal::new("form", "Fråga oss").components(vec![CreateActionRow::InputText(field)]);
    press.create_response(&scene.http, Answer::Modal(modal)).await?;

    let sent = scene.amina.submit(&shown, &[("Din fråga", "Hur skannar jag?")]).await?;
    let Interaction::Modal(form) = scene.interaction().await else { panic!("a form") };
    let ActionRowComponent::InputText(typed) = &form.data.components[0].components[0] else {
        panic!("a field")
    };
    assert_eq!(typed.value.as_deref(), Some("Hur skannar jag?"));
    form.create_response(&scene.http, Answer::UpdateMessage(said("Tack!").components(Vec::new()))).await?;
    assert_eq!(sent.message().await?.content, "Tack!");
    assert!(scene.amina.press(scene.channel, "Fråga").is_err());
    scene.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn an_option_is_completed_and_a_message_has_a_menu() -> Tested {
    let mut scene = scene().await;
    let option = CreateCommandOption::new(CommandOptionType::String, "ort", "Var").set_autocomplete(true);
    let menu = CreateCommand::new("Svara").kind(serenity::all::CommandType::Message);
    scene.register(vec![plain("boka").add_option(option), menu]).await;

    let (amina, channel) = (scene.amina.clone(), scene.channel);
    let typing = tokio::spawn(async move { amina.types(channel, "boka", "ort", "Mot").await });
    let Interaction::Autocomplete(half) = scene.interaction().await else { panic!("autocomplete") };
    assert_eq!(half.data.autocomplete().map(|o| o.value.to_owned()), Some("Mot".into()));
    let offer = serenity::all::CreateAutocompleteResponse::new().add_string_choice("Motala", "motala");
    half.create_response(&scene.http, Answer::Autocomplete(offer)).await?;
    assert_eq!(typing.await??, [("Motala".to_owned(), json!("motala"))]);

    let text = scene.amina.say(scene.channel, "Kan någon hjälpa mig?")?;
    scene.amina.context(scene.channel, text, "Svara")?;
    let Interaction::Command(menu) = scene.interaction().await else { panic!("a context menu") };
    let target = menu.data.resolved.messages.values().next();
    assert_eq!(target.map(|m| m.content.as_str()), Some("Kan någon hjälpa mig?"));
    Ok(())
}

#[tokio::test]
async fn a_command_works_where_the_bot_is_not() -> Tested {
    let mut scene = scene().await;
    let body = json!([{"name": "start", "description": "Börja", "contexts": [0, 1, 2], "integration_types": [0, 1]}]);
    scene.http.create_global_commands(&body).await?;
    assert!(scene.amina.slash(Place::Elsewhere, "start", &[]).is_err());
    scene.amina.install(true);
    let shown = scene.amina.slash(Place::Elsewhere, "start", &[])?;
    let Interaction::Command(command) = scene.interaction().await else { panic!("a command") };
    command.create_response(&scene.http, Answer::Message(said("Hej"))).await?;
    assert_eq!(shown.message().await?.content, "Hej");
    let sent = ChannelId::new(shown.channel).send_message(&scene.http, polite("Här?", "1")).await;
    assert_eq!(refusal(sent), (403, 50001));
    Ok(())
}
