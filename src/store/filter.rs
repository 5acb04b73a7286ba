//! Which requests a list shows, and how the database finds them.
//!
//! Builds the query; `worklist` runs it.

use serde::Deserialize;
use sqlx::{QueryBuilder, Sqlite};

use crate::model::chat::Platform;
use crate::model::id::CentreId;
use crate::model::request::{Outcome, RequestKind, RequestStatus};
use crate::model::time::{Timestamp, to_millis};

/// Which requests come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Order {
    /// The last changed.
    #[default]
    LatestFirst,
    /// Those that nothing has happened to for the longest.
    LongestWaitFirst,
}

/// Which requests are wanted; what is `None` does not narrow.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Filter {
    /// How far they have come; several are possible.
    pub statuses: Vec<RequestStatus>,
    /// What kind of need.
    pub kind: Option<RequestKind>,
    /// The topic.
    pub topic: Option<String>,
    /// The language.
    pub lang: Option<String>,
    /// Where they came in.
    pub platform: Option<Platform>,
    /// The centre.
    pub centre: Option<CentreId>,
    /// What the resident said of it.
    pub outcome: Option<Outcome>,
    /// Not opened before.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub until: Option<Timestamp>,
    /// Who looks after it.
    pub assignee: Option<i64>,
    /// Words that stand in the question or the conversation.
    pub words: Option<String>,
    /// Also those that wait for the answer to another one.
    pub merged: bool,
    /// Only of these centres, or of none; empty: of all.
    pub only: Vec<CentreId>,
    /// Which come first.
    pub order: Order,
    /// Those after this one in that order, by the last change and the number: the next page.
    pub after: Option<(i64, i64)>,
}

/// The platform of a request, as the index has it.
const PLATFORM: &str = "substr(resident, 1, max(instr(resident, ':') - 1, 0))";
/// How many lines of conversations that fit are looked at, the newest first.
const NEWEST: i64 = 5_000;
/// From this many questions on, words are broad.
pub(super) const MANY: i64 = 2_000;

/// What people typed as an FTS5 query: every word, as it is or as a beginning. Nothing of it is syntax.
pub(super) fn match_all(words: &str, as_beginnings: bool) -> Option<String> {
    let words: Vec<&str> =
        words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(8).collect();
    let end = if as_beginnings { "*" } else { "" };
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"{end}")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" "))
}

impl Filter {
    /// How many columns it narrows.
    fn columns(&self) -> usize {
        let narrowed = [
            !self.statuses.is_empty(),
            self.kind.is_some(),
            self.topic.is_some(),
            self.lang.is_some(),
            self.platform.is_some(),
            self.centre.is_some(),
            self.outcome.is_some(),
            self.assignee.is_some(),
            self.from.is_some() || self.until.is_some(),
            !self.only.is_empty(),
        ];
        narrowed.into_iter().filter(|narrowed| *narrowed).count()
    }

    /// The filters that find the same together, each in the order of an index: of several states, each has
    /// its own, or every request in any of them would be read and sorted for the first fifty.
    pub(super) fn parts(&self, words: Option<&str>) -> Vec<Self> {
        if self.statuses.len() < 2 || !self.is_one_column() || words.is_some() {
            return vec![self.clone()];
        }
        self.statuses.iter().map(|status| Self { statuses: vec![*status], ..self.clone() }).collect()
    }

    /// Whether it narrows one column alone, and one with an index in the order of the list.
    fn is_one_column(&self) -> bool {
        let indexed = !self.statuses.is_empty()
            || self.centre.is_some()
            || self.outcome.is_some()
            || self.assignee.is_some()
            || self.platform.is_some();
        self.columns() == 1 && indexed
    }

    /// The rows of one part that come first, in order; `count` at most.
    pub(super) fn first(&self, words: Option<&str>, broad: bool, count: u32) -> QueryBuilder<Sqlite> {
        let mut query = self.select(words, broad);
        query.push(match self.order {
            Order::LatestFirst => " ORDER BY changed_at DESC, id DESC LIMIT ",
            Order::LongestWaitFirst => " ORDER BY changed_at, id LIMIT ",
        });
        query.push_bind(count);
        query
    }

    /// The rows that fit. Some columns have an index of their own; for the others, for several, and for words
    /// that stand nearly everywhere, the index that holds every column is walked in the order of the list: how rare a
    /// combination is, the database cannot know.
    fn select(&self, words: Option<&str>, broad: bool) -> QueryBuilder<Sqlite> {
        let walk = if words.is_some() { broad } else { !self.is_one_column() };
        let index = if walk { " INDEXED BY requests_list" } else { "" };
        let mut query = QueryBuilder::new("SELECT * FROM requests");
        query.push(index).push(" WHERE resident <> ''");
        narrow(&mut query, self, words);
        query
    }
}

fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &Filter, words: Option<&str>) {
    if !filter.statuses.is_empty() {
        query.push(" AND status IN (");
        let mut list = query.separated(", ");
        for status in &filter.statuses {
            list.push_bind(status.word());
        }
        query.push(")");
    }
    let mut equal = |column: &str, value: Option<String>| {
        if let Some(value) = value {
            query.push(format!(" AND {column} = ")).push_bind(value);
        }
    };
    equal("kind", filter.kind.map(|k| k.word().to_owned()));
    equal("topic", filter.topic.clone());
    equal("lang", filter.lang.clone());
    equal("centre", filter.centre.as_ref().map(ToString::to_string));
    equal("outcome", filter.outcome.map(|o| o.word().to_owned()));
    equal(PLATFORM, filter.platform.map(|p| p.name().to_owned()));
    if !filter.merged {
        query.push(" AND merged_into IS NULL");
    }
    if let Some(from) = filter.from {
        query.push(" AND opened_at >= ").push_bind(to_millis(from));
    }
    if let Some(until) = filter.until {
        query.push(" AND opened_at < ").push_bind(to_millis(until));
    }
    if let Some(assignee) = filter.assignee {
        query.push(" AND assignee = ").push_bind(assignee);
    }
    if !filter.only.is_empty() {
        query.push(" AND (centre IS NULL OR centre IN (");
        let mut list = query.separated(", ");
        for centre in &filter.only {
            list.push_bind(centre.to_string());
        }
        query.push("))");
    }
    if let Some(words) = words {
        query
            .push(" AND id IN (SELECT rowid FROM request_words WHERE request_words MATCH ")
            .push_bind(words.to_owned());
        query.push(
            " UNION SELECT i.request FROM
               (SELECT rowid FROM inbox_words WHERE inbox_words MATCH ",
        );
        query.push_bind(words.to_owned()).push(" ORDER BY rowid DESC LIMIT ").push_bind(NEWEST);
        query.push(") w JOIN inbox i ON i.id = w.rowid WHERE i.request IS NOT NULL)");
    }
    if let Some((changed, id)) = filter.after {
        let beyond = match filter.order {
            Order::LatestFirst => "<",
            Order::LongestWaitFirst => ">",
        };
        query
            .push(format!(" AND (changed_at, id) {beyond} ("))
            .push_bind(changed)
            .push(", ")
            .push_bind(id)
            .push(")");
    }
}
