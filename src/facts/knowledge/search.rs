//! temporary
use std::collections::HashMap;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;
use crate::facts::problem::Problem;
use super::embedding::Embedder;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Example<'a> { pub article: &'a ArticleId, pub lang: Lang, pub text: &'a str }
#[derive(Clone, Debug)]
pub struct ArticleText<'a> { pub article: &'a ArticleId, pub topic: &'a str, pub lang: Lang, pub title: &'a str, pub body: &'a str }
#[derive(Clone, Debug, Default)]
pub struct Corpus<'a> { pub examples: Vec<Example<'a>>, pub texts: Vec<ArticleText<'a>>, pub none: Vec<(Lang, &'a str)> }
#[derive(Clone, Debug, PartialEq)]
pub enum Decision { Answer(ArticleId), Suggest(Vec<ArticleId>), Unknown }
#[derive(Clone, Debug, PartialEq)]
pub struct Hit { pub article: ArticleId, pub score: f32 }
#[derive(Clone, Debug, PartialEq)]
pub struct Found { pub hits: Vec<Hit>, pub decision: Decision, pub confidence: f32, pub lang: Option<(Lang, f32)> }
pub struct Search { docs: Vec<(ArticleId, f32)>, index: HashMap<String, Vec<(usize, f32)>> }
fn grams(t: &str) -> Vec<String> {
    let f: Vec<char> = format!(" {} ", crate::facts::places::fold::fold(t)).chars().collect();
    (3..=5).flat_map(|n| f.windows(n).map(|w| w.iter().collect::<String>()).collect::<Vec<_>>()).collect()
}
impl Search {
    pub fn build(corpus: &Corpus<'_>, _t: Option<&[u8]>, _e: Option<Arc<Embedder>>) -> (Self, Option<Problem>) {
        let mut df: HashMap<String, f32> = HashMap::new();
        let all: Vec<(ArticleId, Vec<String>)> = corpus.examples.iter().map(|e| (e.article.clone(), grams(e.text))).collect();
        for (_, g) in &all { let s: std::collections::HashSet<_> = g.iter().collect(); for x in s { *df.entry(x.clone()).or_default() += 1.0; } }
        let n = all.len() as f32;
        let mut index: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
        let mut docs = Vec::new();
        for (i, (a, g)) in all.into_iter().enumerate() {
            let mut tf: HashMap<String, f32> = HashMap::new();
            for x in g { *tf.entry(x).or_default() += 1.0; }
            let mut norm = 0.0;
            for (x, t) in tf { let w = t.sqrt() * (n / df[&x]).ln().max(0.01); norm += w * w; index.entry(x).or_default().push((i, w)); }
            docs.push((a, norm.sqrt()));
        }
        (Self { docs, index }, None)
    }
    pub fn find(&self, text: &str) -> Found {
        let mut tf: HashMap<String, f32> = HashMap::new();
        for x in grams(text) { *tf.entry(x).or_default() += 1.0; }
        let mut s: HashMap<usize, f32> = HashMap::new();
        let mut norm = 0.0f32;
        let n = self.docs.len() as f32;
        for (x, t) in tf {
            let Some(l) = self.index.get(&x) else { norm += t * 36.0; continue };
            let w = t.sqrt() * (n / l.len() as f32).ln().max(0.01); norm += w * w;
            for (i, dw) in l { *s.entry(*i).or_default() += w * dw; }
        }
        let mut best: HashMap<&ArticleId, f32> = HashMap::new();
        for (i, v) in s { let (a, dn) = &self.docs[i]; let c = v / dn / norm.sqrt(); let e = best.entry(a).or_default(); if c > *e { *e = c; } }
        let mut hits: Vec<Hit> = best.into_iter().map(|(a, s)| Hit { article: a.clone(), score: s }).collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.article.cmp(&b.article)));
        hits.truncate(10);
        let top = hits.first().map_or(0.0, |h| h.score);
        let decision = if top > 0.4 { Decision::Answer(hits[0].article.clone()) } else if top > 0.25 { Decision::Suggest(hits.iter().take(3).map(|h| h.article.clone()).collect()) } else { Decision::Unknown };
        Found { hits, decision, confidence: top, lang: None }
    }
}
