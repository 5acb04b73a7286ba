//! Finds the article that answers a question, or says that none does.
//!
//! Two tiers: a lexical one that is always there and a dense one that needs the embedding model.
//! Both feed one ranking, one calibrated probability and one decision. Does not know about
//! scams in progress, greetings, commands or places: rules catch those before. Writes no text.

mod build;
mod calibrate;
mod dense;
pub mod eval;
pub mod explain;
mod fresh;
pub mod group;
pub mod language;
mod lexical;
mod model;
mod num;
mod rank;
pub mod speller;
mod svm;
pub mod text;
pub mod train;
mod whiten;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

use self::dense::Dense;
use self::eval::Question;
use self::fresh::{Fresh, Likeness};
use self::language::Languages;
use self::lexical::Lexical;
use self::model::Tuning;
use self::rank::{Evidence, Ranking, Topics};
use self::speller::Speller;
use super::embedding::{Embedder, Memo};
use crate::facts::problem::Problem;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// The derived file, relative to the configuration folder.
pub const TRAINED_FILE: &str = "embedding/classifier.bin";

/// A question that an article answers, as people write it.
#[derive(Debug, Clone)]
pub struct Example<'a> {
    /// The article.
    pub article: &'a ArticleId,
    /// The language of the text.
    pub lang: Lang,
    /// The question.
    pub text: &'a str,
}

/// An article in one language.
#[derive(Debug, Clone)]
pub struct ArticleText<'a> {
    /// The article.
    pub article: &'a ArticleId,
    /// Its topic, e.g. `eid_bankid`.
    pub topic: &'a str,
    /// The language of the text.
    pub lang: Lang,
    /// Its title.
    pub title: &'a str,
    /// The answer and the steps.
    pub body: &'a str,
}

/// Everything that the search is built from.
#[derive(Debug, Clone, Default)]
pub struct Corpus<'a> {
    /// Questions with their article.
    pub examples: Vec<Example<'a>>,
    /// The articles.
    pub texts: Vec<ArticleText<'a>>,
    /// Sentences that no article answers.
    pub none: Vec<(Lang, &'a str)>,
    /// Sentences by which languages are told apart.
    pub languages: Vec<(Lang, &'a str)>,
}

/// What to do with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Give this article.
    Answer(ArticleId),
    /// Ask which of two or three articles is meant.
    Suggest(Vec<ArticleId>),
    /// Say that the bot does not know, and offer a person.
    Unknown,
}

/// One article that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The article.
    pub article: ArticleId,
    /// Its share of the probability, 0–1.
    pub score: f32,
}

/// The outcome of a search.
#[derive(Debug, Clone)]
pub struct Found {
    /// Best first, at most ten.
    pub hits: Vec<Hit>,
    /// What to do.
    pub decision: Decision,
    /// Probability that the first hit's topic is right, 0–1.
    pub confidence: f32,
    /// The language of the question and the probability that it is that, 0–1; nothing without
    /// letters.
    pub lang: Option<(Lang, f32)>,
}

/// Most hits that are listed.
const MOST_HITS: usize = 10;
/// Most articles that are suggested.
const MOST_SUGGESTED: usize = 3;
/// A second article is listed among suggestions from this probability on; the third likewise.
const WORTH_SUGGESTING: f32 = 0.01;
/// A fresh example counts from a third of the likeness of its own text on, beside trained classes …
const TRAINED_STEEPNESS: f32 = 3.0;
/// … and from no likeness on, where all examples are fresh.
const UNTRAINED_STEEPNESS: f32 = 2.0;
/// The probability of an example that is repeated word for word.
const EXACT: f32 = 0.99;
/// So like a fresh example, 0–1, a text is taken for the same question.
const NEAR: f32 = 0.8;

/// The search over one set of articles; built anew when they change.
pub struct Search {
    /// The classes; class 0 is "none of these", and so is an article that is no more.
    classes: Vec<Option<ArticleId>>,
    topics: Topics,
    /// Folded examples, and what they belong to.
    exact: HashMap<String, usize>,
    speller: Speller,
    languages: Languages,
    lexical: Lexical,
    fresh: Fresh,
    dense: Option<(Dense, Arc<Embedder>)>,
    /// With the dense tier.
    full: Tuning,
    /// With the lexical tier alone.
    alone: Tuning,
    /// With the dense tier alone, for languages that the linear models have not learnt.
    foreign: Tuning,
    /// The languages that they have learnt.
    whole: Vec<Lang>,
    /// From this probability on the lexical tier decides alone.
    sure: f32,
}

