//! The article search on labelled questions, and its parts on the files in `config/`.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use digidel::facts::knowledge::Knowledge;
use digidel::facts::knowledge::search::eval::{self, Baseline, Question};
use digidel::facts::knowledge::search::explain::Tier;
use digidel::facts::knowledge::search::{ArticleText, Corpus, Decision, Example, Search, text};
use digidel::facts::source::Source;
use digidel::model::id::ArticleId;
use digidel::model::lang::Lang;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The built-in knowledge on the lexical tier, read once.
fn lexical() -> &'static Knowledge {
    static LEXICAL: LazyLock<Knowledge> =
        LazyLock::new(|| Knowledge::read(&Source::built_in().lexical_only()).0);
    &LEXICAL
}

fn trained() -> Vec<u8> {
    fs::read(root().join("config/embedding/classifier.bin")).unwrap()
}

fn topic(id: &ArticleId) -> String {
    lexical().article(id).map_or_else(String::new, |article| article.topic.clone())
}

fn questions(set: &str) -> Vec<Question> {
    eval::read_questions(&read(&format!("tests/eval/{set}.jsonl"))).unwrap()
}

#[test]
fn no_labelled_question_is_an_example() {
    let corpus = lexical().corpus();
    let learnt: HashSet<String> = corpus
        .examples
        .iter()
        .map(|example| text::fold(example.text))
        .chain(corpus.none.iter().map(|(_, none)| text::fold(none)))
        .collect();
    for set in ["dev", "test"] {
        let seen: Vec<String> =
            questions(set).into_iter().map(|q| q.q).filter(|q| learnt.contains(&text::fold(q))).collect();
        assert_eq!(seen, Vec::<String>::new(), "{set}: questions that are also examples");
    }
}

