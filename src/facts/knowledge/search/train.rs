//! Makes the derived file from the corpus and tunes it on the development questions.
//!
//! Deterministic: the same texts and the same embedding model give the same bytes. Takes a minute
//! or two, nearly all of it embedding. Never sees the test questions.

use std::collections::BTreeMap;

use super::calibrate::{Calibration, Leaks, Trial};
use super::dense::{Dense, Neighbour, centred};
use super::eval::Question;
use super::lexical::Lexical;
use super::model::{self, Blend, Head, Model, Tuning};
use super::num::index;
use super::rank::{self, Evidence};
use super::svm::{self, Task};
use super::{Corpus, Search, build, text, whiten};
use crate::facts::knowledge::embedding::{Embedder, Memo};
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// The languages with examples for every article. The linear models learn from these only: from a
/// language with few examples they would learn that everything said in it is about those few.
const WHOLE: [Lang; 2] = [Lang::Sv, Lang::En];
/// Cost of an error of the lexical model.
const LEXICAL_COST: f32 = 1.0;
/// Cost of an error of the dense model: lower, as its features are few and all matter.
const DENSE_COST: f32 = 0.3;
/// Share of letters that are spoilt in the copies that the lexical model also learns from.
const MISSPELT: [f32; 2] = [0.08, 0.05];
/// Share of letters that are spoilt in the copies of the development questions.
const DEV_MISSPELT: f32 = 0.08;
/// What the thresholds may let through of the development questions that no article answers.
const LEAKS: Leaks = Leaks { answered: 0.03, suggested: 0.07 };
/// The same in languages that only the dense tier reads: asking "do you mean" costs little there,
/// and saying "I do not know" leaves somebody who cannot read the Swedish articles with nothing.
const FOREIGN_LEAKS: Leaks = Leaks { answered: 0.05, suggested: 0.15 };
/// Share of its topic's probability that an article needs to be given without asking which.
const CLEAR: f32 = 0.45;
/// The lexical tier decides alone from here on; so sure it is seldom wrong.
const SURE: f32 = 0.985;

/// One text to learn from.
struct Lesson<'a> {
    class: usize,
    lang: Lang,
    text: &'a str,
}

/// Trains, tunes and writes the derived file.
#[must_use]
pub fn train(corpus: &Corpus<'_>, dev: &[Question], embedder: &std::sync::Arc<Embedder>) -> Vec<u8> {
    let mut articles: Vec<ArticleId> = corpus.texts.iter().map(|t| t.article.clone()).collect();
    articles.sort_unstable();
    articles.dedup();
    let lessons = lessons(corpus, &articles);
    let lexical = train_lexical(&lessons, articles.len() + 1);
    let dense = train_dense(corpus, &lessons, articles.len() + 1, embedder);
    let keys = corpus.examples.iter().map(|e| model::example_key(e.article, e.text));
    let examples: BTreeMap<u64, u32> = keys.zip(0..).collect();
    let untuned = Tuning {
        blend: Blend { lexical: 4.0, margins: 4.0, likeness: 15.0 },
        calibration: Calibration::rough(),
    };
    let head = Head {
        articles,
        examples,
        rest: model::rest_of(corpus),
        full: untuned.clone(),
        lexical: untuned.clone(),
        foreign: untuned,
        whole: WHOLE.to_vec(),
        sure: SURE,
    };
    let mut model = Model { head, lexical, dense };
    let search = build::from_model(corpus, model.clone(), Some(embedder.clone()), &Memo::default());
    tune(&search, dev, &mut model.head);
    model.write()
}

/// Examples first, in the corpus's order, so that their places are those of the neighbours.
fn lessons<'a>(corpus: &'a Corpus<'a>, articles: &[ArticleId]) -> Vec<Lesson<'a>> {
    let class = |article: &ArticleId| articles.binary_search(article).map_or(0, |place| place + 1);
    let examples =
        corpus.examples.iter().map(|e| Lesson { class: class(e.article), lang: e.lang, text: e.text });
    let titles = corpus.texts.iter().filter(|t| t.lang != Lang::SvEasy);
    let titles = titles.map(|t| Lesson { class: class(t.article), lang: t.lang, text: t.title });
    let nones = corpus.none.iter().map(|(lang, text)| Lesson { class: 0, lang: *lang, text });
    examples.chain(titles).chain(nones).collect()
}

