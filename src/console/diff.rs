//! What changed between two texts, line by line, as people read it.
//!
//! The longest common lines stay, everything else is taken away or added; long stretches without a
//! change are left out. Knows no HTML.

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It stands in both.
    Same(String),
    /// It was taken away.
    Gone(String),
    /// It was added.
    New(String),
    /// So many lines without a change are left out.
    Skipped(usize),
}

/// Lines around a change that are shown.
const AROUND: usize = 2;
/// Longer texts are not compared line by line: the table of common lines would grow too large.
const LONGEST: usize = 1_500;

/// The difference between two texts.
pub(super) fn diff(before: &str, after: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    if old.len().max(new.len()) > LONGEST {
        let gone = old.into_iter().map(|l| Line::Gone(l.to_owned()));
        return gone.chain(new.into_iter().map(|l| Line::New(l.to_owned()))).collect();
    }
    shortened(all(&old, &new))
}

/// Every line, by the longest common subsequence.
fn all(old: &[&str], new: &[&str]) -> Vec<Line> {
    let width = new.len() + 1;
    // How many lines are common to what follows.
    let mut common = vec![0_u16; (old.len() + 1) * width];
    let at = |common: &[u16], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::with_capacity(old.len().max(new.len()));
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                lines.push(Line::Same((*a).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), other) if other.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                lines.push(Line::Gone((*a).to_owned()));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(Line::New((*b).to_owned()));
                j += 1;
            }
            (_, None) => return lines,
        }
    }
}

/// Leaves out what is far from every change.
fn shortened(lines: Vec<Line>) -> Vec<Line> {
    let is_change = |line: &Line| matches!(line, Line::Gone(_) | Line::New(_));
    let near = |at: usize| {
        let (from, until) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(lines.len()));
        lines.get(from..until).is_some_and(|around| around.iter().any(is_change))
    };
    let kept: Vec<bool> = (0..lines.len()).map(near).collect();
    let mut short = Vec::new();
    for (line, kept) in lines.into_iter().zip(kept) {
        match (kept, short.last_mut()) {
            (true, _) => short.push(line),
            (false, Some(Line::Skipped(count))) => *count += 1,
            (false, _) => short.push(Line::Skipped(1)),
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_changed_line_is_shown_with_what_stands_around_it() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh";
        let after = "a\nb\nc\nd\nE\nf\ng\nh\ni";
        let same = |l: &str| Line::Same(l.to_owned());
        assert_eq!(
            diff(before, after),
            [
                Line::Skipped(2),
                same("c"),
                same("d"),
                Line::Gone("e".into()),
                Line::New("E".into()),
                same("f"),
                same("g"),
                same("h"),
                Line::New("i".into()),
            ]
        );
        assert_eq!(diff("a\nb", "a\nb"), [Line::Skipped(2)]);
        assert_eq!(diff("", "a"), [Line::New("a".into())]);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_it(old in "([abc]\n){0,12}", new in "([abc]\n){0,12}") {
            let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
            let lines = all(&a, &b);
            let read = |keep: fn(&Line) -> Option<&String>| lines.iter().filter_map(keep).cloned().collect::<Vec<_>>();
            let before = read(|l| match l { Line::Same(t) | Line::Gone(t) => Some(t), _ => None });
            let after = read(|l| match l { Line::Same(t) | Line::New(t) => Some(t), _ => None });
            prop_assert_eq!(before, a);
            prop_assert_eq!(after, b);
        }
    }
}
