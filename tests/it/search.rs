//! The article search on labelled questions, and its parts on the files in `config/`.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use digidel::facts::knowledge::article::{self, Article};
use digidel::facts::knowledge::embedding::Embedder;
use digidel::facts::knowledge::search::eval::{self, Baseline, Question};
use digidel::facts::knowledge::search::{ArticleText, Corpus, Decision, Example, Search, text};
use digidel::model::id::ArticleId;
use digidel::model::lang::Lang;

/// The files that the search is built from.
struct Files {
    articles: BTreeMap<ArticleId, Article>,
    none: String,
    languages: Vec<(Lang, String)>,
    trained: Vec<u8>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn files() -> Files {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root().join("config/knowledge")).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Swedish first: it holds what is not language.
    paths.sort_by_key(|path| (!path.to_string_lossy().ends_with(".sv.md"), path.clone()));
    let mut articles: BTreeMap<ArticleId, Article> = BTreeMap::new();
    for path in paths {
        let name = path.to_string_lossy().into_owned();
        let contents = fs::read_to_string(&path).unwrap();
        match article::name_parts(&name).unwrap() {
            (id, Lang::Sv) => {
                articles.insert(id.clone(), article::read_swedish(&name, id, &contents).unwrap());
            }
            (id, lang) => {
                articles.get_mut(&id).unwrap().set_text(lang, article::read_text(&name, &contents).unwrap());
            }
        }
    }
    let sentences =
        |lang: Lang| fs::read_to_string(root().join(format!("config/languages/{}.txt", lang.code())));
    let languages = Lang::ALL.into_iter().filter_map(|lang| Some((lang, sentences(lang).ok()?))).collect();
    let trained = fs::read(root().join("config/embedding/classifier.bin")).unwrap();
    Files { articles, none: read("config/none.txt"), languages, trained }
}

impl Files {
    fn corpus(&self) -> Corpus<'_> {
        let mut corpus = Corpus::default();
        for article in self.articles.values() {
            for (lang, text) in article.texts() {
                let (title, body) = (text.title.as_str(), text.answer.as_str());
                corpus.texts.push(ArticleText {
                    article: &article.id,
                    topic: &article.topic,
                    lang,
                    title,
                    body,
                });
                let examples = text.examples.iter().map(|text| Example { article: &article.id, lang, text });
                corpus.examples.extend(examples);
            }
        }
        let none = self.none.lines().filter(|line| !line.starts_with('#'));
        corpus.none = none
            .filter_map(|line| line.split_once('\t'))
            .map(|(lang, text)| (lang.parse().unwrap(), text))
            .collect();
        for (lang, sentences) in &self.languages {
            let lines = sentences.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            corpus.languages.extend(lines.map(|line| (*lang, line)));
        }
        corpus
    }

    fn lexical(&self) -> Search {
        Search::build(&self.corpus(), Some(&self.trained), None).0
    }

    fn topic(&self, id: &ArticleId) -> String {
        self.articles.get(id).map_or_else(String::new, |article| article.topic.clone())
    }
}

fn questions(set: &str) -> Vec<Question> {
    eval::read_questions(&read(&format!("tests/eval/{set}.jsonl"))).unwrap()
}

#[test]
fn no_labelled_question_is_an_example() {
    let files = files();
    let corpus = files.corpus();
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
    let search = files().lexical();
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
    let files = files();
    let baseline: Baseline = serde_json::from_str(&read("tests/eval/baseline.json")).unwrap();
    let report = eval::measure(&files.lexical(), &questions("test"), |id| files.topic(id));
    assert_eq!(report.drops_since(&baseline.lexical), Vec::<String>::new(), "\n{report}");
}

/// A sample, as embedding is slow in a debug build; `digidel eval` measures everything.
#[test]
fn both_tiers_find_the_topic() {
    let files = files();
    let embedder = Embedder::read(&fs::read(root().join("config/embedding/e5-small.bin")).unwrap()).unwrap();
    let (search, _) = Search::build(&files.corpus(), Some(&files.trained), Some(Arc::new(embedder)));
    let sample: Vec<Question> = questions("dev").into_iter().step_by(30).collect();
    let (inside, outside): (Vec<_>, Vec<_>) = sample.iter().partition(|q| q.article.is_some());
    let on_topic = |q: &&&Question| {
        let first = search.find(&q.q).hits.first().map(|hit| files.topic(&hit.article));
        q.article.iter().chain(&q.also).any(|id| Some(files.topic(id)) == first)
    };
    let right = inside.iter().filter(on_topic).count();
    assert!(right * 100 >= inside.len() * 85, "{right} of {}", inside.len());
    let answered =
        outside.iter().filter(|q| matches!(search.find(&q.q).decision, Decision::Answer(_))).count();
    assert!(answered * 100 <= outside.len() * 10, "{answered} of {} answered", outside.len());
}

#[test]
fn what_staff_add_is_found_at_once() {
    let files = files();
    let mut corpus = files.corpus();
    let new: ArticleId = "cykelverkstad".parse().unwrap();
    let (title, body) = ("Laga cykeln", "Kom till verkstaden.");
    corpus.texts.push(ArticleText { article: &new, topic: "about_centre", lang: Lang::Sv, title, body });
    let text = "var kan jag pumpa cykeldäcken";
    corpus.examples.push(Example { article: &new, lang: Lang::Sv, text });
    let (search, problem) = Search::build(&corpus, Some(&files.trained), None);
    assert!(problem.is_some(), "the derived file is stale, and says so");
    assert_eq!(search.find("Var kan jag pumpa cykeldäcken?").decision, Decision::Answer(new.clone()));
    let near = search.find("kan jag pumpa cykeldäcken nånstans");
    assert_eq!(near.hits.first().map(|hit| &hit.article), Some(&new), "{near:?}");
}

#[test]
fn it_works_without_the_derived_file() {
    let files = files();
    let (search, problem) = Search::build(&files.corpus(), None, None);
    assert!(problem.is_some());
    let found = search.find("jag har glömt mitt lösenord till mejlen");
    assert!(!found.hits.is_empty());
    let (empty, _) = Search::build(&Corpus::default(), None, None);
    assert_eq!(empty.find("hej").decision, Decision::Unknown);
}

#[test]
fn odd_texts_are_survived() {
    let search = files().lexical();
    let long = "å".repeat(10_000);
    for odd in ["", " ", "?!", "🙂🙂", "\u{0}\u{301}", "12 34", long.as_str(), "ﷺ ﷽", "a\tb\nc"] {
        let found = search.find(odd);
        assert!((0.0..=1.0).contains(&found.confidence), "{odd:?}: {found:?}");
    }
}
