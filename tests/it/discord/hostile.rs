//! Hostile texts from either end do no harm at the other.

use super::*;

const HOSTILE: [&str; 9] = [
    "@everyone @here",
    "<@&1234> <@1100000000000000001> <#5>",
    "**fet** __x__ ~~y~~ ||dold|| `kod`",
    "# rubrik\n> citat\n- punkt",
    "[klicka](https://evil.example)",
    "https://discord.gg/abc discord.gg/abc",
    "a\u{202E}b\u{200B}c\u{2066}d\u{2060}e",
    "``` kodblock",
    "<t:0:F> <:smile:1>",
];

#[tokio::test]
async fn hostile_texts_stay_text_both_ways() -> Tested {
    let Case { mut bridge, desk, amina, post } =
        Case::about("@everyone <@&1> **hjälp** https://discord.gg/abc").await?;
    desk.anna.press(post, "Ta ärendet")?.message().await?;
    bridge.reads(&amina, "svarar dig").await?;
    for text in HOSTILE {
        bridge.says(&amina, text).await?;
        desk.anna.say(post, text)?;
    }
    bridge.says(&amina, &"*långt* ".repeat(1_250)).await?;
    bridge.says(&amina, "slut-1").await?;
    desk.anna.sees(post, "slut-1").await?;
    desk.anna.say(post, "slut-2")?;
    bridge.reads(&amina, "slut-2").await?;

    let secrets =
        ["@everyone", "<@", "**fet", "||", "~~", "](https", "discord.gg/", "https://discord", "```", "<t:"];
    for seen in bridge.dc.screen(post).iter().filter(|s| s.by_bot) {
        let plain = seen.content.replace(r"\@", "").replace(r"\<", "").replace(r"\*", "").replace(r"\|", "");
        let plain = plain.replace(r"\~", "").replace(r"\`", "").replace(r"\]", "").replace(r"\/", "");
        for secret in secrets {
            assert!(!plain.contains(secret), "{secret} in {}", seen.content);
        }
        assert!(!seen.content.contains(['\u{202E}', '\u{200B}', '\u{2066}', '\u{2060}']));
        assert!(seen.content.encode_utf16().count() <= 2_000);
    }
    let long: String = bridge.dc.screen(post).iter().map(|s| s.content.as_str()).collect();
    assert_eq!(long.matches("långt").count(), 1_250);
    silent_and_once(&bridge)?;
    // What reaches the resident is markup whose every block is plain text but for the alias.
    for shown in bridge.screen(&amina) {
        assert!(!shown.text.contains('\u{202E}') && !shown.text.contains("Andersson"), "{}", shown.text);
    }
    bridge.dc.clean()?;
    Ok(())
}

/// Whether every message in a body, however deep, can notify nobody; how many there are.
fn silent(json: &serde_json::Value) -> Result<usize, Cannot> {
    let mut count = 0;
    if json["content"].is_string() {
        if json["allowed_mentions"] != json!({"parse": []}) {
            return Err(Cannot(format!("may notify somebody: {json}")));
        }
        count += 1;
    }
    let nested: Vec<&serde_json::Value> = match json {
        serde_json::Value::Object(fields) => fields.values().collect(),
        serde_json::Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for one in nested {
        count += silent(one)?;
    }
    Ok(count)
}

/// Everything that the bot has sent notifies nobody, and what it has written in a channel carries a
/// nonce of its own.
fn silent_and_once(bridge: &Bridge) -> Tested {
    let mut sent = 0;
    for request in bridge.dc.requests() {
        sent += silent(&request.body)?;
    }
    let written = bridge.dc.requests_to("POST /channels/{channel_id}/messages");
    assert!(sent > 20 && written.len() > 10, "{sent} {}", written.len());
    for request in &written {
        let nonce = request.body["nonce"].as_str().unwrap_or_default();
        assert!(!nonce.is_empty() && request.body["enforce_nonce"] == true, "{request}");
    }
    Ok(())
}

#[tokio::test]
async fn only_the_role_may_press_and_of_two_one_wins() -> Tested {
    let Case { bridge, desk, amina, post } = Case::about("Hur byter jag lösenord?").await?;
    let stranger = bridge.dc.person("Sten");
    stranger.join(desk.guild, &[]);
    let refused = stranger.press(post, "Ta ärendet")?.message().await?;
    assert!(refused.contains("Bara volontärerna"), "{refused}");
    let (one, two) = (desk.anna.press(post, "Ta ärendet")?, desk.bo.press(post, "Ta ärendet")?);
    let (one, two) = (one.message().await?, two.message().await?);
    let won = [&one, &two].iter().filter(|seen| seen.contains("Ärendet är ditt")).count();
    let told = [&one, &two].iter().filter(|seen| seen.contains("hann före")).count();
    assert_eq!((won, told), (1, 1), "{one}\n{two}");
    // Whoever has not taken it cannot answer with the form either.
    let (owner, other) = if one.contains("ditt") { (&desk.anna, &desk.bo) } else { (&desk.bo, &desk.anna) };
    other.sees(post, "Svara").await?;
    let form = other.press(post, "Svara")?;
    let refused = other.submit(&form, &[("text", "inte jag")]).await?.message().await?;
    assert!(refused.contains("Ta ärendet först"), "{refused}");
    let form = owner.press(post, "Svara")?;
    owner.submit(&form, &[("text", "Så här gör du")]).await?.message().await?;
    bridge.reads(&amina, "Så här gör du").await?;
    owner.sees(post, "Så här gör du").await?;
    // A role that is lost frees the request.
    owner.set_role(desk.guild, desk.role, false);
    owner.say(post, "Är jag kvar?")?;
    bridge.reads(&amina, "väntar på någon annan").await?;
    assert!(!bridge.screen(&amina).iter().any(|s| s.text.contains("kvar?")));
    assert_eq!(bridge.store.open_notices().await?.len(), 1);
    bridge.dc.clean()?;
    Ok(())
}
