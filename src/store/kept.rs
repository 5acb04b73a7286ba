//! Everything that is kept about a person: one list for showing, exporting and counting it.
//!
//! A test compares the list with the schema: a new column is in it, or the test says why not.

use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::{Store, StoreError, Turnover};
use crate::model::chat::Address;
use crate::model::kept::{KeptKind, KeptRow, OWN_FILE};
use crate::model::message::{Card, Content, Message};

macro_rules! mine {
    ($column:literal) => {
        concat!($column, " IN (SELECT id FROM requests WHERE resident = ?1)")
    };
}
macro_rules! threads {
    ($column:literal) => {
        concat!(
            $column,
            " IN (SELECT d.thread FROM request_desk AS d JOIN requests AS r ON r.id = d.request WHERE r.resident = ?1)"
        )
    };
}
pub(super) use {mine, threads};

const INBOX: &str =
    "SELECT json_object('at', at, 'role', role, 'kind', kind, 'text', text, 'request', request,
    'key', key, 'address', address, 'message', message) FROM inbox WHERE ";
const LETTERS: &str = "SELECT json_object('at', created_at, 'state', state, 'content', json(content), 'recipient', recipient,
    'placement', placement, 'reply', reply, 'request', request, 'visit', visit, 'due_at', due_at, 'receipt', receipt,
    'failure', failure, 'closed_at', closed_at) FROM letters WHERE ";

/// What is kept, and where. `?1` is the person's address.
fn shelf(kind: KeptKind) -> String {
    match kind {
        KeptKind::Conversation => "SELECT json_object('at', created_at, 'last_at', last_at, 'address', address,
            'session', json(session)) FROM conversations WHERE address = ?1"
            .to_owned(),
        KeptKind::Written => format!("{INBOX} address = ?1 ORDER BY id"),
        KeptKind::Told => format!("{LETTERS} recipient = ?1 ORDER BY id"),
        KeptKind::Request => "SELECT json_object('at', opened_at, 'question', question, 'kind', kind, 'status', status,
            'topic', topic, 'article', article, 'centre', centre, 'lang', lang, 'outcome', outcome, 'points', points,
            'confidence', confidence, 'visit', visit, 'owner', owner, 'for_staff', for_staff, 'assignee', assignee,
            'epoch', epoch, 'municipality', municipality, 'id', id, 'resident', resident, 'changed_at', changed_at)
            FROM requests WHERE resident = ?1 ORDER BY opened_at"
            .to_owned(),
        KeptKind::Visit => "SELECT json_object('at', starts_at, 'minutes', minutes, 'centre', centre, 'status', status,
            'code', code, 'name', name, 'about', about, 'article', article, 'interpreter', interpreter,
            'company', company, 'note', note, 'promise', promise, 'alternatives', alternatives, 'lang', lang,
            'seat', seat, 'held_until', held_until, 'asked_at', asked_at, 'changed_at', changed_at,
            'sequence', sequence, 'request', request, 'id', id, 'resident', resident)
            FROM visits WHERE resident = ?1 ORDER BY starts_at"
            .to_owned(),
        KeptKind::Note => concat!(
            "SELECT json_object('at', at, 'text', text, 'request', request, 'account', account) FROM notes WHERE ",
            mine!("request"),
            " ORDER BY id"
        )
        .to_owned(),
        KeptKind::Proposal => concat!(
            "SELECT json_object('at', at, 'question', question, 'answer', answer, 'lang', lang, 'request', request,
             'done_at', done_at) FROM proposals WHERE ",
            mine!("request"),
            " ORDER BY id"
        )
        .to_owned(),
        KeptKind::Desk => concat!(
            "SELECT json_object('at', heard_at, 'thread', thread, 'head', head, 'community', community,
             'warned', warned, 'told', told, 'request', request) FROM request_desk WHERE ",
            mine!("request")
        )
        .to_owned(),
        KeptKind::PeopleWrote => {
            let (mine, threads) = (mine!("request"), threads!("address"));
            format!("{INBOX} address <> ?1 AND ({mine} OR {threads}) ORDER BY id")
        }
        KeptKind::PassedOn => {
            let (mine, threads) = (mine!("request"), threads!("recipient"));
            format!(
                "{LETTERS} recipient <> ?1 AND ({mine} OR {threads}
                 OR visit IN (SELECT id FROM visits WHERE resident = ?1)) ORDER BY id"
            )
        }
        KeptKind::Seen => concat!(
            "SELECT json_object('address', address, 'message', message) FROM seen WHERE address = ?1 OR ",
            threads!("address")
        )
        .to_owned(),
        KeptKind::Relayed => concat!(
            "SELECT json_object('address', address, 'message', message, 'letter', letter) FROM relayed
             WHERE address = ?1 OR ",
            threads!("address")
        )
        .to_owned(),
        KeptKind::Volunteer => "SELECT json_object('alias', alias, 'who', who, 'id', id) FROM volunteers WHERE who = ?1"
            .to_owned(),
    }
}

