//! Numbers: what people ask, in which language, how it went. Plots drawn here, each with its table, and CSV.
//!
//! Counts below five are hidden, so that nobody can be singled out.

mod counted;
mod figure;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use self::counted::Counted;
use self::figure::{FEW, Figure, Row, hidden, parts, shown_count};
use super::session::{Right, Staff, missing, staff};
use super::shown::{self, Choice};
use super::{Answer, Console, Frame, OrBroken};
use crate::engine::say;
use crate::http::html;
use crate::http::words::Terms;
use crate::model::chat::Platform;
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::request::{Outcome, RequestStatus};
use crate::model::time::later;
use crate::model::visit::VisitStatus;
use crate::store::insight::By;

/// How many rising topics are shown.
const RISING: usize = 8;
/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;
/// The periods that can be chosen, in days.
const PERIODS: [i64; 4] = [7, 30, 90, 365];

/// Which period and centre.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    days: String,
    centre: String,
}

#[derive(Template)]
#[template(path = "staff/insight.html")]
struct Page {
    f: Frame,
    periods: Vec<Choice>,
    centres: Vec<Choice>,
    numbers: Vec<(String, String)>,
    figures: Vec<Figure>,
    csv: String,
}

fn label(w: Terms, lang: Lang, by: By, word: &str) -> String {
    match by {
        By::Topic if word.is_empty() => w.nobody_topic(),
        By::Topic => say::topic(lang, word),
        By::Lang => say::language_name(lang, word),
        By::Status => RequestStatus::from_word(word).map_or_else(|| word.to_owned(), |s| shown::status(w, s)),
        By::Outcome => shown::outcome(w, Outcome::from_word(word)),
        By::Platform if word.is_empty() => w.erased_question(),
        By::Platform => {
            let known = Platform::ALL.into_iter().find(|p| p.name() == word);
            known.map_or_else(|| word.to_owned(), |p| shown::platform(w, p))
        }
        By::Day | By::Centre => word.to_owned(),
    }
}

/// What a request for figures comes to: whose, of which centre, from when, and the counts.
struct Frameset {
    staff: Staff,
    centre: Option<CentreId>,
    days: i64,
    counted: Counted,
}

async fn asked_for(console: &Console, asked: &Asked, headers: &HeaderMap) -> Result<Frameset, Response> {
    let staff = staff(console, headers, Right::Look).await?;
    let days = asked.days.parse().ok().filter(|d| PERIODS.contains(d)).unwrap_or(30);
    let mut centre: Option<CentreId> = asked.centre.parse().ok();
    // Who is for some centres only sees the figures of one of these.
    if !staff.account.is_administrator() && !staff.account.centres.is_empty() {
        centre = centre.or_else(|| staff.account.centres.first().cloned());
    }
    if !staff.account.sees(centre.as_ref()) {
        return Err(missing(staff.w));
    }
    let ago = |days: i64| later(staff.now, -days * 86_400);
    // The period ends with this very instant.
    let periods = (ago(2 * days), ago(days), later(staff.now, 1));
    let counted =
        Counted::read(&console.store, centre.as_ref(), periods).await.or_broken(console, headers)?;
    Ok(Frameset { staff, centre, days, counted })
}

fn figures(console: &Console, set: &Frameset) -> Vec<Figure> {
    let (w, lang, counted) = (set.staff.w, set.staff.account.lang, &set.counted);
    let mut figures = Vec::new();
    for (by, id, title, column) in [
        (By::Day, "day", w.insight_requests(), w.insight_date()),
        (By::Topic, "topic", w.insight_topics(), w.f_topic()),
        (By::Lang, "lang", w.insight_langs(), w.f_lang()),
        (By::Status, "status", w.insight_statuses(), w.f_status()),
        (By::Outcome, "outcome", w.f_outcome(), w.f_outcome()),
        (By::Platform, "platform", w.insight_platforms(), w.f_platform()),
        (By::Centre, "centre", w.insight_centres(), w.f_centre()),
    ] {
        if by == By::Centre && set.centre.is_some() {
            continue;
        }
        if by == By::Topic {
            figures.push(rising(set));
        }
        let name = |word: &str| match by {
            By::Centre => centre_name(console, w, word),
            _ => label(w, lang, by, word),
        };
        let rows = parts(w, counted.requests(by).iter().map(|(word, n)| (name(word), *n)).collect());
        let figure = Figure::new(id, title, vec![column, w.insight_count()], rows);
        figures.push(if by == By::Day { figure.by_day() } else { figure });
    }
    let word = |s: &str| VisitStatus::from_word(s).map_or_else(|| s.to_owned(), |s| shown::visit(w, s));
    let rows = parts(w, counted.visits.iter().map(|(s, n)| (word(s), *n)).collect());
    let columns = vec![w.visit_status(), w.insight_count()];
    figures.push(Figure::new("visits", w.insight_visits(), columns, rows));
    figures.push(missed(console, set));
    figures.push(waits(w, &counted.waits));
    figures
}

