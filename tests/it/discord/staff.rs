//! Staff at a request that volunteers know: they take it over, answer, end it, and give it back.

use super::*;

fn take() -> Deed {
    Deed::Take { account: 1, name: "Karin".into() }
}

fn answer(text: &str) -> Deed {
    Deed::Answer { name: "Karin".into(), text: text.into() }
}

#[tokio::test]
async fn a_takeover_silences_the_volunteer_and_giving_it_back_works() -> Tested {
    let Case { mut bridge, desk, amina, post } = Case::about("Skärmen är svart").await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar dig här nu").await?;
    let hers = desk.anna.say(post, "ord-1")?;
    bridge.reads(&amina, "ord-1").await?;
    bridge.does(&amina, Input::Text("svar-1".into()), Some("m1")).await?;
    desk.anna.sees(post, "svar-1").await?;

    assert_eq!(bridge.staff_does(&amina, take()).await?, Handled::Done);
    bridge.reads(&amina, "Karin").await?;
    desk.anna.sees(post, "Personalen har tagit över ärendet").await?;
    let head = desk.anna.sees(post, "Personalen har tagit ärendet.").await?;
    assert!(head.labels().is_empty(), "nothing is to be pressed: {head}");
    // What she writes now stays, and she is told so once.
    desk.anna.say(post, "ord-2")?;
    desk.anna.sees(post, "personalen har ärendet nu").await?;
    desk.anna.say(post, "ord-3")?;
    desk.anna.edit(post, hers, "ord-1 ändrad")?;
    // What staff and the resident say is not the desk's; the change of an earlier text follows.
    bridge.says(&amina, "bara-till-personalen").await?;
    bridge.does(&amina, Input::Edited("svar-1b".into()), Some("m1")).await?;
    bridge.staff_does(&amina, answer("Hej från biblioteket")).await?;
    bridge.reads(&amina, "Hej från biblioteket").await?;
    desk.anna.sees(post, "svar-1b").await?;
    bridge.quiet().await?;
    let texts: Vec<String> = bridge.screen(&amina).into_iter().map(|shown| shown.text).collect();
    for kept in ["ord-2", "ord-3", "ändrad"] {
        assert!(!texts.iter().any(|text| text.contains(kept)), "{kept}: {texts:#?}");
    }
    let told = bridge.dc.screen(post).iter().filter(|s| s.contains("personalen har ärendet nu")).count();
    assert_eq!(told, 1);
    for seen in bridge.dc.screen(post) {
        assert!(!seen.contains("bara-till-personalen") && !seen.contains("biblioteket"), "{seen}");
    }

    // Back to the desk: Bo takes it in the same thread.
    assert_eq!(bridge.staff_does(&amina, Deed::ToVolunteers).await?, Handled::Done);
    bridge.reads(&amina, "väntar på någon annan").await?;
    desk.bo.sees(post, "Personalen har lämnat tillbaka").await?;
    desk.bo.sees(post, "Ta ärendet").await?;
    desk.bo.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Biet svarar dig här nu").await?;
    desk.bo.say(post, "ord-4")?;
    bridge.reads(&amina, "Biet: ord-4").await?;
    bridge.says(&amina, "svar-2").await?;
    desk.bo.sees(post, "svar-2").await?;
    bridge.quiet().await?;
    assert_eq!(bridge.dc.threads(desk.place).len(), 1);
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn the_post_follows_what_staff_do_without_taking_over() -> Tested {
    let mut bridge = Bridge::open().await?;
    let desk = bridge.desk().await?;
    let (amina, cem) = (Bridge::resident("amina"), Bridge::resident("cem"));
    bridge.asks_for_person(&amina, "Skärmen är svart").await?;
    let post = bridge.post(&desk, 0).await?;
    // An answer in a volunteer's conversation is read there too.
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "Humlan svarar").await?;
    bridge.staff_does(&amina, answer("Vi har öppet i dag")).await?;
    desk.anna.sees(post, "Vi har öppet i dag").await?;
    desk.anna.say(post, "Hej igen")?;
    bridge.reads(&amina, "Humlan: Hej igen").await?;
    // It ends for everybody.
    bridge.staff_does(&amina, Deed::Resolve).await?;
    desk.anna.sees(post, "Personalen har avslutat ärendet").await?;
    desk.anna.sees(post, "Avslutat.").await?;
    // Opened again it can be given to the desk, though a volunteer had it once.
    bridge.staff_does(&amina, Deed::Reopen).await?;
    assert_eq!(bridge.staff_does(&amina, Deed::ToVolunteers).await?, Handled::Done);
    desk.bo.sees(post, "Ta ärendet").await?;

    // What staff answer at once nobody needs to take.
    bridge.asks_for_person(&cem, "Ljudet är borta").await?;
    let second = bridge.post(&desk, 1).await?;
    bridge.staff_does(&cem, answer("Höj volymen")).await?;
    bridge.reads(&cem, "Höj volymen").await?;
    let head = desk.bo.sees(second, "Avslutat.").await?;
    assert!(!head.contains("Ta ärendet"), "{head}");
    desk.bo.sees(second, "Personalen har svarat").await?;
    bridge.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn who_writes_where_nobody_has_the_request_is_told_so_once() -> Tested {
    let Case { bridge, desk, amina, post } = Case::about("Skärmen är svart").await?;
    desk.anna.say(post, "// vi pratar bara")?;
    desk.anna.say(post, "ord-1")?;
    desk.anna.sees(post, "Det här skickades inte").await?;
    let last = desk.anna.say(post, "ord-2")?;
    bridge.has_heard(post, last).await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    desk.bo.say(post, "ord-3")?;
    desk.anna.say(post, "ord-4")?;
    bridge.reads(&amina, "ord-4").await?;
    bridge.quiet().await?;
    let told = bridge.dc.screen(post).iter().filter(|s| s.contains("Det här skickades inte")).count();
    assert_eq!(told, 1);
    let texts: Vec<String> = bridge.screen(&amina).into_iter().map(|shown| shown.text).collect();
    assert!(!texts.iter().any(|t| ["ord-1", "ord-2", "ord-3"].iter().any(|w| t.contains(w))), "{texts:#?}");
    bridge.dc.clean()?;
    Ok(())
}
