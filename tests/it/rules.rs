//! The rules before the search: everything urgent is caught, calm questions are left alone, and a short
//! wish is told from a question that merely holds the same word.

use std::path::{Path, PathBuf};

use digidel::facts::problem::Severity;
use digidel::facts::rules::{Intent, Rules};
use digidel::model::lang::Lang;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn rules() -> Rules {
    let text = std::fs::read_to_string(path("config/rules.toml")).expect("config/rules.toml");
    let (rules, problems) = Rules::read("rules.toml", &text);
    assert!(problems.is_empty(), "{problems:?}");
    rules
}

/// Those of some labelled texts that the rules take for something else.
fn wrong<'a>(rules: &Rules, texts: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let urgent = |intent| matches!(intent, Some(Intent::FraudNow | Intent::Crisis));
    texts
        .filter(|(kind, text)| {
            let found = rules.intent(text);
            match *kind {
                "fraud" => found != Some(Intent::FraudNow),
                "crisis" => found != Some(Intent::Crisis),
                "calm" => urgent(found),
                _ => false,
            }
        })
        .map(|(kind, text)| format!("{kind}: {text}"))
        .collect()
}

#[test]
fn everything_urgent_is_caught_and_nothing_calm() {
    let rules = rules();
    let lines = std::fs::read_to_string(path("tests/eval/urgent.jsonl")).expect("tests/eval/urgent.jsonl");
    let values: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let field = |value: &'static str| move |line: &serde_json::Value| line[value].as_str().map(str::to_owned);
    let texts: Vec<(String, String)> =
        values.iter().filter_map(|line| Some((field("kind")(line)?, field("q")(line)?))).collect();
    assert!(texts.len() > 100);
    let found = wrong(&rules, texts.iter().map(|(kind, text)| (kind.as_str(), text.as_str())));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn our_own_phrasings_are_told_apart() {
    let rules = rules();
    let texts = include_str!("rules.tsv").lines().filter_map(|line| line.split_once('\t'));
    let found = wrong(&rules, texts);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Phrasings that the rules were never fitted to. The share that is caught is what may be expected of
/// strangers' words; it may rise, not fall.
#[test]
fn phrasings_held_out_are_mostly_caught() {
    const FRAUD_OF_A_HUNDRED: usize = 70;
    const CRISIS_OF_A_HUNDRED: usize = 87;
    let rules = rules();
    let lines = std::fs::read_to_string(path("tests/it/rules_held_out.tsv")).expect("rules_held_out.tsv");
    for (kind, floor) in [("fraud", FRAUD_OF_A_HUNDRED), ("crisis", CRISIS_OF_A_HUNDRED)] {
        let texts: Vec<(&str, &str)> =
            lines.lines().filter_map(|line| line.split_once('\t')).filter(|(k, _)| *k == kind).collect();
        let missed = wrong(&rules, texts.iter().copied());
        println!("{} of {} {kind} caught", texts.len() - missed.len(), texts.len());
        assert!(texts.len() >= 30, "{} of {kind}", texts.len());
        assert!((texts.len() - missed.len()) * 100 >= texts.len() * floor, "{}", missed.join("\n"));
    }
    let calm = lines.lines().filter_map(|line| line.split_once('\t')).filter(|(kind, _)| *kind == "calm");
    let alarms = wrong(&rules, calm);
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
}

#[test]
fn ordinary_questions_raise_no_alarm() {
    let rules = rules();
    let (mut asked, mut alarms) = (0, Vec::new());
    for entry in std::fs::read_dir(path("config/knowledge")).expect("config/knowledge").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What to do while a fraud goes on, and how frauds work, is asked about by those who are in one.
        if name.starts_with("bedrageri-pagar") || name.starts_with("bluff-") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        let Some(head) = text.split("+++").nth(1).and_then(|head| head.parse::<toml::Table>().ok()) else {
            continue;
        };
        let examples = head.get("examples").and_then(|value| value.as_array()).cloned().unwrap_or_default();
        for example in examples.iter().filter_map(|value| value.as_str()) {
            asked += 1;
            if matches!(rules.intent(example), Some(Intent::FraudNow | Intent::Crisis)) {
                alarms.push(format!("{name}: {example}"));
            }
        }
    }
    assert!(alarms.len() * 200 <= asked, "{} of {asked}:\n{}", alarms.len(), alarms.join("\n"));
}

#[test]
fn a_life_goes_before_money() {
    let rules = rules();
    assert_eq!(
        rules.intent("jag har blivit lurad på allt nyss och vill inte leva mer"),
        Some(Intent::Crisis)
    );
    assert_eq!(rules.intent("hej hjälp jag gav nyss koden till en man i telefon"), Some(Intent::FraudNow));
}

#[test]
fn wishes_are_understood() {
    let rules = rules();
    let table: &[(Intent, &str)] = &[
        (
            Intent::Book,
            "boka|Jag vill boka en tid på biblioteket|boka tid i Motala|hej jag vill boka tid tack|book an appointment|I'd like to book a time please|أريد حجز موعد|می‌خواهم وقت بگیرم|waxaan rabaa inaan ballan qabsado|хочу записатися|Haluan varata ajan|chcę umówić wizytę",
        ),
        (
            Intent::Cancel,
            "avboka|avboka min tid|jag vill avboka mitt besök|jag kan inte komma imorgon|cancel my booking",
        ),
        (Intent::Move, "flytta min tid till torsdag|omboka|boka om min tid|reschedule my appointment"),
        (
            Intent::MyVisits,
            "mina besök|visa mina bokningar|när är min tid?|my bookings|when is my appointment?",
        ),
        (
            Intent::OpeningHours,
            "öppettider|öppettider i Motala|när har ni öppet|har ni öppet på lördag?|opening hours|when are you open",
        ),
        (
            Intent::FindCentre,
            "var finns ni|närmaste digidelcenter|Var ligger närmaste center?|hitta center|where is the nearest centre|nearest center",
        ),
        (
            Intent::Person,
            "människa|jag vill prata med en människa|kan jag få prata med någon?|talk to a human|can I speak to a real person please|بدي احكي مع حدا|می‌خواهم با یک نفر صحبت کنم|qof la hadlo|хочу поговорити з людиною|Voinko puhua ihmisen kanssa?|chcę porozmawiać z człowiekiem",
        ),
        (
            Intent::Greeting,
            "hej|Hejsan!|god morgon|hello|good evening|مرحبا|سلام|salaan|добрий день|hei|dzień dobry",
        ),
        (
            Intent::Thanks,
            "tack|tack så mycket|Tack för hjälpen!|thank you|شكرا|ممنون|mahadsanid|дякую|kiitos|dziękuję",
        ),
        (Intent::Goodbye, "hej då|vi ses|bye|good night"),
        (
            Intent::Help,
            "hjälp|kan du hjälpa mig?|vad kan du göra|help|I need help|مساعدة|کمک|i caawi|допоможіть|apua|pomocy",
        ),
        (Intent::Menu, "meny|tillbaka till menyn|börja om|menu|start over"),
        (
            Intent::AreYouRobot,
            "är du en robot?|Är du en riktig människa|vem är du|are you human?|who are you",
        ),
        (Intent::Insult, "idiot|du är värdelös|dumma bot|fuck you|you are useless"),
        (Intent::Yes, "ja|ja tack|japp|ok|yes please|نعم|так|kyllä|tak"),
        (Intent::No, "nej|nej tack|no|no thanks|لا|ні|ei|nie"),
        (
            Intent::Easier,
            "lättläst tack|jag förstår inte|för svårt|kan du förklara enklare|easier please|I don't understand",
        ),
        (Intent::Privacy, "personuppgifter|gdpr|vem kan läsa det jag skriver|privacy|is this chat private?"),
        (Intent::Forget, "glöm mig|radera mina uppgifter|ta bort allt om mig|forget me|delete my data"),
        (Intent::MyData, "mina uppgifter|vad vet ni om mig?|my data|what do you know about me"),
        (Intent::ScamCheck, "är det här en bluff?|kolla ett misstänkt sms|is this a scam?|check a message"),
        (Intent::Languages, "byt språk|språk|jag vill byta språk|change language|اللغة|мова"),
        (
            Intent::Speak(Lang::En),
            "english please|in english|engelska tack|kan vi ta det på engelska|I don't speak Swedish",
        ),
        (Intent::Speak(Lang::Ar), "عربي|arabiska|arabic|talar ni arabiska"),
        (Intent::Speak(Lang::Fa), "فارسی|persiska|به فارسی"),
        (Intent::Speak(Lang::So), "af soomaali|somaliska"),
        (Intent::Speak(Lang::Uk), "українською будь ласка|ukrainska"),
        (Intent::Speak(Lang::Fi), "suomeksi|på finska"),
        (Intent::Speak(Lang::Pl), "po polsku|polska"),
        (Intent::Speak(Lang::Sv), "svenska|på svenska"),
        (Intent::Speak(Lang::SvEasy), "lätt svenska"),
    ];
    let texts = table.iter().flat_map(|(intent, texts)| texts.split('|').map(move |text| (*intent, text)));
    let wrong: Vec<String> = texts
        .filter(|(intent, text)| rules.intent(text) != Some(*intent))
        .map(|(intent, text)| format!("{text}: {intent:?}, not {:?}", rules.intent(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn questions_that_hold_the_same_words_are_left_to_the_search() {
    let rules = rules();
    for text in [
        "hur bokar jag tid på 1177?",
        "boka vårdtid",
        "avboka tid hos läkaren",
        "boka tid på vårdcentralen",
        "boka tågbiljett",
        "öppettider apoteket",
        "when does the pharmacy open",
        "hur byter jag språk i telefonen",
        "hur ändrar jag språk till engelska i windows",
        "jag pratar arabiska, kan jag få bankid?",
        "hej, mitt bankid funkar inte",
        "hjälp mig med bankid",
        "kan du hjälpa mig att skriva ut",
        "tack för hjälpen men hur skriver jag ut?",
        "jag vill prata med försäkringskassan",
        "hur pratar jag med någon på skatteverket",
        "hur tar jag bort mitt konto på facebook",
        "vad är en robot",
        "nej det går inte att logga in",
        "vad kostar det att boka",
        "visa mina bilder",
        "book a doctor appointment",
        "how do I change language on my phone",
        "",
        "?",
        "👍",
    ] {
        assert_eq!(rules.intent(text), None, "{text}");
    }
}

#[test]
fn slips_in_the_file_are_told_with_their_line() {
    let file = "[words]\na = [\"x\"]\n\n[[rule]]\nintent = \"book\"\nlang = \"sv\"\npatterns = [\n  \"<a> … y\",\n  \"(z\",\n]\n\n[[rule]]\nintent = \"menu\"\nlang = \"sv\"\npatterns = [\"<b>\"]\n\n[[rule]]\nintent = \"yes\"\nlang = \"xx\"\npatterns = [\"q\"]\n\n[[rule]]\nintent = \"no\"\nlang = \"any\"\npatterns = [\"nej\"]\n";
    let (rules, problems) = Rules::read("rules.toml", file);
    let lines: Vec<Option<u32>> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(9), Some(15), Some(17)], "{problems:?}");
    assert!(problems.iter().all(|problem| problem.severity == Severity::Error));
    assert_eq!(rules.intent("Nej!"), Some(Intent::No));
    assert_eq!(rules.intent("q"), None);
    assert_eq!(Rules::read("rules.toml", "rule = 1").1.len(), 1);
}

#[test]
fn what_cannot_be_compiled_is_told_with_its_line_when_asked() {
    let file =
        "[[rule]]\nintent = \"book\"\nlang = \"sv\"\npatterns = [\n  \"boka\",\n  \"(tid{900}){900}\",\n]\n";
    let (rules, problems) = Rules::read("rules.toml", file);
    assert_eq!(problems, []);
    assert_eq!(rules.intent("boka"), Some(Intent::Book), "the rest of the rule works on");
    let problems = rules.compile_all("rules.toml", file);
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [Some(6)], "{problems:?}");
    let source = digidel::facts::source::Source::built_in().lexical_only();
    let (facts, _) = digidel::facts::Facts::load(&source);
    assert_eq!(facts.compile_all(&source), []);
}
