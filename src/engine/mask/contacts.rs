//! Finds telephone numbers and e-mail addresses, which are no secrets but need not be seen by all.
//!
//! Numbers of public services stay: people ask about them by number.

use std::sync::LazyLock;

use regex::Regex;

use super::digits::{self, Group, Joint, joined, pair, runs};
use super::{EMAIL_MARK, Find, PHONE_MARK};

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern, compiled by the tests")]
    Regex::new(r"[\p{L}\p{N}._%+'-]*[\p{L}\p{N}_+-][@＠][\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}")
        .expect("a constant pattern")
});

/// Beginnings of numbers that belong to nobody in person: free and shared-cost services.
const PUBLIC: &[&[u8]] = &[&[0, 2, 0], &[0, 7, 7]];

pub(super) fn find(text: &str) -> Vec<Find> {
    let mut finds = Vec::new();
    if text.contains(['@', '＠']) {
        finds.extend(EMAIL.find_iter(text).map(|m| Find { bytes: m.range(), mark: EMAIL_MARK }));
    }
    let groups = digits::groups(text);
    for run in runs(&groups) {
        phones(text, run, &mut finds);
    }
    finds
}

/// Telephone numbers among groups that hang together.
fn phones(text: &str, run: &[Group], finds: &mut Vec<Find>) {
    let mut from = 0;
    while let Some(rest) = run.get(from..).filter(|rest| !rest.is_empty()) {
        match number(text, rest) {
            Some((taken, start)) => {
                if let Some(last) = rest.get(taken - 1) {
                    finds.push(Find { bytes: start..last.end, mark: PHONE_MARK });
                }
                from += taken;
            }
            None => from += skip(rest),
        }
    }
}

/// How many groups to pass over where no number begins: a whole public number, or one group.
fn skip(rest: &[Group]) -> usize {
    if rest.first().is_some_and(|first| PUBLIC.iter().any(|p| first.digits.starts_with(p))) {
        length(rest, 10)
    } else {
        1
    }
}

/// A telephone number at the beginning of some groups: how many of them, and its first byte.
fn number(text: &str, rest: &[Group]) -> Option<(usize, usize)> {
    let first = rest.first()?;
    let before = text.get(..first.start)?;
    let plus = before.chars().next_back().filter(|c| matches!(c, '+' | '＋'));
    if let Some(plus) = plus {
        // E.164: at most 15 digits.
        let taken = length(rest, 15);
        let total = joined(rest.get(..taken)?).len();
        return (total >= 8).then_some((taken, first.start - plus.len_utf8()));
    }
    // Glued to a letter or behind a dot it is part of something else.
    if before.ends_with(|c: char| c.is_alphabetic() && c.is_ascii()) && !is_told(before) {
        return None;
    }
    let abroad = first.digits.starts_with(&[0, 0]) || first.digits.starts_with(&[4, 6, 7]);
    let most = if abroad { 15 } else { 10 };
    let taken = length(rest, most);
    let window = rest.get(..taken)?;
    let value = joined(window);
    let begins = (abroad && value.len() >= 11) || (value.starts_with(&[0]) && !value.starts_with(&[0, 0]));
    let swedish = !abroad && (8..=10).contains(&value.len()) && begins;
    let ruled_out =
        PUBLIC.iter().any(|p| value.starts_with(p)) || is_date_or_hours(window) || first.len() > most;
    ((swedish || (abroad && begins)) && !ruled_out).then_some((taken, first.start))
}

/// Whether the letters before the number say that it is one: "tel070…".
fn is_told(before: &str) -> bool {
    let lower = before.get(before.len().saturating_sub(6)..).unwrap_or_default().to_ascii_lowercase();
    ["tel", "tfn", "nr", "mobil", "fon"].iter().any(|word| lower.ends_with(word))
}

/// How many groups from the first belong to a number of at most `most` digits.
fn length(rest: &[Group], most: usize) -> usize {
    let mut sum = 0;
    let fits = |(n, group): &(usize, &Group)| {
        sum += group.len();
        *n == 0
            || (sum <= most
                && matches!(
                    group.joint,
                    Some(Joint::Space | Joint::Dash | Joint::Bracket | Joint::Dot | Joint::Slash)
                ))
    };
    rest.iter().enumerate().take_while(fits).count().max(1)
}

/// "01.02.2026", "08-16 09-17": a date or opening hours, not a number.
fn is_date_or_hours(window: &[Group]) -> bool {
    let lengths: Vec<usize> = window.iter().map(Group::len).collect();
    let value = joined(window);
    let dashes = window.iter().filter(|group| group.joint == Some(Joint::Dash)).count();
    match lengths.as_slice() {
        [2, 2, 4, ..] => (1..=31).contains(&pair(&value, 0)) && (1..=12).contains(&pair(&value, 2)),
        [2, 2, 2, 2, ..] => {
            let spaces = window.iter().filter(|group| group.joint == Some(Joint::Space)).count();
            let dots = window.iter().any(|group| matches!(group.joint, Some(Joint::Dot | Joint::Slash)));
            (dashes == 2 && spaces == 1) || dots
        }
        _ => false,
    }
}