fn train_lexical(lessons: &[Lesson<'_>], classes: usize) -> Lexical {
    let lessons: Vec<&Lesson<'_>> = lessons.iter().filter(|lesson| WHOLE.contains(&lesson.lang)).collect();
    let mut texts: Vec<Vec<String>> = lessons.iter().map(|lesson| text::words(lesson.text)).collect();
    for (rate, seed) in MISSPELT.into_iter().zip(1..) {
        texts.extend(lessons.iter().map(|lesson| text::words(&text::misspell(lesson.text, rate, seed))));
    }
    let labels: Vec<usize> = lessons.iter().map(|lesson| lesson.class).cycle().take(texts.len()).collect();
    Lexical::train(&texts, &labels, classes, LEXICAL_COST)
}

fn train_dense(corpus: &Corpus<'_>, lessons: &[Lesson<'_>], classes: usize, embedder: &Embedder) -> Dense {
    let origins = origins(corpus, embedder);
    let raw = embed_all(&lessons.iter().map(|lesson| lesson.text).collect::<Vec<_>>(), embedder);
    let vectors: Vec<Vec<f32>> =
        raw.iter().zip(lessons).map(|(v, lesson)| centred(v, &origins, &[(lesson.lang, 1.0)])).collect();
    let labels: Vec<usize> = lessons.iter().map(|lesson| lesson.class).collect();
    let space = whiten::space(&vectors, &labels, classes, origins);
    let projected = raw.iter().zip(lessons).map(|(v, lesson)| space.project(v, &[(lesson.lang, 1.0)]));
    let rows: Vec<Vec<f32>> = projected.collect();
    let neighbours = rows.iter().zip(lessons).map(|(row, l)| Neighbour::new(l.class, l.lang, row)).collect();
    let kept = || rows.iter().zip(lessons).filter(|(_, lesson)| WHOLE.contains(&lesson.lang));
    let rows: Vec<Vec<f32>> = kept().map(|(row, _)| row.clone()).collect();
    let labels: Vec<usize> = kept().map(|(_, lesson)| lesson.class).collect();
    let width = rows.first().map_or(0, Vec::len);
    let planes = svm::train(&Task { rows: &rows, labels: &labels, width, classes, cost: DENSE_COST });
    Dense::new(space, neighbours, planes)
}

/// The mean embedding of every language's sentences, in the order of [`Lang::ALL`].
fn origins(corpus: &Corpus<'_>, embedder: &Embedder) -> Vec<Vec<f32>> {
    let of = |lang: Lang| {
        let texts: Vec<&str> = corpus.languages.iter().filter(|(l, _)| *l == lang).map(|(_, t)| *t).collect();
        let vectors = embed_all(&texts, embedder);
        whiten::mean_of(vectors.iter(), vectors.first().map_or(0, Vec::len))
    };
    Lang::ALL.into_iter().map(of).collect()
}

/// Embeds texts on all cores; the order is that of the texts.
fn embed_all(texts: &[&str], embedder: &Embedder) -> Vec<Vec<f32>> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = texts.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = texts
            .chunks(share)
            .map(|chunk| scope.spawn(|| chunk.iter().map(|text| embedder.embed(text)).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    })
}

impl Case<'_> {
    fn with(&self, change: impl Fn(Evidence) -> Evidence) -> Self {
        Self { evidence: change(self.evidence.clone()), ..self.clone() }
    }
}

/// A development question as it was written or spoilt, and what the parts say of it.
#[derive(Clone)]
struct Case<'a> {
    question: &'a Question,
    evidence: Evidence,
    /// How much it counts when the blend is chosen.
    importance: f32,
}

