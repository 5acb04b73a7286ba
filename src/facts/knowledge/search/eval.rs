//! Measures the search on labelled questions: how often it is right, what it decides, how fast.
//!
//! The library part of `digidel eval`. Prints nothing: [`Report`] displays as a table and
//! serialises for `--json`. Does not tune; that is `train`.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Decision, Found, Search, num, text};
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// A labelled question: one line of `tests/eval/*.jsonl`.
#[derive(Debug, Clone, Deserialize)]
pub struct Question {
    /// The question.
    pub q: String,
    /// Its language.
    pub lang: Lang,
    /// The article that answers it; nothing if none does (`"none"` in the file).
    #[serde(deserialize_with = "article_or_none")]
    pub article: Option<ArticleId>,
    /// How it is written: `plain`, `colloquial`, `typo` or `oos` (out of scope).
    #[serde(default)]
    pub kind: String,
    /// Other articles that are as right.
    #[serde(default, deserialize_with = "one_or_many")]
    pub also: Vec<ArticleId>,
}

impl Question {
    /// Whether the article answers the question.
    #[must_use]
    pub fn wants(&self, article: &ArticleId) -> bool {
        self.article.as_ref() == Some(article) || self.also.contains(article)
    }
}

fn article_or_none<'de, D: Deserializer<'de>>(input: D) -> Result<Option<ArticleId>, D::Error> {
    let name = String::deserialize(input)?;
    if name == "none" { Ok(None) } else { name.parse().map(Some).map_err(serde::de::Error::custom) }
}

fn one_or_many<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<ArticleId>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Also {
        One(ArticleId),
        Many(Vec<ArticleId>),
    }
    Ok(match Also::deserialize(input)? {
        Also::One(article) => vec![article],
        Also::Many(articles) => articles,
    })
}

/// Reads questions, one JSON object a line; empty lines are skipped.
///
/// # Errors
/// The number of the first line that is not a question, from 1, and why.
pub fn read_questions(lines: &str) -> Result<Vec<Question>, (usize, serde_json::Error)> {
    let lines = lines.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, number)| serde_json::from_str(line).map_err(|error| (number, error))).collect()
}

/// Shares of one group of in-scope questions, 0–1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Number of questions.
    pub n: usize,
    /// Right topic first.
    pub topic_1: f32,
    /// Right topic among the first three.
    pub topic_3: f32,
    /// Right article first.
    pub article_1: f32,
    /// Right article among the first three.
    pub article_3: f32,
    /// Answered.
    pub answered: f32,
    /// Of the answered, right topic.
    pub answered_right: f32,
    /// Suggestions made.
    pub suggested: f32,
    /// Of the suggestions, right topic among them.
    pub suggested_right: f32,
    /// Answered or suggested with the right topic: what helps.
    pub helped: f32,
}

/// Shares of the questions that no article answers, 0–1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outside {
    /// Number of questions.
    pub n: usize,
    /// Answered all the same.
    pub answered: f32,
    /// Suggestions made.
    pub suggested: f32,
    /// Recognised.
    pub unknown: f32,
}

/// A whole measurement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// In-scope questions by language; `sv misspelt` and `sv without åäö` are the Swedish and
    /// English ones spoilt on purpose.
    pub rows: BTreeMap<String, Row>,
    /// Out-of-scope questions by language.
    pub outside: BTreeMap<String, Outside>,
    /// Median time of a search, in milliseconds.
    pub p50_ms: f32,
    /// 99th percentile of the time of a search, in milliseconds.
    pub p99_ms: f32,
}

/// What is committed as `tests/eval/baseline.json`, measured on the test questions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// With both tiers.
    pub full: Report,
    /// With the lexical tier alone.
    pub lexical: Report,
}

/// Share of letters that are spoilt in the misspelt copies.
pub const MISSPELT: f32 = 0.08;
/// A share may fall so far below the baseline before it counts as a drop.
const TOLERANCE: f32 = 0.02;

