//! Lost answers, limits, errors and dropped connections of the local Discord.

use super::*;

#[tokio::test]
async fn a_lost_answer_and_the_same_nonce_make_one_message() -> Tested {
    let scene = scene().await;
    scene.dc.fail("POST /channels/{}/messages", 1, Fault::ResetAfter);
    assert!(scene.send("En gång", "n1").await.is_err());
    let again = scene.send("En gång", "n1").await?;
    let screen = scene.dc.screen(scene.channel);
    assert_eq!(screen.iter().map(|seen| seen.id).collect::<Vec<_>>(), [again.id.get()]);

    scene.dc.fail("POST /channels/{}/messages", 1, Fault::ResetBefore);
    assert!(scene.send("Två", "n2").await.is_err());
    assert_eq!(scene.dc.screen(scene.channel).len(), 1);
    scene.dc.advance(Duration::from_mins(10));
    assert_ne!(scene.send("En gång", "n1").await?.id, again.id);
    Ok(())
}

#[tokio::test]
async fn a_dropped_session_resumes_and_misses_nothing() -> Tested {
    let mut scene = scene().await;
    scene.dc.drop_gateway_at("MESSAGE_CREATE", Moment::Before);
    scene.amina.say(scene.channel, "ett")?;
    scene.amina.say(scene.channel, "två")?;
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last| last != "resumed") {
        match scene.next().await {
            Heard::Message(message) => heard.push(message.content),
            Heard::Resumed => heard.push("resumed".into()),
            other => panic!("{other:?}"),
        }
    }
    heard.sort();
    assert_eq!(heard, ["ett", "resumed", "två"]);

    scene.dc.reconnect_gateway();
    assert!(matches!(scene.next().await, Heard::Resumed));
    scene.dc.forget_sessions();
    scene.dc.drop_gateway();
    Ok(())
}

#[tokio::test]
async fn a_forgotten_session_identifies_anew_and_catches_up_by_reading() -> Tested {
    let mut scene = scene().await;
    let seen = scene.amina.say(scene.channel, "läst")?;
    scene.message().await;
    scene.dc.drop_gateway();
    scene.dc.forget_sessions();
    scene.amina.say(scene.channel, "missat 1")?;
    scene.amina.say(scene.channel, "missat 2")?;
    assert!(matches!(scene.next().await, Heard::Ready));
    let after = GetMessages::new().after(MessageId::new(seen)).limit(100);
    let missed = ChannelId::new(scene.channel).messages(&scene.http, after).await?;
    assert_eq!(missed.iter().map(|m| m.content.as_str()).collect::<Vec<_>>(), ["missat 2", "missat 1"]);
    Ok(())
}

#[tokio::test]
async fn limits_and_errors_are_answered_as_planned() -> Tested {
    let scene = scene().await;
    let route = "POST /channels/{}/messages";
    scene.dc.fail(route, 1, Fault::RateLimit(Duration::from_mins(1)));
    assert_eq!(refusal(scene.send("a", "1").await).0, 429);
    assert_eq!(refusal(scene.send("a", "1").await).0, 429, "the limit lasts");
    scene.dc.advance(Duration::from_secs(61));
    scene.send("a", "1").await?;
    scene.dc.fail("* *", 1, Fault::GlobalRateLimit(Duration::from_mins(1)));
    assert_eq!(refusal(scene.send("b", "2").await).0, 429);
    assert_eq!(refusal(ChannelId::new(scene.channel).to_channel(&scene.http).await).0, 429);
    scene.dc.heal();
    scene.dc.fail(route, 1, Fault::Status(502));
    assert_eq!(refusal(scene.send("c", "3").await).0, 502);
    scene.dc.fail(route, 1, Fault::StatusAfter(500));
    assert_eq!(refusal(scene.send("d", "4").await).0, 500);
    assert_eq!(scene.dc.screen(scene.channel).len(), 2);
    scene.dc.fail(route, 1, Fault::SlowAfter(Duration::from_hours(1)));
    let slow = tokio::time::timeout(Duration::from_millis(300), scene.send("e", "5")).await;
    assert!(slow.is_err());
    assert!(scene.amina.sees(scene.channel, "e").await.is_ok());
    scene.dc.outage(true);
    assert!(scene.send("f", "6").await.is_err());
    Ok(())
}
