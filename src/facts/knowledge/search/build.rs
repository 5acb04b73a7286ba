//! Puts a [`Search`] together from the corpus and the derived file, and says what does not fit.
//!
//! Does not train; takes some tens of milliseconds.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::calibrate::Calibration;
use super::dense::{Dense, Neighbour};
use super::fresh::Fresh;
use super::language::Languages;
use super::lexical::{Lexical, Vocabulary};
use super::model::{self, Blend, Head, Model, Tuning};
use super::num::at;
use super::rank::Topics;
use super::speller::Speller;
use super::{Corpus, Example, Search, TRAINED_FILE, text};
use crate::facts::joined;
use crate::facts::knowledge::embedding::Embedder;
use crate::facts::problem::Problem;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// Fresh examples that are embedded when the search is built, at some 20 ms each.
const MOST_EMBEDDED: usize = 50;

/// An example, folded, with its class and whether the derived file has it.
struct Known {
    words: Vec<String>,
    class: usize,
    trained: bool,
}

pub(super) fn build(
    corpus: &Corpus<'_>,
    trained: Option<&[u8]>,
    embedder: Option<Arc<Embedder>>,
) -> (Search, Option<Problem>) {
    let read = trained.and_then(Model::read);
    let problem = complaint(corpus, trained.is_some(), read.as_ref().map(|m| &m.head));
    let search = match read {
        Some(model) => from_model(corpus, model, embedder),
        None => untrained(corpus),
    };
    (search, problem)
}

/// With the derived file.
pub(super) fn from_model(corpus: &Corpus<'_>, model: Model, embedder: Option<Arc<Embedder>>) -> Search {
    let Model { head, lexical, mut dense } = model;
    let (classes, topics) = classes(corpus, &head.articles);
    let (known, nones) = read_texts(corpus, &classes, Some(&head));
    let (speller, languages) = std::thread::scope(|threads| {
        let speller = threads.spawn(|| speller(corpus, &known, &nones));
        let languages = Languages::learn(&corpus.languages);
        (joined(speller), languages)
    });
    let mut fresh = Fresh::default();
    for example in known.iter().filter(|example| !example.trained) {
        fresh.add(example.class, lexical.vocabulary(), &example.words);
    }
    if let Some(embedder) = &embedder {
        update(&mut dense, &head, corpus, &known, embedder);
    }
    Search {
        exact: exact(&known, &nones),
        speller,
        languages,
        classes,
        topics,
        lexical,
        fresh,
        dense: embedder.map(|embedder| (dense, embedder)),
        full: head.full,
        alone: head.lexical,
        foreign: head.foreign,
        whole: head.whole,
        sure: head.sure,
    }
}

/// Without the derived file: likeness of words to the examples, and rough thresholds.
fn untrained(corpus: &Corpus<'_>) -> Search {
    let (classes, topics) = classes(corpus, &[]);
    let (known, nones) = read_texts(corpus, &classes, None);
    let texts = known.iter().map(|example| example.words.as_slice()).chain(nones.iter().map(Vec::as_slice));
    let lexical = Lexical::untrained(Vocabulary::learn(texts));
    let mut fresh = Fresh::default();
    for example in &known {
        fresh.add(example.class, lexical.vocabulary(), &example.words);
    }
    for words in &nones {
        fresh.add(0, lexical.vocabulary(), words);
    }
    let blend = Blend { lexical: 8.0, margins: 0.0, likeness: 0.0 };
    let tuning = Tuning { blend, calibration: Calibration::rough() };
    Search {
        exact: exact(&known, &nones),
        speller: speller(corpus, &known, &nones),
        languages: Languages::learn(&corpus.languages),
        classes,
        topics,
        lexical,
        fresh,
        dense: None,
        full: tuning.clone(),
        alone: tuning.clone(),
        foreign: tuning,
        whole: Vec::new(),
        sure: 1.0,
    }
}

/// The classes: "none", those of the derived file in its order, then new articles. An article
/// that is no more keeps its place, but counts as "none".
fn classes(corpus: &Corpus<'_>, trained: &[ArticleId]) -> (Vec<Option<ArticleId>>, Topics) {
    let topic_of: BTreeMap<&ArticleId, &str> = corpus.texts.iter().map(|t| (t.article, t.topic)).collect();
    let mut names: Vec<&str> = topic_of.values().copied().collect();
    names.sort_unstable();
    names.dedup();
    let new = topic_of.keys().copied().filter(|id| !trained.contains(id));
    let all = trained.iter().chain(new).map(|id| topic_of.contains_key(id).then(|| id.clone()));
    let classes: Vec<Option<ArticleId>> = std::iter::once(None).chain(all).collect();
    let place = |id: &ArticleId| names.binary_search(topic_of.get(id)?).ok();
    let topics = classes.iter().map(|id| id.as_ref().and_then(place).map_or(0, |topic| topic + 1)).collect();
    (classes, Topics(topics))
}

