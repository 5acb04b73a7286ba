//! Numbers: what people ask, in which language, how it went. Plots drawn here, each with its table, and CSV.
//!
//! Counts below five are hidden, so that nobody can be singled out.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::session::{Right, Staff, missing, staff};
use super::shown::{self, Choice};
use super::{Console, Frame, OrBroken};
use crate::engine::say;
use crate::http::html::{self, Safe};
use crate::http::words::Terms;
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::request::{Outcome, RequestStatus};
use crate::model::time::{Timestamp, later};
use crate::model::visit::VisitStatus;
use crate::store::insight::By;

/// The least count that is shown.
const FEW: i64 = 5;
/// The periods that can be chosen, in days.
const PERIODS: [i64; 4] = [7, 30, 90, 365];

/// Which period and centre.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    days: String,
    centre: String,
}

/// One table with its plot.
struct Figure {
    id: &'static str,
    title: String,
    column: String,
    rows: Vec<(String, String, i64)>,
    plot: Safe,
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

/// A count as it is shown.
fn shown_count(w: Terms, count: i64) -> String {
    if count < FEW { w.insight_few() } else { count.to_string() }
}

/// Bars from left to right, or from top to bottom with their labels: as many as there are rows.
fn plot(rows: &[(String, String, i64)], title: &str, days: bool) -> Safe {
    use std::fmt::Write;
    let most = rows.iter().map(|r| r.2).max().unwrap_or(0);
    if most < FEW {
        // Nothing that may be drawn: the table says so.
        return Safe::default();
    }
    let share = |count: i64| {
        f64::from(i32::try_from(count).unwrap_or(i32::MAX))
            / f64::from(i32::try_from(most).unwrap_or(i32::MAX))
    };
    let shown: Vec<_> = rows.iter().take(if days { 366 } else { 12 }).collect();
    let count = u32::try_from(shown.len()).unwrap_or(0);
    let (width, height) = if days { (720.0, 160.0) } else { (720.0, f64::from(count) * 24.0) };
    let mut svg =
        format!("<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">", html::escape(title));
    let step = width / f64::from(count.max(1));
    for ((label, _, number), n) in shown.into_iter().zip(0_u32..) {
        // A hidden count has no bar that would tell it.
        let share = if *number < FEW { 0.0 } else { share(*number) };
        let n = f64::from(n);
        let _ = if days {
            let (x, bar) = (n * step, share * 150.0);
            write!(
                svg,
                "<rect class=\"bar\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{bar:.1}\"/>",
                155.0 - bar,
                (step - 1.0).max(0.5)
            )
        } else {
            let y = n * 24.0;
            write!(
                svg,
                "<text x=\"0\" y=\"{:.1}\">{}</text><rect class=\"bar\" x=\"260\" y=\"{:.1}\" width=\"{:.1}\" height=\"18\"/>",
                y + 16.0,
                html::escape(label),
                y + 2.0,
                share * 450.0
            )
        };
    }
    if days {
        svg.push_str("<line class=\"axis\" x1=\"0\" y1=\"155\" x2=\"720\" y2=\"155\"/>");
    }
    svg.push_str("</svg>");
    Safe::drawing(svg)
}

fn label(w: Terms, lang: Lang, by: By, word: &str) -> String {
    match by {
        By::Topic if word.is_empty() => w.nobody_topic(),
        By::Topic => say::topic(lang, word),
        By::Lang => say::language_name(lang, word),
        By::Status => RequestStatus::from_word(word).map_or_else(|| word.to_owned(), |s| shown::status(w, s)),
        By::Outcome => shown::outcome(w, Outcome::from_word(word)),
        By::Platform if word.is_empty() => w.erased_question(),
        By::Platform | By::Day => word.to_owned(),
    }
}

/// What a request for figures comes to: whose, of which centre, from when.
struct Frameset {
    staff: Staff,
    centre: Option<CentreId>,
    days: i64,
    from: Timestamp,
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
    let from = later(staff.now, -days * 86_400);
    Ok(Frameset { staff, centre, days, from })
}

async fn figures(console: &Console, set: &Frameset, headers: &HeaderMap) -> Result<Vec<Figure>, Response> {
    let (w, lang, until) = (set.staff.w, set.staff.account.lang, later(set.staff.now, 1));
    let mut figures = Vec::new();
    for (by, id, title, column) in [
        (By::Day, "day", w.insight_requests(), w.insight_date()),
        (By::Topic, "topic", w.insight_topics(), w.f_topic()),
        (By::Lang, "lang", w.insight_langs(), w.f_lang()),
        (By::Status, "status", w.insight_statuses(), w.f_status()),
        (By::Outcome, "outcome", w.f_outcome(), w.f_outcome()),
        (By::Platform, "platform", w.insight_platforms(), w.f_platform()),
    ] {
        let counts = console.store.count_requests(by, set.centre.as_ref(), set.from, until).await;
        let counts = counts.or_broken(console, headers)?;
        let rows: Vec<_> =
            counts.into_iter().map(|(word, n)| (label(w, lang, by, &word), shown_count(w, n), n)).collect();
        let plot = plot(&rows, &title, by == By::Day);
        figures.push(Figure { id, title, column, rows, plot });
    }
    let visits =
        console.store.count_visits(set.centre.as_ref(), set.from, until).await.or_broken(console, headers)?;
    let word = |s: &str| VisitStatus::from_word(s).map_or_else(|| s.to_owned(), |s| shown::visit(w, s));
    let rows: Vec<_> = visits.into_iter().map(|(s, n)| (word(&s), shown_count(w, n), n)).collect();
    let plot = plot(&rows, &w.insight_visits(), false);
    figures.push(Figure { id: "visits", title: w.insight_visits(), column: w.visit_status(), rows, plot });
    Ok(figures)
}

/// The shares that one looks for first, in whole per cent.
async fn numbers(
    console: &Console,
    set: &Frameset,
    headers: &HeaderMap,
) -> Result<Vec<(String, String)>, Response> {
    let (w, until) = (set.staff.w, later(set.staff.now, 1));
    let count = async |by| {
        let counts = console.store.count_requests(by, set.centre.as_ref(), set.from, until).await;
        counts.or_broken(console, headers)
    };
    let (statuses, outcomes) = (count(By::Status).await?, count(By::Outcome).await?);
    let of = |all: &[(String, i64)], word: &str| all.iter().find(|(s, _)| s == word).map_or(0, |(_, n)| *n);
    let all: i64 = statuses.iter().map(|(_, n)| n).sum();
    let helped = of(&outcomes, "helped");
    let said = helped + of(&outcomes, "not_helped");
    let share = |part: i64, whole: i64| {
        if whole < FEW { w.insight_few() } else { format!("{} %", part * 100 / whole) }
    };
    Ok(vec![
        (w.requests_title(), shown_count(w, all)),
        (w.insight_alone(), share(of(&statuses, "answered"), all)),
        (w.insight_helped(), share(helped, said)),
    ])
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let page = async {
        let set = asked_for(&console, &asked, &headers).await?;
        let (w, facts) = (set.staff.w, console.app.facts());
        let chosen = set.centre.as_ref().map(ToString::to_string).unwrap_or_default();
        let own = facts.centres.shown().filter(|c| set.staff.account.sees(Some(&c.id)));
        Ok(html::page(&Page {
            periods: PERIODS
                .iter()
                .map(|d| {
                    Choice::new(
                        d.to_string(),
                        w.days(usize::try_from(*d).unwrap_or(0)),
                        &set.days.to_string(),
                    )
                })
                .collect(),
            centres: own.map(|c| Choice::new(c.id.to_string(), c.name.clone(), &chosen)).collect(),
            numbers: numbers(&console, &set, &headers).await?,
            figures: figures(&console, &set, &headers).await?,
            csv: format!("/staff/insight.csv?days={}&centre={}", set.days, shown::encoded(&chosen)),
            f: Frame::new(&set.staff, "insight", None),
        }))
    };
    page.await.unwrap_or_else(|response: Response| response)
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
) -> Response {
    let table = async {
        let set = asked_for(&console, &asked, &headers).await?;
        let mut writer = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
        for figure in figures(&console, &set, &headers).await? {
            for (label, shown, _) in figure.rows {
                let written = writer.write_record([defused(&figure.title), defused(&label), defused(&shown)]);
                written.map_err(|e| console.broken(&headers, &e))?;
            }
        }
        let bytes = writer.into_inner().map_err(|e| console.broken(&headers, e.error()))?;
        let named = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"digidel.csv\""),
        ];
        Ok((named, bytes).into_response())
    };
    table.await.unwrap_or_else(|response: Response| response)
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
    fn a_hidden_count_has_no_bar() {
        let rows = [("a".to_owned(), String::new(), 4), ("b<".to_owned(), String::new(), 10)];
        let svg = plot(&rows, "t", false).to_string();
        assert!(svg.contains("width=\"0.0\"") && svg.contains("b&lt;"), "{svg}");
    }
}