/// Tunes the blends and calibrations into the head.
fn tune(search: &Search, dev: &[Question], head: &mut Head) {
    let cases = cases(search, dev);
    let known = |case: &&Case<'_>| head.whole.contains(&case.question.lang);
    let at_home: Vec<Case<'_>> = cases.iter().filter(known).cloned().collect();
    let alone = at_home.iter().map(|case| case.with(Evidence::lexical_only)).collect::<Vec<_>>();
    let abroad: Vec<Case<'_>> = cases.iter().map(|case| case.with(Evidence::dense_only)).collect();
    let others: Vec<Case<'_>> = abroad.iter().filter(|case| !known(case)).cloned().collect();
    // Alone, a constant factor on all margins changes no order, only how sharp the shares are.
    let lexical = Blend { lexical: 6.0, margins: 0.0, likeness: 0.0 };
    head.lexical = calibrated(search, &alone, lexical, LEAKS);
    head.full = calibrated(search, &at_home, best_blend(search, &at_home, &[3.0, 4.0, 6.0, 8.0]), LEAKS);
    // Few questions abroad, and none of them out of scope: those at home help to calibrate.
    head.foreign = calibrated(search, &abroad, best_blend(search, &others, &[0.0]), FOREIGN_LEAKS);
}

/// The blend that puts the right topic first most often.
fn best_blend(search: &Search, cases: &[Case<'_>], lexical: &[f32]) -> Blend {
    let value = |blend: &Blend| -> f32 { cases.iter().map(|case| worth(search, case, *blend)).sum() };
    let mut best = (f32::NEG_INFINITY, Blend { lexical: 0.0, margins: 4.0, likeness: 15.0 });
    for &lexical in lexical {
        for margins in [0.0, 2.0, 4.0, 8.0] {
            for likeness in [8.0, 12.0, 16.0, 20.0] {
                let blend = Blend { lexical, margins, likeness };
                let value = value(&blend);
                if value > best.0 {
                    best = (value, blend);
                }
            }
        }
    }
    best.1
}

/// The questions as they are and, in Swedish and English, misspelt and without å ä ö.
fn cases<'a>(search: &Search, dev: &'a [Question]) -> Vec<Case<'a>> {
    let case = |question: &'a Question, text: &str, importance: f32| Case {
        question,
        evidence: search.evidence(text),
        importance,
    };
    let mut cases = Vec::new();
    for question in dev {
        let latin = matches!(question.lang, Lang::Sv | Lang::En);
        cases.push(case(question, &question.q, if latin { 1.0 } else { 0.7 }));
        if latin {
            cases.push(case(question, &text::misspell(&question.q, DEV_MISSPELT, 7), 0.7));
            cases.push(case(question, &text::without_rings_and_dots(&question.q), 0.5));
        }
    }
    cases
}

/// 1 for the right topic first, less for it among the first three, 0 otherwise.
fn worth(search: &Search, case: &Case<'_>, blend: Blend) -> f32 {
    let ranking = rank::rank(&case.evidence, &search.topics, blend);
    let place = ranking.topics.iter().take(3).position(|(topic, _)| search.is_topic(*topic, case.question));
    case.importance * place.map_or(0.0, |place| if place == 0 { 1.0 } else { 0.3 })
}

fn calibrated(search: &Search, cases: &[Case<'_>], blend: Blend, leaks: Leaks) -> Tuning {
    let trials: Vec<Trial> = cases
        .iter()
        .map(|case| {
            let ranking = rank::rank(&case.evidence, &search.topics, blend);
            let first = ranking.topics.first().map_or(0, |(topic, _)| *topic);
            let right = search.is_topic(first, case.question);
            Trial { signs: ranking.signs, right, outside: case.question.article.is_none() }
        })
        .collect();
    Tuning { blend, calibration: Calibration::fit(&trials, leaks, CLEAR) }
}

/// How many of the derived file's neighbours are examples, for the table that `train` prints.
#[must_use]
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let model = Model::read(bytes)?;
    Some((index(model.head.examples.len()), index(model.dense.neighbours.len())))
}