fn read_texts(
    corpus: &Corpus<'_>,
    classes: &[Option<ArticleId>],
    head: Option<&Head>,
) -> (Vec<Known>, Vec<Vec<String>>) {
    let class_of: HashMap<&ArticleId, usize> =
        classes.iter().zip(0..).filter_map(|(id, class)| Some((id.as_ref()?, class))).collect();
    let trained = |e: &Example<'_>| {
        head.is_some_and(|h| h.examples.contains_key(&model::example_key(e.article, e.text)))
    };
    // An example of an unknown article is kept as "none", so that places stay those of the corpus.
    let known = corpus.examples.iter().map(|e| Known {
        words: text::words(e.text),
        class: class_of.get(e.article).copied().unwrap_or(0),
        trained: trained(e),
    });
    (known.collect(), corpus.none.iter().map(|(_, text)| text::words(text)).collect())
}

/// Drops the neighbours whose example is no more, and adds the fresh ones.
fn update(dense: &mut Dense, head: &Head, corpus: &Corpus<'_>, known: &[Known], embedder: &Embedder) {
    let mut gone: BTreeMap<u64, u32> = head.examples.clone();
    let mut new = Vec::new();
    for (example, known) in corpus.examples.iter().zip(known) {
        gone.remove(&model::example_key(example.article, example.text));
        if !known.trained && new.len() < MOST_EMBEDDED {
            new.push(Neighbour::new(
                known.class,
                example.lang,
                &dense.space.project(&embedder.embed(example.text), &[(example.lang, 1.0)]),
            ));
        }
    }
    let mut places: Vec<usize> = gone.into_values().map(at).collect();
    places.sort_unstable_by(|a, b| b.cmp(a));
    for place in places.into_iter().filter(|place| *place < dense.neighbours.len()).collect::<Vec<_>>() {
        dense.neighbours.remove(place);
    }
    dense.neighbours.extend(new);
}

fn exact(known: &[Known], nones: &[Vec<String>]) -> HashMap<String, usize> {
    let mut exact: HashMap<String, Option<usize>> = HashMap::new();
    let all = known.iter().map(|e| (&e.words, e.class)).chain(nones.iter().map(|words| (words, 0)));
    for (words, class) in all.filter(|(words, _)| !words.is_empty()) {
        // The same words for two articles decide nothing.
        exact.entry(words.join(" ")).and_modify(|c| *c = c.filter(|c| *c == class)).or_insert(Some(class));
    }
    exact.into_iter().filter_map(|(words, class)| Some((words, class?))).collect()
}

fn speller(corpus: &Corpus<'_>, known: &[Known], nones: &[Vec<String>]) -> Speller {
    let titles: Vec<Vec<String>> = corpus.texts.iter().map(|t| text::words(t.title)).collect();
    let bodies: Vec<Vec<String>> = corpus.texts.iter().map(|t| text::words(t.body)).collect();
    let all = known.iter().map(|e| &e.words).chain(nones).chain(&titles).chain(&bodies);
    let swedish = corpus.examples.iter().filter(|e| e.lang == Lang::Sv).map(|e| e.text);
    let swedish = swedish.chain(corpus.texts.iter().filter(|t| t.lang == Lang::Sv).map(|t| t.body));
    Speller::new(all.flatten().map(String::as_str)).with_spellings(swedish)
}

fn complaint(corpus: &Corpus<'_>, given: bool, head: Option<&Head>) -> Option<Problem> {
    let again = "run `digidel eval --train` to make it anew";
    let Some(head) = head else {
        let what = if given { "is damaged or of another version" } else { "is missing" };
        return Some(Problem::warning(
            TRAINED_FILE,
            None,
            format!("the file {what}; the search is weaker: {again}"),
        ));
    };
    let keys = corpus.examples.iter().map(|e| model::example_key(e.article, e.text));
    let here: std::collections::BTreeSet<u64> = keys.collect();
    let new = here.iter().filter(|key| !head.examples.contains_key(*key)).count();
    let gone = head.examples.keys().filter(|key| !here.contains(*key)).count();
    if new == 0 && gone == 0 && head.rest == model::rest_of(corpus) {
        return None;
    }
    let message = format!("made from other articles ({new} examples are new, {gone} gone): {again}");
    Some(Problem::warning(TRAINED_FILE, None, message))
}