fn centre_name(console: &Console, w: Terms, word: &str) -> String {
    let centre = word.parse::<CentreId>().ok();
    let facts = console.app.facts();
    match centre.as_ref().and_then(|id| facts.centres.get(id)) {
        Some(centre) => centre.name.clone(),
        None if word.is_empty() => w.no_centre(),
        None => word.to_owned(),
    }
}

/// The topics that were asked about more than in the period before. Only what the table of topics
/// shows too.
fn rising(set: &Frameset) -> Figure {
    let (w, now) = (set.staff.w, set.counted.requests(By::Topic));
    let numbers: Vec<i64> = now.iter().map(|(_, n)| *n).collect();
    let mut rows: Vec<(i64, Row)> = Vec::new();
    for ((topic, number), hidden) in now.iter().zip(hidden(&numbers)) {
        let was = set.counted.topics_before.iter().find(|(t, _)| t == topic).map_or(0, |(_, n)| *n);
        if topic.is_empty() || hidden || *number <= was {
            continue;
        }
        let cells = vec![shown_count(w, was), number.to_string()];
        let label = say::topic(set.staff.account.lang, topic);
        rows.push((number - was, Row { label, cells, number: *number, hidden: false }));
    }
    rows.sort_by_key(|(more, _)| -more);
    let rows: Vec<Row> = rows.into_iter().take(RISING).map(|(_, row)| row).collect();
    let columns = vec![w.f_topic(), w.insight_before(), w.insight_now()];
    Figure::new("rising", w.insight_rising(), columns, rows)
}

/// The visits that nobody came to, by centre.
fn missed(console: &Console, set: &Frameset) -> Figure {
    let (w, counts) = (set.staff.w, &set.counted.missed);
    let missed: Vec<i64> = counts.iter().map(|(_, n, _)| *n).collect();
    let rows = counts.iter().zip(hidden(&missed)).map(|((centre, number, all), hidden)| {
        // Neither the missed nor the kept visits of a centre may be worked out from the other.
        let hidden = hidden || all - number < FEW;
        let shown = if hidden { w.insight_not_shown() } else { number.to_string() };
        let cells = vec![shown, shown_count(w, *all)];
        Row { label: centre_name(console, w, centre), cells, number: *number, hidden }
    });
    let columns = vec![w.f_centre(), w.insight_missed(), w.insight_visits()];
    Figure::new("missed", w.insight_missed(), columns, rows.collect())
}

/// How long people waited for a person.
fn waits(w: Terms, waits: &[Option<i64>]) -> Figure {
    let hours = [1, 4, 24, i64::MAX / HOUR];
    let mut from = 0;
    let mut counts = Vec::new();
    let labels = [w.insight_wait_hour(), w.insight_wait_four(), w.insight_wait_day(), w.insight_wait_long()];
    for (until, label) in hours.into_iter().zip(labels) {
        let count = waits.iter().flatten().filter(|ms| (from..until * HOUR).contains(*ms)).count();
        counts.push((label, i64::try_from(count).unwrap_or(0)));
        from = until * HOUR;
    }
    let none = waits.iter().filter(|wait| wait.is_none()).count();
    counts.push((w.insight_wait_none(), i64::try_from(none).unwrap_or(0)));
    let rows = if waits.is_empty() { Vec::new() } else { parts(w, counts) };
    let columns = vec![w.insight_wait_column(), w.insight_count()];
    Figure::new("waits", w.insight_wait(), columns, rows)
}

/// The wait that this share of those who were answered did not exceed; `None` for too few of them.
fn quantile(waits: &[Option<i64>], tenths: usize) -> Option<i64> {
    let answered: Vec<i64> = waits.iter().flatten().copied().collect();
    if answered.len() < usize::try_from(FEW).unwrap_or(usize::MAX) {
        return None;
    }
    answered.get((answered.len() * tenths).div_ceil(10).saturating_sub(1)).copied()
}

fn duration(w: Terms, millis: Option<i64>) -> String {
    match millis.map(|ms| ms / 60_000) {
        None => w.insight_few(),
        Some(minutes) if minutes < 120 => w.insight_minutes(minutes.max(1)),
        Some(minutes) => w.insight_hours((minutes + 30) / 60),
    }
}