/// Asks every question, and the Swedish and English ones misspelt and without å ä ö too.
/// `topic` names the topic of an article.
pub fn measure(search: &Search, questions: &[Question], topic: impl Fn(&ArticleId) -> String) -> Report {
    let mut report = Report::default();
    let mut times: Vec<f32> = Vec::with_capacity(questions.len());
    let mut find = |text: &str| {
        let start = Instant::now();
        let found = search.find(text);
        times.push(start.elapsed().as_secs_f32() * 1000.0);
        found
    };
    let mut inside: BTreeMap<String, Tally> = BTreeMap::new();
    let mut outside: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for question in questions {
        let lang = question.lang.code();
        let found = find(&question.q);
        if question.article.is_none() {
            count_outside(outside.entry(lang.to_owned()).or_default(), &found.decision);
            continue;
        }
        inside.entry(lang.to_owned()).or_default().add(question, &found, &topic);
        if matches!(question.lang, Lang::Sv | Lang::En) {
            let misspelt = find(&text::misspell(&question.q, MISSPELT, 1));
            inside.entry(format!("{lang} misspelt")).or_default().add(question, &misspelt, &topic);
        }
        if question.lang == Lang::Sv {
            let plain = find(&text::without_rings_and_dots(&question.q));
            inside.entry(format!("{lang} without åäö")).or_default().add(question, &plain, &topic);
        }
    }
    report.rows = inside.into_iter().map(|(name, tally)| (name, tally.row())).collect();
    report.outside = outside.into_iter().map(|(name, counts)| (name, outside_row(counts))).collect();
    times.sort_by(f32::total_cmp);
    let quantile =
        |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    report.p50_ms = quantile(50).copied().unwrap_or(0.0);
    report.p99_ms = quantile(99).copied().unwrap_or(0.0);
    report
}

fn count_outside(counts: &mut [usize; 4], decision: &Decision) {
    let [n, answered, suggested, unknown] = counts;
    *n += 1;
    match decision {
        Decision::Answer(_) => *answered += 1,
        Decision::Suggest(_) => *suggested += 1,
        Decision::Unknown => *unknown += 1,
    }
}

fn outside_row([n, answered, suggested, unknown]: [usize; 4]) -> Outside {
    Outside { n, answered: share(answered, n), suggested: share(suggested, n), unknown: share(unknown, n) }
}

fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { num::count(part) / num::count(whole) }
}

/// Counts of one group of in-scope questions.
#[derive(Debug, Default)]
struct Tally {
    n: usize,
    topic: [usize; 2],
    article: [usize; 2],
    answered: [usize; 2],
    suggested: [usize; 2],
}

impl Tally {
    fn add(&mut self, question: &Question, found: &Found, topic: &impl Fn(&ArticleId) -> String) {
        let wanted: Vec<String> = question.article.iter().chain(&question.also).map(topic).collect();
        let on_topic = |article: &ArticleId| wanted.contains(&topic(article));
        // Topics in the order in which their first article is found.
        let mut topics: Vec<String> = Vec::new();
        for hit in &found.hits {
            let name = topic(&hit.article);
            if !topics.contains(&name) {
                topics.push(name);
            }
        }
        self.n += 1;
        put(&mut self.topic, topics.iter().position(|name| wanted.contains(name)));
        put(&mut self.article, found.hits.iter().position(|hit| question.wants(&hit.article)));
        match &found.decision {
            Decision::Answer(article) => both(&mut self.answered, on_topic(article)),
            Decision::Suggest(articles) => both(&mut self.suggested, articles.iter().any(on_topic)),
            Decision::Unknown => {}
        }
    }

