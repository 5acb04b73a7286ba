//! The questions without a good answer, put together: what is worded alike, and what says much the same.
//!
//! Reads nothing itself, and keeps nobody's words.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::title;
use crate::facts::Facts;
use crate::facts::knowledge::search::group;
use crate::model::id::{ArticleId, RequestId};
use crate::model::lang::Lang;
use crate::store::gaps::Gap;

/// How many wordings of a question are worked on at once.
const AT_ONCE: usize = 20;
/// For how many lists the groups are kept: staff of a few centres look in turn.
const KEPT: usize = 8;

/// Questions that say much the same.
pub(super) struct Group {
    /// The article that they are likest to.
    pub title: String,
    /// How many they are.
    pub times: usize,
    pub wordings: Vec<Wording>,
}

/// A question in one wording, and the requests that ask it so.
#[derive(Clone, Debug)]
pub(super) struct Wording {
    pub question: String,
    pub lang: Lang,
    pub requests: Vec<RequestId>,
}

impl Wording {
    /// The requests, as a form carries them.
    pub fn field(&self) -> String {
        self.requests.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// Puts together what is worded alike, as it came first; capital letters and spaces make no difference.
pub(super) fn worded(questions: impl Iterator<Item = (RequestId, String, Lang)>) -> Vec<Wording> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<Wording> = Vec::new();
    for (request, question, lang) in questions {
        let same = question.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        match places.get(&same).and_then(|place| all.get_mut(*place)) {
            Some(wording) => wording.requests.push(request),
            None => {
                places.insert(same, all.len());
                all.push(Wording { question, lang, requests: vec![request] });
            }
        }
    }
    all
}

/// Groups as places in a list of questions, each with the article that it is likest to.
type Places = Arc<Vec<(Vec<usize>, Option<ArticleId>)>>;

/// A list of questions, and how it was grouped by the facts of its time.
struct Known {
    facts: Weak<Facts>,
    requests: Vec<RequestId>,
    places: Places,
}

/// What was grouped lately: two hundred questions take some ten milliseconds, and the page is looked at
/// more often than they change.
#[derive(Clone, Default)]
pub(in crate::console) struct Lately(Arc<Mutex<VecDeque<Known>>>);

impl Lately {
    /// The questions in groups, the largest first.
    pub(super) fn groups(&self, facts: &Arc<Facts>, lang: Lang, gaps: &[Gap]) -> Vec<Group> {
        let places = self.places(facts, gaps);
        let shown = places.iter().map(|(members, nearest)| {
            let members = members.iter().filter_map(|n| gaps.get(*n));
            let mut wordings = worded(members.map(|gap| (gap.request, gap.question.clone(), gap.lang)));
            wordings.truncate(AT_ONCE);
            let times = wordings.iter().map(|wording| wording.requests.len()).sum();
            let title = nearest.as_ref().map(|id| title(facts, lang, id)).unwrap_or_default();
            Group { title, times, wordings }
        });
        shown.collect()
    }

    fn places(&self, facts: &Arc<Facts>, gaps: &[Gap]) -> Places {
        let requests: Vec<RequestId> = gaps.iter().map(|gap| gap.request).collect();
        let same = |known: &&Known| known.facts.as_ptr() == Arc::as_ptr(facts) && known.requests == requests;
        let known =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(same).map(|k| k.places.clone());
        // Not under the lock: it takes its time.
        known.unwrap_or_else(|| {
            let places = Arc::new(grouped(facts, gaps));
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.truncate(KEPT - 1);
            kept.push_front(Known { facts: Arc::downgrade(facts), requests, places: Arc::clone(&places) });
            places
        })
    }
}

/// By letters and words; meaning would take seconds.
fn grouped(facts: &Facts, gaps: &[Gap]) -> Vec<(Vec<usize>, Option<ArticleId>)> {
    let texts: Vec<String> = gaps.iter().map(|gap| gap.question.clone()).collect();
    let nearest = |members: &[usize]| {
        let first = members.first().and_then(|n| texts.get(*n))?;
        facts.knowledge.search.guess(first, 1).into_iter().next()
    };
    group::group(&texts)
        .into_iter()
        .map(|members| (nearest(&members), members))
        .map(|(n, m)| (m, n))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worded_alike_stands_once() {
        let asked = ["Hur lånar jag en cykel", "var är badet", "hur lånar jag  en cykel"];
        let numbered = (1..).zip(asked).map(|(n, q)| (RequestId::from_number(n), q.to_owned(), Lang::Sv));
        let wordings = worded(numbered);
        let told: Vec<_> = wordings.iter().map(|w| (w.question.as_str(), w.requests.len())).collect();
        assert_eq!(told, [("Hur lånar jag en cykel", 2), ("var är badet", 1)]);
        assert_eq!(wordings[0].field().split(',').count(), 2);
    }
}
