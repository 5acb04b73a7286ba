//! Groups questions that say much the same, so that staff see "12 people asked about this"
//! instead of twelve questions.
//!
//! Deterministic. Does not name the groups and decides nothing.

use super::num::{count, dot, normalise};
use super::text;
use crate::facts::knowledge::embedding::Embedder;

/// Two groups are one if their mean vectors have at least this cosine, with embedding …
const ALIKE_DENSE: f32 = 0.5;
/// … and without.
const ALIKE_LEXICAL: f32 = 0.3;
/// Buckets of the hashed n-grams.
const BUCKETS: usize = 1024;

/// Groups texts by likeness: places in `texts`, the largest group first, within a group in the
/// given order. Every text is in exactly one group; a text like no other is alone in its own.
#[must_use]
pub fn group(texts: &[String], embedder: Option<&Embedder>) -> Vec<Vec<usize>> {
    let (vectors, alike) = match embedder {
        Some(embedder) => (texts.iter().map(|text| embedder.embed(text)).collect(), ALIKE_DENSE),
        None => (texts.iter().map(|text| hashed(text)).collect(), ALIKE_LEXICAL),
    };
    let mut groups = merge(&centre(vectors, embedder.is_some()), alike);
    groups.sort_by_key(|members| (std::cmp::Reverse(members.len()), members.first().copied()));
    groups
}

/// A text's n-grams, hashed into a vector of length one.
fn hashed(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0_f32; BUCKETS];
    for (gram, n) in text::gram_counts(&text::words(text)) {
        let bucket = usize::try_from(gram).unwrap_or(0) % BUCKETS;
        vector.iter_mut().skip(bucket).take(1).for_each(|x| *x += 1.0 + n.ln());
    }
    normalise(&mut vector);
    vector
}

/// Takes away what all texts have in common, where there are enough texts to know it: raw
/// embeddings are all much alike.
fn centre(mut vectors: Vec<Vec<f32>>, dense: bool) -> Vec<Vec<f32>> {
    let width = vectors.first().map_or(0, Vec::len);
    if dense && vectors.len() > 2 {
        let mut mean = vec![0.0_f32; width];
        for vector in &vectors {
            mean.iter_mut().zip(vector).for_each(|(m, x)| *m += x / count(vectors.len()));
        }
        for vector in &mut vectors {
            vector.iter_mut().zip(&mean).for_each(|(x, m)| *x -= m);
            normalise(vector);
        }
    }
    vectors
}

/// Greedy: every text joins the group whose mean is nearest, if it is near enough; then groups
/// whose means have come close are joined until none are.
fn merge(vectors: &[Vec<f32>], alike: f32) -> Vec<Vec<usize>> {
    let mut groups: Vec<(Vec<f32>, Vec<usize>)> = Vec::new();
    for (place, vector) in vectors.iter().enumerate() {
        let nearest = groups
            .iter_mut()
            .map(|group| (cosine(&group.0, vector), group))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(likeness, _)| *likeness >= alike);
        match nearest {
            Some((_, (sum, members))) => {
                sum.iter_mut().zip(vector).for_each(|(s, x)| *s += x);
                members.push(place);
            }
            None => groups.push((vector.clone(), vec![place])),
        }
    }
    while let Some((kept, joined)) = nearest_pair(&groups, alike) {
        let (sum, members) = groups.remove(joined);
        if let Some((kept_sum, kept_members)) = groups.get_mut(kept) {
            kept_sum.iter_mut().zip(sum).for_each(|(s, x)| *s += x);
            kept_members.extend(members);
            kept_members.sort_unstable();
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

/// The two most similar groups, if they are alike; the first is the earlier one.
fn nearest_pair(groups: &[(Vec<f32>, Vec<usize>)], alike: f32) -> Option<(usize, usize)> {
    let mut best: Option<(f32, usize, usize)> = None;
    for (i, (a, _)) in groups.iter().enumerate() {
        for (j, (b, _)) in groups.iter().enumerate().skip(i + 1) {
            let likeness = cosine(a, b);
            if likeness >= alike && best.is_none_or(|(top, ..)| likeness > top) {
                best = Some((likeness, i, j));
            }
        }
    }
    best.map(|(_, i, j)| (i, j))
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_questions_meet_without_embedding() {
        let texts = [
            "hur lånar jag en cykel",
            "var finns badplatsen",
            "kan man låna cykel hos er",
            "badplatsen öppettider",
            "låna cykel",
        ]
        .map(str::to_owned);
        let groups = group(&texts, None);
        assert_eq!(groups, [vec![0, 2, 4], vec![1, 3]]);
        assert_eq!(group(&texts, None), groups);
        assert_eq!(group(&[], None), Vec::<Vec<usize>>::new());
    }
}
