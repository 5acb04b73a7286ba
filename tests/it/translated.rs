//! Every conversation and every page once more, in Arabic: a word in Latin letters that is then neither a fact, nor
//! the resident's own, nor in an Arabic text of ours stands in the code instead of in `locales/`.

use std::collections::BTreeSet;

use digidel::adapters::terminal;
use digidel::http::words::{Terms, Words};
use digidel::model::chat::{Address, Platform};
use digidel::model::event::Input;
use digidel::model::lang::Lang;
use digidel::model::message::{Choice, Message};
use digidel::model::staff_account::AccountRole;
use digidel::settings::Http;
use regex::Regex;
use scraper::{Html, Selector};

use super::transcripts::{files, person, set_stage};
use crate::support::browser::{Answer, Browser, signed_in, site};
use crate::support::house::House;

/// Two casts play the same script; the second one has asked for Arabic.
struct Casts {
    first: House,
    arabic: House,
    /// Who has come in.
    known: Vec<Address>,
    /// What residents and staff wrote, which may come back to them.
    written: String,
    taps: usize,
    strays: usize,
}

impl Casts {
    async fn acts(&mut self, who: &Address, lang: Option<&str>, doing: &str) {
        if !self.known.contains(who) {
            self.known.push(who.clone());
            self.arabic.does(who, Some("ar"), "العربية").await;
            self.arabic.read();
        }
        let shown = self.first.hall.screen(who).choices();
        let input = terminal::read(doing, &shown);
        if matches!(input, Input::Tap(_)) {
            let choices = self.arabic.hall.screen(who).choices();
            self.taps += 1;
            match counterpart(&shown, &choices, doing) {
                Some(choice) => {
                    let tap = self.arabic.incoming(who, Some("ar"), Input::Tap(choice.action.clone()));
                    self.arabic.app.handle(tap).await.expect("a turn");
                    self.arabic.deliver().await;
                }
                None => self.strays += 1,
            }
        } else {
            self.written.push_str(doing);
            self.written.push('\n');
            self.arabic.does(who, Some("ar"), doing).await;
        }
        self.first.does(who, lang, doing).await;
    }
}

/// The button that does in the second cast what the pressed one does in the first: the identifiers in
/// their actions differ, their kinds and order do not.
fn counterpart<'a>(shown: &[Choice], choices: &'a [Choice], doing: &str) -> Option<&'a Choice> {
    let wanted = doing.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let at = match wanted.parse::<usize>() {
        Ok(number) => number.checked_sub(1)?,
        Err(_) => shown.iter().rposition(|choice| choice.label.to_lowercase() == wanted)?,
    };
    let kind = std::mem::discriminant(&shown.get(at)?.action);
    let same = |choice: &&Choice| std::mem::discriminant(&choice.action) == kind;
    let order = shown[..at].iter().filter(same).count();
    choices.iter().filter(same).nth(order)
}

fn words(text: &str) -> BTreeSet<String> {
    let word = Regex::new(r"[A-Za-zÀ-ž][A-Za-zÀ-ž0-9.@:/_-]+").expect("a pattern");
    // Visit codes are letters too, but no words.
    let is_word = |found: &&str| found.chars().any(char::is_lowercase);
    let found = word.find_iter(text).map(|m| m.as_str().trim_matches(['.', ':', '-'])).filter(is_word);
    found.map(str::to_lowercase).collect()
}

/// What may stand in Latin letters: facts, names and addresses, and what Arabic texts write so.
fn allowed() -> BTreeSet<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    let mut read = |file: std::path::PathBuf| text.push_str(&std::fs::read_to_string(file).expect("a file"));
    read(root.join("locales/ar.yml"));
    read(root.join("tests/chats/config/centres.toml"));
    read(root.join("config/links.toml"));
    read(root.join("config/scam.toml"));
    for article in crate::support::house::facts().knowledge.articles() {
        for (_, words) in article.texts() {
            for part in [&words.title, &words.answer, &words.fails, &words.centre, &words.bring] {
                text.push_str(part);
                text.push('\n');
            }
            text.extend([&words.android, &words.iphone].into_iter().flatten().map(String::as_str));
        }
    }
    for lang in Lang::ALL {
        text.extend([lang.own_name(), " "]);
    }
    text.push_str("digidel.ics digidel.txt ");
    for term in crate::support::house::facts().glossary.of(Lang::Sv) {
        text.extend([term.term.as_str(), " ", &term.plain, " "]);
    }
    text.extend(crate::support::house::facts().places.municipalities().map(|m| format!("{} ", m.as_str())));
    words(&text)
}

fn untranslated(message: &Message, allowed: &BTreeSet<String>, written: &BTreeSet<String>) -> Vec<String> {
    let said = terminal::write(message);
    // An address comes back without the rest of its link.
    let is_echo =
        |word: &str| written.contains(word) || written.iter().any(|w| w.contains("//") && w.contains(word));
    words(&said).into_iter().filter(|word| !allowed.contains(word) && !is_echo(word)).collect()
}

async fn play(script: &str) -> (Casts, Vec<String>) {
    let mut casts = Casts {
        first: House::open().await,
        arabic: House::open().await,
        known: Vec::new(),
        written: String::new(),
        taps: 0,
        strays: 0,
    };
    let allowed = allowed();
    let mut lang: Option<String> = None;
    let mut found = Vec::new();
    for line in script.lines().filter(|l| !l.starts_with("  ") && !l.trim().is_empty()) {
        if let Some(stage) = line.strip_prefix("= ") {
            casts.written.push_str(stage);
            casts.written.push('\n');
            set_stage(&mut casts.first, &mut lang, stage).await;
            let mut arabic = Some("ar".to_owned());
            set_stage(&mut casts.arabic, &mut arabic, stage).await;
        } else if let Some((who, doing)) = line.split_once("> ") {
            casts.acts(&person(who), lang.as_deref(), doing).await;
        }
        casts.first.read();
        let written = words(&casts.written);
        for (_, message) in casts.arabic.read() {
            let strange = untranslated(&message, &allowed, &written);
            if !strange.is_empty() {
                found.push(format!("{line}\n{strange:?}\n{}", terminal::write(&message)));
            }
        }
    }
    (casts, found)
}

