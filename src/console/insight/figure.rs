//! A figure: a table, its plot, and which of its counts stay hidden.

use std::fmt::Write;

use crate::http::html::{self, Safe};
use crate::http::words::Terms;

/// The least count that is shown.
pub(super) const FEW: i64 = 5;
/// How many rows have a bar; the others stand in the table.
const BARS: usize = 12;

/// A row of a table, with the count that its bar shows.
pub(super) struct Row {
    pub label: String,
    pub cells: Vec<String>,
    pub number: i64,
    /// Whether its count stays hidden: then it has no bar either.
    pub hidden: bool,
}

/// One table with its plot.
pub(super) struct Figure {
    pub id: &'static str,
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// The bars of days, side by side; every other figure has its bars in the table itself.
    pub days: Option<Safe>,
}

impl Figure {
    /// A table with a bar in each row.
    pub fn new(id: &'static str, title: String, columns: Vec<String>, rows: Vec<Row>) -> Self {
        Self { id, title, columns, rows, days: None }
    }

    /// The same with a bar a day, side by side.
    pub fn by_day(self) -> Self {
        Self { days: Some(columns_of(&self.rows, &self.title)), ..self }
    }

    /// The rows that have their bar drawn, with its length in hundredths of the longest one.
    pub fn bars(&self) -> Vec<(&Row, String)> {
        let most = most(&self.rows).unwrap_or(1);
        self.rows.iter().take(BARS).map(|row| (row, format!("{:.1}", share(row, most) * 100.0))).collect()
    }

    /// Whether there are more rows than bars.
    pub fn has_more(&self) -> bool {
        self.rows.len() > BARS
    }
}

/// A count as it is shown.
pub(super) fn shown_count(w: Terms, count: i64) -> String {
    if count < FEW { w.insight_few() } else { count.to_string() }
}

/// Which parts of a whole stay hidden: those below five, and so many of the next that nobody can work
/// them out from the whole and the others.
pub(super) fn hidden(counts: &[i64]) -> Vec<bool> {
    let mut hide: Vec<bool> = counts.iter().map(|n| *n < FEW).collect();
    loop {
        let of_hidden = || counts.iter().zip(&hide).filter(|(_, hidden)| **hidden).map(|(n, _)| *n);
        let (cells, sum) = (of_hidden().count(), of_hidden().sum::<i64>());
        if cells == 0 || (cells > 1 && sum >= FEW) {
            return hide;
        }
        let next = (0..counts.len()).filter(|n| !hide[*n]).min_by_key(|n| counts[*n]);
        let Some(next) = next else { return hide };
        hide[next] = true;
    }
}

/// The rows of parts of a whole.
pub(super) fn parts(w: Terms, counts: Vec<(String, i64)>) -> Vec<Row> {
    let numbers: Vec<i64> = counts.iter().map(|(_, n)| *n).collect();
    let rows = counts.into_iter().zip(hidden(&numbers)).map(|((label, number), hidden)| {
        let shown = match (hidden, number < FEW) {
            (false, _) => number.to_string(),
            (true, true) => w.insight_few(),
            (true, false) => w.insight_not_shown(),
        };
        Row { label, cells: vec![shown], number, hidden }
    });
    rows.collect()
}

fn most(rows: &[Row]) -> Option<i64> {
    rows.iter().filter(|r| !r.hidden).map(|r| r.number).max().filter(|most| *most > 0)
}

fn share(row: &Row, most: i64) -> f64 {
    let exact = |n: i64| f64::from(i32::try_from(n).unwrap_or(i32::MAX));
    if row.hidden { 0.0 } else { exact(row.number) / exact(most) }
}

fn open(width: f64, height: f64, title: &str) -> String {
    format!("<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">", html::escape(title))
}

/// Bars side by side, for days.
fn columns_of(rows: &[Row], title: &str) -> Safe {
    let Some(most) = most(rows) else { return Safe::default() };
    let mut svg = open(720.0, 160.0, title);
    let step = 720.0 / f64::from(u32::try_from(rows.len()).unwrap_or(1).max(1));
    for (row, n) in rows.iter().zip(0_u32..) {
        let (x, bar) = (f64::from(n) * step, share(row, most) * 150.0);
        let (y, width) = (155.0 - bar, (step - 1.0).max(0.5));
        let _ = write!(
            svg,
            "<rect class=\"bar\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{bar:.1}\"/>"
        );
    }
    svg.push_str("<line class=\"axis\" x1=\"0\" y1=\"155\" x2=\"720\" y2=\"155\"/></svg>");
    Safe::drawing(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, number: i64, hidden: bool) -> Row {
        Row { label: label.to_owned(), cells: Vec::new(), number, hidden }
    }

    #[test]
    fn a_hidden_count_has_no_bar() {
        let of = |rows| Figure::new("t", "T".to_owned(), Vec::new(), rows);
        let lengths = |figure: &Figure| figure.bars().into_iter().map(|(_, bar)| bar).collect::<Vec<_>>();
        let figure = of(vec![row("a", 4, true), row("b", 10, false), row("c", 5, false)]);
        assert_eq!(lengths(&figure), ["0.0", "100.0", "50.0"]);
        assert_eq!(lengths(&of(vec![row("a", 4, true)])), ["0.0"]);
        assert!(!figure.has_more() && of((0..13).map(|_| row("a", 9, false)).collect()).has_more());
    }

    #[test]
    fn no_hidden_count_can_be_worked_out_from_the_whole() {
        for counts in [vec![40, 3, 12, 9], vec![1, 1, 30], vec![2, 100], vec![4, 4, 4], vec![3], vec![9, 8]] {
            let hide = hidden(&counts);
            assert!(counts.iter().zip(&hide).all(|(n, hidden)| *n >= FEW || *hidden), "{counts:?}");
            let kept: Vec<i64> =
                counts.iter().zip(&hide).filter(|(_, hidden)| **hidden).map(|(n, _)| *n).collect();
            // Whoever knows the whole and what is shown knows the sum of what is hidden, and no more:
            // it must not be one count, nor so small that each of them is.
            let all = kept.len() == counts.len();
            assert!(
                kept.is_empty() || all || (kept.len() > 1 && kept.iter().sum::<i64>() >= FEW),
                "{counts:?}"
            );
        }
        assert_eq!(hidden(&[9, 8]), [false, false]);
        assert_eq!(hidden(&[40, 3, 12, 9]), [false, true, false, true]);
    }
}
