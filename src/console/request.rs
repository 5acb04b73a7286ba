//! One request: what was said, what happened, and what staff do about it.
//!
//! Every read of a conversation is noted in the audit. A deed goes to the engine with the instant at
//! which the person saw the request; if it has changed since, nothing happens and the page says so.

use askama::Template;
use axum::extract::{Path, Query, Request as HttpRequest, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::account::Done;
use super::repeats::{self, Repeats};
use super::session::{Fields, Right, Staff, missing, posted, staff};
use super::shown::{self, Choice};
use super::{Answer, Console, Frame, OrBroken};
use crate::app::Handled;
use crate::engine::mask::mask;
use crate::engine::say;
use crate::http::html::{self, Safe};
use crate::http::token::Token;
use crate::http::words::Words;
use crate::model::chat::{Chat, Hints, Role};
use crate::model::deed::{Deed, RequestOp};
use crate::model::event::{Incoming, Input};
use crate::model::id::RequestId;
use crate::model::markup::Markup;
use crate::model::request::{Request, RequestKind, RequestStatus};
use crate::model::staff::Refusal;
use crate::model::staff_account::Account;
use crate::model::time::{from_millis, to_millis};
use crate::store::history::Said;
use crate::store::worklist::CannedReply;

/// A page that is read again within this many seconds was read once.
const SAME_READING: i64 = 600;
/// The longest answer or note, in characters.
const LONGEST: usize = 4_000;

/// A line of the conversation.
struct Line {
    ours: bool,
    lang: &'static str,
    dir: &'static str,
    stamp: String,
    text: Safe,
    buttons: Vec<String>,
}

struct NoteLine {
    name: String,
    stamp: String,
    text: String,
}

#[derive(Template)]
#[template(path = "staff/request.html")]
struct Page {
    f: Frame,
    id: RequestId,
    question: String,
    seen: i64,
    turn: String,
    status: RequestStatus,
    status_word: String,
    facts: Vec<(String, String)>,
    lines: Vec<Line>,
    notes: Vec<NoteLine>,
    history: Vec<(String, String, String)>,
    canned: Vec<CannedReply>,
    topics: Vec<Choice>,
    people: Vec<Choice>,
    centres: Vec<Choice>,
    repeats: Repeats,
    /// Whether the volunteers may be asked.
    to_volunteers: bool,
    others: String,
    platform: String,
}

/// The request of an address, if it is this person's business.
async fn found(console: &Console, staff: &Staff, headers: &HeaderMap, id: &str) -> Result<Request, Response> {
    let Ok(id) = id.parse::<RequestId>() else { return Err(missing(staff.w)) };
    let request = console.store.one_request(id).await.or_broken(console, headers)?;
    request.filter(|r| staff.account.sees(r.centre.as_ref())).ok_or_else(|| missing(staff.w))
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Answer {
    Ok(html::page(&page(&console, &id, done.done.as_deref(), &headers).await?))
}

async fn page(
    console: &Console,
    id: &str,
    done: Option<&str>,
    headers: &HeaderMap,
) -> Result<Page, Response> {
    let staff = staff(console, headers, Right::Look).await?;
    let request = found(console, &staff, headers, id).await?;
    let subject = format!("request {}", request.id);
    let noted = console.store.audit_once(&staff.actor(), "read", &subject, staff.now, SAME_READING).await;
    noted.or_broken(console, headers)?;
    let said = console.store.talk(request.id).await.or_broken(console, headers)?;
    let people = console.store.accounts().await.or_broken(console, headers)?;
    let remarks = console.store.notes(request.id).await.or_broken(console, headers)?;
    let deeds = console.store.deeds(&subject).await.or_broken(console, headers)?;
    let canned = console.store.canned_replies().await.or_broken(console, headers)?;
    let repeats = repeats::of(console, &staff, &request, headers).await?;
    let desk = console.store.has_desk().await.or_broken(console, headers)?;
    let (w, lang) = (staff.w, staff.account.lang);
    let assignee = request.assignee.map(|a| a.to_string()).unwrap_or_default();
    let open = people.iter().filter(|a| !a.disabled && a.may_change());
    let own_notes = remarks.into_iter().map(|n| NoteLine {
        name: shown::name(&people, n.account),
        stamp: w.stamp(&n.at),
        text: n.text,
    });
    Ok(Page {
        id: request.id,
        question: if request.question.is_empty() { w.no_words() } else { request.question.clone() },
        seen: to_millis(request.changed_at),
        turn: Token::draw().map(|t| t.secret().to_owned()).unwrap_or_default(),
        status: request.status,
        status_word: shown::status(w, request.status),
        facts: about(console, &staff, &request, &people),
        lines: lines(*w, &said),
        notes: own_notes.collect(),
        history: deeds
            .iter()
            .map(|d| (w.stamp(&d.at), actor(&people, &d.actor), shown::deed(w, &d.deed)))
            .collect(),
        canned,
        topics: shown::topics(&console.app.facts(), lang, request.topic.as_deref().unwrap_or("")),
        people: open.map(|a| Choice::new(a.id.to_string(), a.name.clone(), &assignee)).collect(),
        centres: centres(console, &staff, &request),
        repeats,
        to_volunteers: desk
            && request.kind == RequestKind::Conversation
            && request.status.is_with_people()
            && request.owner.is_none()
            && request.merged_into.is_none(),
        others: console.present.others(request.id, &staff.account, staff.now),
        platform: shown::platform(w, request.resident.platform()),
        f: Frame::new(&staff, "requests", done),
    })
}

/// The centres whose matter it may become: every one, as a member of staff may pass it on. A visit stays.
fn centres(console: &Console, staff: &Staff, request: &Request) -> Vec<Choice> {
    if request.visit.is_some() {
        return Vec::new();
    }
    let now = request.centre.as_ref().map(ToString::to_string).unwrap_or_default();
    let facts = console.app.facts();
    let nobody = Choice::new(String::new(), staff.w.no_centre(), &now);
    let all = facts.centres.shown().map(|c| Choice::new(c.id.to_string(), c.name.clone(), &now));
    std::iter::once(nobody).chain(all).collect()
}

/// What is known of a request, in rows.
fn about(console: &Console, staff: &Staff, request: &Request, people: &[Account]) -> Vec<(String, String)> {
    let (w, lang, facts) = (staff.w, staff.account.lang, console.app.facts());
    let mut rows = vec![
        (w.f_kind(), shown::kind(w, request.kind)),
        (w.c_opened(), w.stamp(&request.opened_at)),
        (w.f_lang(), say::language_name(lang, request.lang.code())),
        (w.f_platform(), shown::platform(w, request.resident.platform())),
        (w.f_outcome(), shown::outcome(w, request.outcome)),
    ];
    if let Some(topic) = &request.topic {
        rows.push((w.f_topic(), say::topic(lang, topic)));
    }
    if let Some(article) = request.article.as_ref().and_then(|a| facts.knowledge.article(a)) {
        let title = article.text(lang).map(|(_, text)| text.title.clone());
        rows.push((w.article(), title.unwrap_or_else(|| article.id.to_string())));
    }
    if let Some(sure) = request.confidence {
        rows.push((w.sure(), format!("{:.0} %", sure * 100.0)));
    }
    if let Some(centre) = request.centre.as_ref().and_then(|c| facts.centres.get(c)) {
        rows.push((w.f_centre(), centre.name.clone()));
    }
    if let Some(points) = request.points {
        rows.push((w.rated(), format!("{points}/5")));
    }
    rows.push((w.f_assignee(), request.assignee.map_or_else(|| w.nobody(), |a| shown::name(people, a))));
    rows
}

fn lines(w: Words, said: &[Said]) -> Vec<Line> {
    let line = |one: &Said| match one {
        Said::In { kind, text, at, .. } => {
            let words = match (kind.as_str(), text.as_deref()) {
                ("tap", Some("[personyes]")) => format!("[{}]", say::button_person_yes(w.lang())),
                ("tap", Some(code)) => Said::label_of(said, code.trim_matches(['[', ']']))
                    .map_or_else(|| w.a_button(), |label| format!("[{label}]")),
                (_, Some(text)) => text.to_owned(),
                (_, None) => w.unread(),
            };
            let text = html::markup(&Markup::from_user(&words));
            Line { ours: false, lang: "", dir: "auto", stamp: w.stamp(at), text, buttons: Vec::new() }
        }
        Said::Out { message, at, .. } => Line {
            ours: true,
            lang: Words(message.lang).html_lang(),
            dir: Words(message.lang).dir(),
            stamp: w.stamp(at),
            text: html::markup(&message.text),
            buttons: message.ask.choices().iter().map(|c| c.label.clone()).collect(),
        },
    };
    said.iter().map(line).collect()
}

/// Who did something, as colleagues know them. Volunteers stay as the audit names them.
fn actor(people: &[Account], actor: &str) -> String {
    match actor.strip_prefix("staff ").and_then(|id| id.parse().ok()) {
        Some(id) => shown::name(people, id),
        None => actor.to_owned(),
    }
}

/// A deed of the form, and the word for having done it.
fn deed(staff: &Staff, fields: &Fields) -> Option<(Deed, &'static str)> {
    let name = staff.account.name.clone();
    let short = |text: &str| (1..=LONGEST).contains(&text.chars().count());
    Some(match fields.get("deed") {
        "answer" if short(fields.get("text")) => {
            (Deed::Answer { name, text: fields.get("text").to_owned() }, "answered")
        }
        "take" => (Deed::Take { account: staff.account.id, name }, "took"),
        "resolve" => (Deed::Resolve, "resolved"),
        "reopen" => (Deed::Reopen, "reopened"),
        "topic" => (Deed::SetTopic(fields.some("topic")?.to_owned()), "saved"),
        "assign" => (Deed::Assign(fields.get("assignee").parse().ok()), "saved"),
        "centre" => (Deed::AssignCentre(fields.get("centre").parse().ok()), "saved"),
        "volunteers" => (Deed::ToVolunteers, "volunteers"),
        "merge" => (Deed::Merge(fields.get("into").parse().ok()?), "merged"),
        "split" => (Deed::Split, "split"),
        _ => return None,
    })
}

/// Does something about a request.
pub(super) async fn act(State(console): State<Console>, Path(id): Path<String>, http: HttpRequest) -> Answer {
    let headers = http.headers().clone();
    act_on(&console, &id, http, &headers).await
}

async fn act_on(console: &Console, id: &str, http: HttpRequest, headers: &HeaderMap) -> Answer {
    let (staff, fields) = posted(console, http, Right::Change).await?;
    let request = found(console, &staff, headers, id).await?;
    let to = |done: &str| Redirect::to(&format!("/staff/requests/{id}?done={done}")).into_response();
    if fields.get("deed") == "note" {
        let text: String = mask(fields.get("text")).0.chars().take(LONGEST).collect();
        let added = console.store.add_note(request.id, staff.account.id, &text, staff.now).await;
        added.or_broken(console, headers)?;
        return Ok(to("saved"));
    }
    if fields.get("deed") == "canned" {
        let text = mask(fields.get("text")).0;
        let title: String = fields.get("title").chars().take(60).collect();
        if !title.is_empty() {
            console.store.save_canned(&title, &text).await.or_broken(console, headers)?;
        }
        return Ok(to("saved"));
    }
    let Some((deed, done)) = deed(&staff, &fields) else { return Ok(to("stale")) };
    if let Deed::SetTopic(topic) = &deed
        && !console.app.facts().knowledge.articles().any(|a| a.topic == *topic)
    {
        return Ok(to("stale"));
    }
    // What one merges with must be one's own business too.
    if let Deed::Merge(into) = &deed {
        found(console, &staff, headers, &into.to_string()).await?;
    }
    let key = format!("console:{}:{}", staff.account.id, fields.get("turn"));
    let incoming = Incoming {
        key: key.clone(),
        chat: Chat::private(request.resident),
        role: Role::Staff(staff.account.id),
        input: Input::Deed(Box::new(RequestOp {
            request: request.id,
            seen: from_millis(fields.get("seen").parse().unwrap_or(0)),
            deed,
        })),
        hints: Hints::default(),
        reply: None,
        message: None,
    };
    match console.app.handle(incoming).await {
        Err(error) => return Err(console.broken(headers, &error)),
        Ok(Handled::Refused(Refusal::Unknown)) => return Ok(to("impossible")),
        Ok(_) => {}
    }
    if !console.store.was_done(&key).await.or_broken(console, headers)? {
        return Ok(to("stale"));
    }
    // Passed on to a centre of others, it is no longer there for this person.
    let now = console.store.one_request(request.id).await.or_broken(console, headers)?;
    if now.is_none_or(|r| !staff.account.sees(r.centre.as_ref())) {
        return Ok(Redirect::to(&format!("/staff?done={done}")).into_response());
    }
    Ok(to(done))
}