impl Search {
    /// Builds the search. `trained` is the derived file ([`TRAINED_FILE`]); without it, or if it
    /// does not fit the corpus, the search still works, less well, and the problem says so.
    ///
    /// Examples that are not in the derived file are embedded here, at some 20 ms each.
    #[must_use]
    pub fn build(
        corpus: &Corpus<'_>,
        trained: Option<&[u8]>,
        embedder: Option<Arc<Embedder>>,
    ) -> (Self, Option<Problem>) {
        build::build(corpus, trained, embedder, &Memo::default())
    }

    /// The same, with what has been embedded before.
    #[must_use]
    pub fn build_with(
        corpus: &Corpus<'_>,
        trained: Option<&[u8]>,
        embedder: Option<Arc<Embedder>>,
        memo: &Memo,
    ) -> (Self, Option<Problem>) {
        build::build(corpus, trained, embedder, memo)
    }

    /// Finds what answers a text in any language.
    #[must_use]
    pub fn find(&self, text: &str) -> Found {
        self.find_with_vector(text).0
    }

    /// The same, with the vector of the text if it was needed.
    #[must_use]
    pub fn find_with_vector(&self, text: &str) -> (Found, Option<Vec<f32>>) {
        let lang = self.languages.guess(text);
        let words = text::words(text);
        if let Some(class) = self.exact.get(&words.join(" ")) {
            return (self.repeated(*class, EXACT, lang), None);
        }
        let mended = self.mend_all(&words);
        let likeness = self.fresh.compare(self.lexical.vocabulary(), &mended);
        if let Some((class, likeness)) = self.nearly_repeated(&likeness) {
            return (self.repeated(class, EXACT * likeness, lang), None);
        }
        let mut evidence = self.lexical_evidence(&words, &mended, &likeness);
        let ranking = rank::rank(&evidence, &self.topics, self.alone.blend);
        let confidence = self.alone.calibration.probability(&ranking.signs);
        let Some((dense, embedder)) = self.dense.as_ref().filter(|_| confidence < self.sure) else {
            return (self.conclude(&ranking, confidence, &self.alone, lang), None);
        };
        let langs = self.languages.shares(text);
        let vector = self.embed(embedder, text, &langs);
        self.add_dense(&mut evidence, dense, &vector, &langs);
        let foreign = lang.is_some_and(|(lang, _)| !self.whole.contains(&lang));
        if foreign {
            evidence = evidence.dense_only();
        }
        let tuning = if foreign { &self.foreign } else { &self.full };
        let ranking = rank::rank(&evidence, &self.topics, tuning.blend);
        let confidence = tuning.calibration.probability(&ranking.signs);
        (self.conclude(&ranking, confidence, tuning, lang), Some(vector))
    }

    /// The language that a text seems to be in, with its probability, 0–1.
    #[must_use]
    pub fn language(&self, text: &str) -> Option<(Lang, f32)> {
        self.languages.guess(text)
    }

    /// What all parts say of a text, for tuning.
    fn evidence(&self, text: &str) -> Evidence {
        let words = text::words(text);
        let mended = self.mend_all(&words);
        let likeness = self.fresh.compare(self.lexical.vocabulary(), &mended);
        let mut evidence = self.lexical_evidence(&words, &mended, &likeness);
        if let Some((dense, embedder)) = &self.dense {
            let langs = self.languages.shares(text);
            self.add_dense(&mut evidence, dense, &self.embed(embedder, text, &langs), &langs);
        }
        evidence
    }

    /// Whether a topic (by its number) is one that a question is about.
    fn is_topic(&self, topic: usize, question: &Question) -> bool {
        let wanted = |id: &ArticleId| question.wants(id);
        self.classes.iter().zip(&self.topics.0).any(|(id, t)| *t == topic && id.as_ref().is_some_and(wanted))
    }

    fn mend_all(&self, words: &[String]) -> Vec<String> {
        words.iter().map(|word| self.speller.mend(word)).collect()
    }

    /// The class of the example that staff wrote since training and that says nearly the same, if it
    /// is one class alone. Training cannot weigh such an example; so near, it need not.
    fn nearly_repeated(&self, likeness: &Likeness) -> Option<(usize, f32)> {
        let (class, likeness) = self.fresh.nearest(likeness).filter(|_| self.lexical.is_trained())?;
        (likeness >= NEAR).then_some((class, likeness))
    }

