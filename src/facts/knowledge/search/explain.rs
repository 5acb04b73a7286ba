//! Why a question is ranked as it is: what each tier says, and which examples are likest.
//!
//! For staff who try a question; costs a little more than a search. Decides nothing of its own.

use super::rank::{self, Evidence};
use super::{Corpus, Found, Search, model, text};
use crate::model::id::ArticleId;

/// How many articles are explained.
const CANDIDATES: usize = 5;
/// How many examples of each.
const EXAMPLES: usize = 3;

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// An example says the same word for word.
    Repeated,
    /// An example that staff wrote since training says nearly the same.
    NearlyRepeated,
    /// Letters and words alone: they were sure, or there is nothing else.
    Words,
    /// Letters, words and meaning.
    Both,
    /// Meaning alone: the language is one that the other tier has not learnt.
    Meaning,
}

/// One article that might answer.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The article.
    pub article: ArticleId,
    /// Its share of the probability, 0–1.
    pub score: f32,
    /// What letters and words say, about −1 to 1.
    pub words: f32,
    /// What the linear model of meaning says, about −1 to 1.
    pub meaning: Option<f32>,
    /// Likeness in meaning to the article's examples, −1 to 1.
    pub likeness: Option<f32>,
    /// Its examples that are likest, likest first, with the likeness, −1 to 1.
    pub examples: Vec<(String, f32)>,
}

/// Why a question is ranked as it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What a resident would get.
    pub found: Found,
    /// What decided.
    pub tier: Tier,
    /// The question as the speller mended it.
    pub mended: String,
    /// The share of the question's letters that the examples know, 0–1.
    pub coverage: f32,
    /// From this probability on an answer is given, 0–1 …
    pub answers_from: f32,
    /// … and from this one on articles are suggested.
    pub suggests_from: f32,
    /// The likeliest articles.
    pub candidates: Vec<Candidate>,
}

impl Search {
    /// Explains a search. The corpus is the one that the search was built from.
    #[must_use]
    pub fn explain(&self, corpus: &Corpus<'_>, question: &str) -> Explanation {
        let found = self.find(question);
        let words = text::words(question);
        let mended = self.mend_all(&words);
        let likeness = self.fresh.compare(self.lexical.vocabulary(), &mended);
        let mut evidence = self.lexical_evidence(&words, &mended, &likeness);
        let first = rank::rank(&evidence, &self.topics, self.alone.blend);
        let sure = self.alone.calibration.probability(&first.signs) >= self.sure;
        let foreign = found.lang.is_some_and(|(lang, _)| !self.whole.contains(&lang));
        let (tier, tuning) = match &self.dense {
            _ if self.exact.contains_key(&words.join(" ")) => (Tier::Repeated, &self.alone),
            _ if self.nearly_repeated(&likeness).is_some() => (Tier::NearlyRepeated, &self.alone),
            None => (Tier::Words, &self.alone),
            Some(_) if sure => (Tier::Words, &self.alone),
            Some(_) if foreign => (Tier::Meaning, &self.foreign),
            Some(_) => (Tier::Both, &self.full),
        };
        let mut vector = None;
        if let Some((dense, embedder)) = &self.dense {
            let langs = self.languages.shares(question);
            let own = self.embed(embedder, question, &langs);
            self.add_dense(&mut evidence, dense, &own, &langs);
            vector = Some(dense.space.project(&own, &langs));
        }
        let ranked = self.ranked(&found, &evidence, tier, tuning);
        let candidates = ranked
            .into_iter()
            .filter_map(|(class, score)| {
                let article = self.classes.get(class)?.clone()?;
                let examples = self.likest(corpus, &article, class, &mended, vector.as_deref());
                let at = |all: &[f32]| all.get(class).copied();
                Some(Candidate {
                    article,
                    score,
                    words: at(&evidence.lexical).unwrap_or(-1.0),
                    meaning: at(&evidence.margins),
                    likeness: at(&evidence.likeness),
                    examples,
                })
            })
            .collect();
        Explanation {
            found,
            tier,
            mended: mended.join(" "),
            coverage: evidence.coverage,
            answers_from: tuning.calibration.answer,
            suggests_from: tuning.calibration.suggest,
            candidates,
        }
    }

    /// The articles that letters and words find likeliest, best first: in less than a millisecond.
    #[must_use]
    pub fn guess(&self, question: &str, few: usize) -> Vec<ArticleId> {
        let words = text::words(question);
        let mended = self.mend_all(&words);
        let likeness = self.fresh.compare(self.lexical.vocabulary(), &mended);
        let evidence = self.lexical_evidence(&words, &mended, &likeness);
        let ranking = rank::rank(&evidence, &self.topics, self.alone.blend);
        let articles = ranking.classes.iter().filter_map(|(class, _)| self.classes.get(*class)?.clone());
        articles.take(few).collect()
    }

    /// The likeliest classes with their share, what was found first.
    fn ranked(
        &self,
        found: &Found,
        evidence: &Evidence,
        tier: Tier,
        tuning: &model::Tuning,
    ) -> Vec<(usize, f32)> {
        let seen = match tier {
            Tier::Repeated | Tier::NearlyRepeated | Tier::Words => evidence.clone().lexical_only(),
            Tier::Meaning => evidence.clone().dense_only(),
            Tier::Both => evidence.clone(),
        };
        let mut ranked = rank::rank(&seen, &self.topics, tuning.blend).classes;
        let hit = found.hits.first();
        let place = |(class, _): &(usize, f32)| {
            let article = self.classes.get(*class).and_then(Option::as_ref);
            article.is_some() && article == hit.map(|hit| &hit.article)
        };
        if let Some(at) = ranked.iter().position(place) {
            let (class, score) = ranked.remove(at);
            // A repeated example is not ranked but known.
            ranked.insert(0, (class, hit.map_or(score, |hit| hit.score)));
        }
        ranked.truncate(CANDIDATES);
        ranked
    }

    /// The examples of an article that are likest to a question: by meaning if it is known, else by
    /// letters and words.
    fn likest(
        &self,
        corpus: &Corpus<'_>,
        article: &ArticleId,
        class: usize,
        mended: &[String],
        vector: Option<&[f32]>,
    ) -> Vec<(String, f32)> {
        let own = || corpus.examples.iter().filter(|e| e.article == article);
        if let (Some(vector), Some((dense, _))) = (vector, &self.dense) {
            let named = |key: u64| own().find(|e| model::example_key(e.article, e.text) == key);
            let likest = dense.likest(vector, class, EXAMPLES);
            return likest
                .into_iter()
                .filter_map(|(key, l)| Some((named(key)?.text.to_owned(), l)))
                .collect();
        }
        let vocabulary = self.lexical.vocabulary();
        let wanted: std::collections::HashMap<u32, f32> =
            vocabulary.open_vector(mended).into_iter().collect();
        let like = |example: &str| -> f32 {
            let other = vocabulary.open_vector(&text::words(example));
            other.iter().filter_map(|(feature, value)| Some(wanted.get(feature)? * value)).sum()
        };
        let mut all: Vec<(String, f32)> = own().map(|e| (e.text.to_owned(), like(e.text))).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(EXAMPLES);
        all
    }
}