#[test]
fn the_language_of_three_words_is_known() {
    #[derive(serde::Deserialize)]
    struct Line {
        q: String,
        lang: Lang,
    }
    let search = &lexical().search;
    let lines: Vec<Line> =
        read("tests/eval/language.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let long: Vec<&Line> = lines.iter().filter(|line| line.q.split_whitespace().count() >= 3).collect();
    let wrong: Vec<&str> = long
        .iter()
        .filter(|line| search.language(&line.q).map(|(lang, _)| lang) != Some(line.lang))
        .map(|line| line.q.as_str())
        .collect();
    assert!(wrong.len() * 100 <= long.len() * 3, "{} of {} wrong: {wrong:?}", wrong.len(), long.len());
}

#[test]
fn the_lexical_tier_holds_its_baseline() {
    let baseline: Baseline = serde_json::from_str(&read("tests/eval/baseline.json")).unwrap();
    let report = eval::measure(&lexical().search, &questions("test"), topic);
    assert_eq!(report.drops_since(&baseline.lexical), Vec::<String>::new(), "\n{report}");
}

/// A sample; `digidel eval` measures everything.
#[test]
#[cfg_attr(debug_assertions, ignore = "embedding takes seconds without optimisation: cargo test --release")]
fn both_tiers_find_the_topic() {
    let (knowledge, _) = Knowledge::read(&Source::built_in());
    assert!(knowledge.embedder().is_some());
    let search = &knowledge.search;
    let sample: Vec<Question> = questions("dev").into_iter().step_by(10).collect();
    let (inside, outside): (Vec<_>, Vec<_>) = sample.iter().partition(|q| q.article.is_some());
    let on_topic = |q: &&&Question| {
        let first = search.find(&q.q).hits.first().map(|hit| topic(&hit.article));
        q.article.iter().chain(&q.also).any(|id| Some(topic(id)) == first)
    };
    let right = inside.iter().filter(on_topic).count();
    assert!(right * 100 >= inside.len() * 85, "{right} of {}", inside.len());
    let answered =
        outside.iter().filter(|q| matches!(search.find(&q.q).decision, Decision::Answer(_))).count();
    assert!(answered * 100 <= outside.len() * 10, "{answered} of {} answered", outside.len());
}

#[test]
fn what_staff_add_is_found_at_once() {
    let mut corpus = lexical().corpus();
    let new: ArticleId = "cykelverkstad".parse().unwrap();
    let (title, body) = ("Laga cykeln", "Kom till verkstaden.");
    corpus.texts.push(ArticleText { article: &new, topic: "about_centre", lang: Lang::Sv, title, body });
    let text = "var kan jag pumpa cykeldäcken";
    corpus.examples.push(Example { article: &new, lang: Lang::Sv, text });
    let (search, problem) = Search::build(&corpus, Some(&trained()), None);
    assert!(problem.is_some(), "the derived file is stale, and says so");
    assert_eq!(search.find("Var kan jag pumpa cykeldäcken?").decision, Decision::Answer(new.clone()));
    let near = search.find("kan jag pumpa cykeldäcken nånstans");
    assert_eq!(near.hits.first().map(|hit| &hit.article), Some(&new), "{near:?}");
}

/// As if staff had added some hundred examples: what is answered today is answered then.
#[test]
fn what_staff_add_costs_nothing_elsewhere() {
    let mut corpus = lexical().corpus();
    let more: Vec<(&ArticleId, Lang, String)> =
        corpus.examples.iter().step_by(9).map(|e| (e.article, e.lang, format!("{}!", e.text))).collect();
    assert!(more.len() > 300, "{}", more.len());
    corpus.examples.extend(more.iter().map(|(article, lang, text)| Example { article, lang: *lang, text }));
    let (search, _) = Search::build(&corpus, Some(&trained()), None);
    let baseline: Baseline = serde_json::from_str(&read("tests/eval/baseline.json")).unwrap();
    let report = eval::measure(&search, &questions("test"), topic);
    let mut drops = report.drops_since(&baseline.lexical);
    // The other languages have 40 questions each, of which this tier answers one in twenty: one question
    // more or less is beyond the tolerance, and says nothing.
    drops.retain(|drop| drop.starts_with("sv") || drop.starts_with("en"));
    assert_eq!(drops, Vec::<String>::new(), "\n{report}");
}

/// Training has not weighed a fresh example; what says nearly the same is answered by it all the same.
#[test]
fn what_staff_add_goes_before_what_was_trained() {
    let mut corpus = lexical().corpus();
    let old = corpus.examples.iter().find(|e| e.article.as_str() == "bankid-last-kod").unwrap().text;
    let new: ArticleId = "centrum-besok".parse().unwrap();
    let near = "hur byter jag koden till mitt bankid på ert bibliotek";
    for text in [old, near] {
        corpus.examples.push(Example { article: &new, lang: Lang::Sv, text });
    }
    let (search, _) = Search::build(&corpus, Some(&trained()), None);
    assert_eq!(search.find(old).decision, Decision::Answer(new.clone()), "the same words");
    let asked = "hur byter jag koden till mitt bankid på erat bibliotek";
    let found = search.find(asked);
    assert_eq!(found.decision, Decision::Answer(new.clone()), "nearly the same words: {found:?}");
    let explained = search.explain(&corpus, asked);
    assert_eq!(explained.tier, Tier::NearlyRepeated);
    assert_eq!(explained.candidates.first().map(|c| &c.article), Some(&new));
    assert_eq!(explained.candidates[0].examples[0].0, near);
    let other = search.find("hur byter jag kod till bankid");
    assert_ne!(other.decision, Decision::Answer(new), "{other:?}");
}

#[test]
fn it_works_without_the_derived_file() {
    let (search, problem) = Search::build(&lexical().corpus(), None, None);
    assert!(problem.is_some());
    let found = search.find("jag har glömt mitt lösenord till mejlen");
    assert!(!found.hits.is_empty());
    let (empty, _) = Search::build(&Corpus::default(), None, None);
    assert_eq!(empty.find("hej").decision, Decision::Unknown);
}

#[test]
fn odd_texts_are_survived() {
    let search = &lexical().search;
    let long = "å".repeat(10_000);
    for odd in ["", " ", "?!", "🙂🙂", "\u{0}\u{301}", "12 34", long.as_str(), "ﷺ ﷽", "a\tb\nc"] {
        let found = search.find(odd);
        assert!((0.0..=1.0).contains(&found.confidence), "{odd:?}: {found:?}");
    }
}