    fn lexical_evidence(&self, words: &[String], mended: &[String], likeness: &Likeness) -> Evidence {
        let vector = self.lexical.vocabulary().vector(mended);
        let mut margins = self.lexical.margins(&vector);
        margins.resize(self.classes.len(), -1.0);
        let steepness = if self.lexical.is_trained() { TRAINED_STEEPNESS } else { UNTRAINED_STEEPNESS };
        let likeness = self.fresh.raise(&mut margins, likeness, steepness);
        // A text of new words that a fresh example has too is not unknown.
        let coverage = vector.coverage.max(likeness);
        Evidence { lexical: margins, coverage, words: words.len(), ..Evidence::default() }
    }

    /// The vector of a text as the search sees it: misspelt words are mended first. Nothing without
    /// the embedding model.
    #[must_use]
    pub fn vector(&self, text: &str) -> Option<Vec<f32>> {
        let (_, embedder) = self.dense.as_ref()?;
        Some(self.embed(embedder, text, &self.languages.shares(text)))
    }

    fn embed(&self, embedder: &Embedder, text: &str, langs: &[(Lang, f32)]) -> Vec<f32> {
        let swedish = langs.iter().any(|(lang, share)| *lang == Lang::Sv && *share > 0.5);
        embedder.embed(&self.mended(text, swedish))
    }

    fn add_dense(&self, evidence: &mut Evidence, dense: &Dense, vector: &[f32], langs: &[(Lang, f32)]) {
        let opinion = dense.opinion(&dense.space.project(vector, langs), langs, self.classes.len());
        evidence.margins = opinion.margins;
        // An article that the linear model does not know is judged by its examples alone.
        let unknown = opinion.likeness.iter().skip(evidence.margins.len()).map(|likeness| likeness - 1.0);
        evidence.margins.extend(unknown.collect::<Vec<_>>());
        evidence.likeness = opinion.likeness;
    }

    /// The text with misspelt words mended and, in a Swedish text without any å, ä and ö, these
    /// put back; everything else as it was typed.
    fn mended(&self, text: &str, swedish: bool) -> String {
        let mut out = String::with_capacity(text.len());
        let text: String = text.chars().take(text::LONGEST).collect();
        let plain = swedish && text.is_ascii();
        for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
            let folded = text::fold(word);
            let mended = self.speller.mend(&folded);
            let spelt = if swedish { self.speller.spell(&mended) } else { &mended };
            out.push_str(if mended == folded && !plain { word } else { spelt });
            out.push_str(piece.get(word.len()..).unwrap_or(" "));
        }
        out
    }

    fn repeated(&self, class: usize, sure: f32, lang: Option<(Lang, f32)>) -> Found {
        let Some(article) = self.classes.get(class).cloned().flatten() else {
            return Found { hits: Vec::new(), decision: Decision::Unknown, confidence: 1.0 - sure, lang };
        };
        let hits = vec![Hit { article: article.clone(), score: sure }];
        Found { hits, decision: Decision::Answer(article), confidence: sure, lang }
    }

    fn conclude(
        &self,
        ranking: &Ranking,
        confidence: f32,
        tuning: &Tuning,
        lang: Option<(Lang, f32)>,
    ) -> Found {
        let hits: Vec<Hit> = ranking
            .classes
            .iter()
            .filter_map(|(class, score)| {
                Some(Hit { article: self.classes.get(*class)?.clone()?, score: *score })
            })
            .take(MOST_HITS)
            .collect();
        let topic = ranking.topics.first().map_or(0.0, |(_, p)| *p);
        let decision = decide(&hits, topic, confidence, tuning);
        Found { hits, decision, confidence, lang }
    }
}

fn decide(hits: &[Hit], topic: f32, confidence: f32, tuning: &Tuning) -> Decision {
    let Some(first) = hits.first().filter(|_| confidence >= tuning.calibration.suggest) else {
        return Decision::Unknown;
    };
    let clear = first.score >= tuning.calibration.clear * topic;
    if confidence >= tuning.calibration.answer && clear {
        return Decision::Answer(first.article.clone());
    }
    let worth = |(place, hit): &(usize, &Hit)| *place < 2 || hit.score >= WORTH_SUGGESTING;
    let articles = hits.iter().enumerate().take(MOST_SUGGESTED).filter(worth);
    Decision::Suggest(articles.map(|(_, hit)| hit.article.clone()).collect())
}