    fn row(&self) -> Row {
        let ([topic_1, topic_3], [article_1, article_3]) = (self.topic, self.article);
        let n = self.n;
        let ([answered, answered_right], [suggested, suggested_right]) = (self.answered, self.suggested);
        Row {
            n,
            topic_1: share(topic_1, n),
            topic_3: share(topic_3, n),
            article_1: share(article_1, n),
            article_3: share(article_3, n),
            answered: share(answered, n),
            answered_right: share(answered_right, answered),
            suggested: share(suggested, n),
            suggested_right: share(suggested_right, suggested),
            helped: share(answered_right + suggested_right, n),
        }
    }
}

/// Counts a place as "first" and "among the first three".
fn put([first, three]: &mut [usize; 2], place: Option<usize>) {
    *first += usize::from(place == Some(0));
    *three += usize::from(place.is_some_and(|place| place < 3));
}

/// Counts all, and the right ones.
fn both([all, right]: &mut [usize; 2], is_right: bool) {
    *all += 1;
    *right += usize::from(is_right);
}

impl Report {
    /// What has fallen by more than two points since the baseline, one sentence each.
    #[must_use]
    pub fn drops_since(&self, baseline: &Self) -> Vec<String> {
        let mut drops = Vec::new();
        let mut check = |name: &str, what: &str, now: f32, then: f32| {
            if now + TOLERANCE < then {
                drops.push(format!("{name}: {what} fell from {:.1} to {:.1} %", then * 100.0, now * 100.0));
            }
        };
        for (name, then) in &baseline.rows {
            let now = self.rows.get(name).cloned().unwrap_or_default();
            check(name, "right topic first", now.topic_1, then.topic_1);
            check(name, "right topic among three", now.topic_3, then.topic_3);
            check(name, "helped", now.helped, then.helped);
        }
        for (name, then) in &baseline.outside {
            let now = self.outside.get(name).cloned().unwrap_or_default();
            check(name, "out-of-scope not answered", 1.0 - now.answered, 1.0 - then.answered);
            check(name, "out-of-scope recognised", now.unknown, then.unknown);
        }
        drops
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "in scope               n  topic 1/3   article 1/3  answered (right)  suggested (right)  helped"
        )?;
        for (name, row) in &self.rows {
            writeln!(
                f,
                "{name:<18} {:>5}  {:.3}/{:.3}  {:.3}/{:.3}    {:.3} ({:.3})     {:.3} ({:.3})      {:.3}",
                row.n,
                row.topic_1,
                row.topic_3,
                row.article_1,
                row.article_3,
                row.answered,
                row.answered_right,
                row.suggested,
                row.suggested_right,
                row.helped
            )?;
        }
        writeln!(f, "out of scope           n  answered  suggested  unknown")?;
        for (name, row) in &self.outside {
            let (answered, suggested, unknown) = (row.answered, row.suggested, row.unknown);
            writeln!(f, "{name:<18} {:>5}     {answered:.3}      {suggested:.3}    {unknown:.3}", row.n)?;
        }
        writeln!(f, "time: median {:.2} ms, 99th percentile {:.2} ms", self.p50_ms, self.p99_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds_of_also_and_none() {
        let lines = r#"{"q":"a","lang":"sv","article":"none","kind":"oos"}

{"q":"b","lang":"en","article":"swish-betala","kind":"plain","also":"swish-skaffa"}
{"q":"c","lang":"en","article":"swish-betala","kind":"plain","also":["swish-skaffa"]}"#;
        let questions = read_questions(lines).unwrap();
        assert_eq!(questions[0].article, None);
        assert_eq!(questions[1].also, questions[2].also);
        assert_eq!(read_questions("{}").unwrap_err().0, 1);
    }

    #[test]
    fn a_drop_is_more_than_two_points() {
        let with = |topic_1| Report {
            rows: BTreeMap::from([("sv".to_owned(), Row { topic_1, ..Row::default() })]),
            ..Report::default()
        };
        assert_eq!(with(0.88).drops_since(&with(0.895)), Vec::<String>::new());
        assert_eq!(with(0.87).drops_since(&with(0.90)), ["sv: right topic first fell from 90.0 to 87.0 %"]);
    }
}