/// A share in whole per cent; hidden where it would tell of fewer than five.
fn share(w: Terms, part: i64, whole: i64) -> String {
    let few = |n: i64| (1..FEW).contains(&n);
    if whole < FEW || few(part) || few(whole - part) {
        w.insight_not_shown()
    } else {
        format!("{} %", part * 100 / whole)
    }
}

/// What one looks for first.
fn numbers(set: &Frameset) -> Vec<(String, String)> {
    let (w, counted) = (set.staff.w, &set.counted);
    let outcomes = counted.requests(By::Outcome);
    let of = |word: &str| outcomes.iter().find(|(s, _)| s == word).map_or(0, |(_, n)| *n);
    let all: i64 = outcomes.iter().map(|(_, n)| n).sum();
    let (helped, not) = (of("helped"), of("not_helped"));
    let (no, visits) = counted.missed.iter().fold((0, 0), |(no, all), (_, n, of)| (no + n, all + of));
    vec![
        (w.requests_title(), shown_count(w, all)),
        (w.insight_alone(), share(w, counted.alone.0, counted.alone.1)),
        (w.insight_helped(), share(w, helped, helped + not)),
        (w.insight_wait_half(), duration(w, quantile(&counted.waits, 5))),
        (w.insight_wait_most(), duration(w, quantile(&counted.waits, 9))),
        (w.insight_missed_share(), share(w, no, visits)),
    ]
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let set = asked_for(&console, &asked, &headers).await?;
    let (w, facts) = (set.staff.w, console.app.facts());
    let chosen = set.centre.as_ref().map(ToString::to_string).unwrap_or_default();
    let own = facts.centres.shown().filter(|c| set.staff.account.sees(Some(&c.id)));
    Ok(html::page(&Page {
        periods: PERIODS
            .iter()
            .map(|d| {
                let days = w.days(usize::try_from(*d).unwrap_or(0));
                Choice::new(d.to_string(), days, &set.days.to_string())
            })
            .collect(),
        centres: own.map(|c| Choice::new(c.id.to_string(), c.name.clone(), &chosen)).collect(),
        numbers: numbers(&set),
        figures: figures(&console, &set),
        csv: format!("/staff/insight.csv?days={}&centre={}", set.days, shown::encoded(&chosen)),
        f: Frame::new(&set.staff, "insight", None),
    }))
}

/// A cell that no spreadsheet takes for a formula (ASVS 1.2.10).
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// The same numbers for a spreadsheet.
pub(super) async fn csv(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let set = asked_for(&console, &asked, &headers).await?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(vec![0xEF, 0xBB, 0xBF]);
    for figure in figures(&console, &set) {
        let header = std::iter::once(&figure.title).chain(&figure.columns);
        let rows = figure.rows.iter().map(|row| {
            let cells = std::iter::once(&figure.title).chain([&row.label]).chain(&row.cells);
            cells.map(|cell| defused(cell)).collect::<Vec<_>>()
        });
        for record in std::iter::once(header.map(|cell| defused(cell)).collect()).chain(rows) {
            writer.write_record(&record).map_err(|e| console.broken(&headers, &e))?;
        }
    }
    let bytes = writer.into_inner().map_err(|e| console.broken(&headers, e.error()))?;
    let named = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"digidel.csv\""),
    ];
    Ok((named, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_2_10_no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@sum", "\t=1"] {
            assert!(defused(cell).starts_with('\''), "{cell}");
        }
        assert_eq!(defused("BankID"), "BankID");
    }

    #[test]
    fn a_wait_is_told_only_of_five_and_more() {
        let waits = |n: i64| (1..=n).map(|n| Some(n * 60_000)).chain([None]).collect::<Vec<_>>();
        assert_eq!(quantile(&waits(4), 5), None);
        assert_eq!(quantile(&waits(10), 5), Some(5 * 60_000));
        assert_eq!(quantile(&waits(10), 9), Some(9 * 60_000));
        let w = Terms(crate::http::words::Words(Lang::En));
        // Nearly all is not "fewer than five".
        assert_eq!(share(w, 3, 100), w.insight_not_shown());
        assert_eq!(share(w, 97, 100), w.insight_not_shown());
        assert_eq!(share(w, 50, 100), "50 %");
        // Ten shown beside a whole of eleven would tell the one that is hidden.
        assert_eq!(waits_rows(w, &waits(10)), [w.insight_not_shown(), w.insight_few()]);
    }

    fn waits_rows(w: Terms, all: &[Option<i64>]) -> Vec<String> {
        let rows = waits(w, all).rows;
        [0, 4].iter().map(|n| rows[*n].cells[0].clone()).collect()
    }
}