#[tokio::test]
async fn no_sentence_stands_outside_the_locales() {
    let (mut taps, mut strays, mut found) = (0, 0, Vec::new());
    // Each main path is its own language's; the Swedish one stands for all.
    let scripts = files().into_iter().filter(|file| {
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        !name.ends_with("-main-path.chat") || name.starts_with("sv-main")
    });
    for file in scripts {
        let script = std::fs::read_to_string(&file).expect("a script");
        let (casts, strange) = play(&script).await;
        taps += casts.taps;
        strays += casts.strays;
        found.extend(strange.into_iter().map(|what| format!("{}: {what}", file.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    assert!(taps > 100 && strays * 10 < taps, "{strays} of {taps} buttons have no counterpart");
}

/// What a page says: its text, and what its attributes tell by ear or by script.
fn said(page: &Answer) -> String {
    let html = Html::parse_document(&page.body);
    let (read, marked) = ("title, body", "body *");
    let [read, marked] = [read, marked].map(|selector| Selector::parse(selector).expect("a selector"));
    let mut said: Vec<String> = html.select(&read).flat_map(|e| e.text()).map(str::to_owned).collect();
    for element in html.select(&marked) {
        let told = |name: &str| {
            ["aria-label", "alt", "title", "placeholder"].contains(&name) || name.starts_with("data-")
        };
        said.extend(
            element.value().attrs().filter(|(name, _)| told(name)).map(|(_, value)| value.to_owned()),
        );
    }
    said.join("\n")
}

#[tokio::test]
async fn no_word_of_a_page_stands_outside_the_locales() {
    let mut house = House::open().await;
    let site = site(&house, &Http::default());
    let rut = Address::new(Platform::Web, "rut");
    for line in ["طباعة", "Motala", "كيف أصلح دراجتي", "/person", "كيف أصلح دراجتي"]
    {
        house.does(&rut, Some("ar"), line).await;
    }
    let mut admin = signed_in(&house, &site, "admin", AccountRole::Administrator, &[]).await;
    let csrf = admin.csrf().await;
    admin.post("/staff/account/language", &[("csrf", &csrf), ("lang", "ar")]).await;
    let mut visitor = Browser::new(&site);
    visitor.headers.push(("accept-language", "ar".to_owned()));
    let mut allowed = allowed();
    // Keys, the names of platforms, of the account and of the address, and what says nothing.
    allowed.extend(words("Telegram Discord Web Enter admin http localhost true false"));
    // A new answer begins as a Swedish draft.
    let swedish = Terms(Words(Lang::Sv));
    for draft in [swedish.draft_fails(), swedish.draft_centre(), swedish.draft_bring()] {
        allowed.extend(words(&draft));
    }
    // Why a question ranks so is told by the examples, whatever language they are in.
    for article in crate::support::house::facts().knowledge.articles() {
        article.texts().for_each(|(_, text)| allowed.extend(words(&text.examples.join(" "))));
    }
    let list = admin.get("/staff?view=all").await;
    let links = Selector::parse(".question a").expect("a selector");
    let html = Html::parse_document(&list.body);
    let hrefs: Vec<String> =
        html.select(&links).filter_map(|a| a.value().attr("href").map(str::to_owned)).collect();
    assert!(hrefs.len() > 1, "{hrefs:?}");
    let console = [
        "",
        "?view=all",
        "?done=saved",
        "?done=stale",
        "?done=merged",
        "/visits",
        "/visits?view=week",
        "/check-in",
        "/centres",
        "/centres/motala",
        "/knowledge",
        "/knowledge?question=bankid",
        "/knowledge/articles",
        "/knowledge/articles/bankid-last-kod?lang=ar",
        "/knowledge/new",
        "/insight",
        "/insight?days=365",
        "/people",
        "/data",
        "/account",
        "/second",
        "/requests/zzzz",
    ];
    let mut read = 0;
    for path in console.iter().map(|page| format!("/staff{page}")).chain(hrefs) {
        let page = admin.get(&path).await;
        let text = said(&page);
        // The number of a request is letters too.
        let own = words(path.rsplit('/').next().unwrap_or_default());
        let may = |word: &String| allowed.contains(word) || own.contains(word);
        let strange: Vec<String> = words(&text).into_iter().filter(|word| !may(word)).collect();
        assert!(strange.is_empty(), "{path}: {strange:?}");
        read += words(&text).len();
    }
    // The statement on accessibility names the address that it is about.
    allowed.insert("http://127.0.0.1:8080".to_owned());
    for path in [
        "/",
        "/accessibility",
        "/forgotten",
        "/nowhere",
        "/staff/login",
        "/staff/login?over=1",
        "/staff/invite/none",
        "/chat/file/1",
    ] {
        let page = visitor.get(path).await;
        let strange: Vec<String> =
            words(&said(&page)).into_iter().filter(|word| !allowed.contains(word)).collect();
        assert!(strange.is_empty(), "{path}: {strange:?}");
        assert!(page.body.contains("lang=\"ar\" dir=\"rtl\""), "{path}");
    }
    assert!(read > 100, "{read} words in Latin letters were looked at");
}