async fn rows(connection: &mut SqliteConnection, person: &Address) -> Result<Vec<KeptRow>, StoreError> {
    let mut all = Vec::new();
    for kind in KeptKind::ALL.iter().copied() {
        // Only the words above stand in it.
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(shelf(kind)));
        let found: Vec<String> = query.bind(person.to_string()).fetch_all(&mut *connection).await?;
        for row in found {
            let fields = serde_json::from_str(&row).map_err(|e| StoreError::Unreadable(e.to_string()))?;
            all.push(KeptRow { kind, fields: readable(fields) });
        }
    }
    Ok(all)
}

/// A letter's message as text: what the person read. The rest of it stays as it is.
fn readable(mut fields: Map<String, Value>) -> Map<String, Value> {
    let Some(content) = fields.remove("content") else { return fields };
    match serde_json::from_value(content.clone()) {
        Ok(Content::Message(message) | Content::Edit { message, .. }) => {
            fields.insert("text".to_owned(), said(&message).into());
        }
        _ => drop(fields.insert("content".to_owned(), content)),
    }
    fields
}

fn said(message: &Message) -> String {
    let mut lines = vec![message.text.plain()];
    lines.extend(message.ask.choices().iter().map(|choice| format!("[{}]", choice.label)));
    match &message.card {
        // A copy of this very list.
        Some(Card::Document { name, .. }) if name == OWN_FILE => lines.push(name.clone()),
        Some(Card::Document { name, content, .. }) => lines.extend([name.clone(), content.clone()]),
        Some(Card::Picture { code, alt }) => lines.extend([alt.clone(), code.clone()]),
        Some(Card::Venue { name, address, .. }) => lines.extend([name.clone(), address.clone()]),
        None => {}
    }
    lines.join("\n")
}

impl Turnover {
    /// Everything that is kept about a person.
    pub(super) async fn kept(&mut self, person: &Address) -> Result<Vec<KeptRow>, StoreError> {
        rows(self.sql().await?, person).await
    }
}

impl Store {
    /// Everything that is kept about a person.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn kept(&self, person: &Address) -> Result<Vec<KeptRow>, StoreError> {
        let mut tx = self.readers().begin().await?;
        rows(&mut tx, person).await
    }

    /// The same as JSON, a list for each kind.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn export(&self, person: &Address) -> Result<Value, StoreError> {
        let mut all = Map::new();
        all.insert("address".to_owned(), json!(person.to_string()));
        for kind in KeptKind::ALL {
            all.insert(kind.word().to_owned(), json!([]));
        }
        for row in self.kept(person).await? {
            if let Some(Value::Array(rows)) = all.get_mut(row.kind.word()) {
                rows.push(Value::Object(row.fields));
            }
        }
        Ok(Value::Object(all))
    }
}
