//! Groups questions that say much the same, so that staff see "12 people asked about this"
//! instead of twelve questions.
//!
//! Deterministic. Goes by letters and words; does not name the groups and decides nothing.

use std::collections::BTreeMap;

use super::text;

/// Two groups are one if their mean vectors have at least this cosine.
const ALIKE: f32 = 0.3;
/// Buckets of the hashed n-grams.
const BUCKETS: u32 = 1024;

/// Groups texts by likeness: places in `texts`, the largest group first, within a group in the
/// given order. Every text is in exactly one group; a text like no other is alone in its own.
#[must_use]
pub fn group(texts: &[String]) -> Vec<Vec<usize>> {
    let vectors: Vec<Grams> = texts.iter().map(|text| Grams::of(text)).collect();
    let mut groups = Groups::of(&vectors);
    while groups.join_nearest() {}
    let mut groups: Vec<Vec<usize>> = groups.members;
    groups.sort_by_key(|members| (std::cmp::Reverse(members.len()), members.first().copied()));
    groups
}

/// A text's n-grams, hashed into buckets, as a vector of length one. Nearly all buckets are empty.
struct Grams(Vec<(u32, f32)>);

impl Grams {
    fn of(text: &str) -> Self {
        let mut buckets: BTreeMap<u32, f32> = BTreeMap::new();
        for (gram, n) in text::gram_counts(&text::words(text)) {
            *buckets.entry(gram % BUCKETS).or_default() += 1.0 + n.ln();
        }
        let length = buckets.values().map(|x| x * x).sum::<f32>().sqrt();
        Self(buckets.into_iter().map(|(bucket, x)| (bucket, x / length)).collect())
    }

    fn dot(&self, other: &Self) -> f32 {
        let (mut sum, mut rest) = (0.0, other.0.as_slice());
        for (bucket, x) in &self.0 {
            rest = &rest[rest.partition_point(|(b, _)| b < bucket)..];
            sum += rest.first().filter(|(b, _)| b == bucket).map_or(0.0, |(_, y)| x * y);
        }
        sum
    }
}

/// Groups of texts, and the dot products of their sums. A sum is never needed itself: the products of
/// a joined group are the sums of those of its parts, which keeps two hundred questions quick.
struct Groups {
    members: Vec<Vec<usize>>,
    products: Vec<Vec<f32>>,
}

impl Groups {
    /// Greedy: every text joins the group whose mean is nearest, if it is near enough.
    fn of(vectors: &[Grams]) -> Self {
        let mut groups = Self { members: Vec::new(), products: Vec::new() };
        for (place, vector) in vectors.iter().enumerate() {
            let alone = vector.dot(vector);
            let with: Vec<f32> = groups
                .members
                .iter()
                .map(|members| members.iter().map(|m| vector.dot(&vectors[*m])).sum())
                .collect();
            let last = groups.members.len();
            groups.members.push(vec![place]);
            groups.products.iter_mut().zip(&with).for_each(|(row, product)| row.push(*product));
            groups.products.push(with.into_iter().chain([alone]).collect());
            let nearest = (0..last)
                .map(|at| (groups.cosine(at, last), at))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .filter(|(likeness, _)| *likeness >= ALIKE);
            if let Some((_, at)) = nearest {
                groups.join(at, last);
            }
        }
        groups
    }

    fn cosine(&self, a: usize, b: usize) -> f32 {
        let lengths = (self.products[a][a] * self.products[b][b]).sqrt();
        if lengths > 0.0 { self.products[a][b] / lengths } else { 0.0 }
    }

    /// Joins the two groups that are likest; whether there were two alike enough.
    fn join_nearest(&mut self) -> bool {
        let mut best: Option<(f32, usize, usize)> = None;
        for a in 0..self.members.len() {
            for b in a + 1..self.members.len() {
                let likeness = self.cosine(a, b);
                if likeness >= ALIKE && best.is_none_or(|(top, ..)| likeness > top) {
                    best = Some((likeness, a, b));
                }
            }
        }
        if let Some((_, a, b)) = best {
            self.join(a, b);
        }
        best.is_some()
    }

    /// The later group becomes part of the earlier one.
    fn join(&mut self, kept: usize, joined: usize) {
        let members = self.members.remove(joined);
        self.members[kept].extend(members);
        self.members[kept].sort_unstable();
        let row = self.products.remove(joined);
        self.products[kept].iter_mut().zip(row).for_each(|(kept, joined)| *kept += joined);
        for row in &mut self.products {
            row[kept] += row[joined];
            row.remove(joined);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_questions_meet() {
        let texts = [
            "hur lånar jag en cykel",
            "var finns badplatsen",
            "kan man låna cykel hos er",
            "badplatsen öppettider",
            "låna cykel",
        ]
        .map(str::to_owned);
        let groups = group(&texts);
        assert_eq!(groups, [vec![0, 2, 4], vec![1, 3]]);
        assert_eq!(group(&texts), groups);
        assert_eq!(group(&[]), Vec::<Vec<usize>>::new());
    }
}
