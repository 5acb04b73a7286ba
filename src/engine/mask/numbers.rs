//! Finds personal identity numbers and bank card numbers among the groups of digits.
//!
//! The forms are those of folkbokföringslagen (1991:481) 18 § for *personnummer*, of lag (2022:1697)
//! for *samordningsnummer* (the day plus 60), and the letter in the last four of interim numbers.
//! A number is weighed, not only checked: residents write slips, and an order number may look right.

use super::context::{self, Context};
use super::digits::{Group, Joint, is_dash, is_invisible, joined, luhn, pair, runs};
use super::{CARD_MARK, Find, IDENTITY_MARK};

/// The letters of interim numbers, which stand in place of the first of the last four.
const INTERIM: &str = "TRSUWXJKLMN";

/// The digits of an identity number, without and with the century.
const SHORT: usize = 10;
const LONG: usize = 12;

/// The digits of a bank card number (ISO/IEC 7812-1).
const CARD: std::ops::RangeInclusive<usize> = 13..=19;

pub(super) fn find(text: &str, groups: &[Group]) -> Vec<Find> {
    let mut finds = interim(text, groups);
    let mut told_until = 0;
    for run in runs(groups) {
        let look = Look { text, run, told_until };
        let digits: usize = run.iter().map(Group::len).sum();
        if digits >= SHORT {
            look.identities(&mut finds);
        }
        if digits >= *CARD.start() {
            look.cards(&mut finds);
        }
        if let Some(last) = run.iter().rev().find(|group| group.len() >= 3) {
            told_until = last.end;
        }
    }
    finds
}

/// One run of groups that hang together, and where it stands.
struct Look<'a> {
    text: &'a str,
    run: &'a [Group],
    /// Words before this byte speak of an earlier number.
    told_until: usize,
}

/// How sure the outer form of ten or twelve digits makes us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// No separator at all.
    Bare,
    /// As the law writes it, but for the sign: the date, one separator, four digits.
    Canonical(Joint),
    /// In pieces, but with a piece that ends where the date ends; or one by one, or two by two.
    Pieces,
}

impl<'a> Look<'a> {
    fn identities(&self, finds: &mut Vec<Find>) {
        let mut from = 0;
        while from < self.run.len() {
            let found = [LONG, SHORT].into_iter().find_map(|total| {
                let window = self.window(from, total)?;
                self.is_identity(from, window).then_some(window)
            });
            if let Some(window) = found {
                finds.extend(span(window, IDENTITY_MARK));
            }
            from += found.map_or(1, <[Group]>::len);
        }
    }

    fn cards(&self, finds: &mut Vec<Find>) {
        let mut from = 0;
        while from < self.run.len() {
            let found = CARD.rev().find_map(|total| {
                let window = self.window(from, total)?;
                self.is_card(from, window).then_some(window)
            });
            if let Some(window) = found {
                finds.extend(span(window, CARD_MARK));
            }
            from += found.map_or(1, <[Group]>::len);
        }
    }

    /// The whole groups from `from` on that have `total` digits together.
    fn window(&self, from: usize, total: usize) -> Option<&'a [Group]> {
        let rest = self.run.get(from..)?;
        let mut sum = 0;
        for (n, group) in rest.iter().enumerate() {
            sum += group.len();
            if sum == total {
                return rest.get(..=n);
            }
            if sum > total {
                break;
            }
        }
        None
    }

    fn context(&self, window: &[Group], from: usize) -> Context {
        let earlier = self.run.get(..from).and_then(|before| before.iter().rev().find(|g| g.len() >= 3));
        let not_before = earlier.map_or(self.told_until, |group| group.end);
        window.first().map_or(Context::Unknown, |first| context::before(self.text, first.start, not_before))
    }

    /// Whether nothing of the same number stands beside the window; `loosely`: but for spaces.
    fn stands_alone(&self, from: usize, window: &[Group], loosely: bool) -> bool {
        let apart = |joint: Option<Joint>| joint.is_none() || (loosely && joint == Some(Joint::Space));
        let next = self.run.get(from + window.len());
        apart(window.first().and_then(|g| g.joint)) && next.is_none_or(|g| apart(g.joint))
    }

    fn is_identity(&self, from: usize, window: &[Group]) -> bool {
        let digits = joined(window);
        let alone = self.stands_alone(from, window, false);
        let Some(form) = form(window, digits.len()) else {
            return alone && self.context(window, from) == Context::Identity;
        };
        let born = Birth::read(&digits);
        if born.is_none() && !alone {
            return false;
        }
        let told = self.context(window, from);
        if told == Context::Identity {
            return born.is_some() || !is_organisation(&digits);
        }
        let plausible = born.is_some_and(|born| self.is_plausible(from, window, &digits, form, born, told));
        plausible || (alone && window.last().is_some_and(|g| context::identity_after(self.text, g.end)))
    }

    /// Whether a number with a possible date is an identity number although nobody says so.
    fn is_plausible(
        &self,
        from: usize,
        window: &[Group],
        digits: &[u8],
        form: Form,
        born: Birth,
        told: Context,
    ) -> bool {
        let valid = luhn(digits.get(digits.len() - SHORT..).unwrap_or_default());
        let alone = self.stands_alone(from, window, false);
        let loosely_alone = self.stands_alone(from, window, true);
        let local_phone = digits.len() == SHORT && digits.starts_with(&[0]);
        let is_told_otherwise = told == Context::Reference || (told == Context::Phone && local_phone);
        // 07 begins every mobile number, and 0707 67 65 43 has the digits of a coordination number.
        let mobile = digits.len() == SHORT && digits.starts_with(&[0, 7]);
        if (mobile && born.coordination) || (self.is_abroad(from) && form != Form::Canonical(Joint::Dash)) {
            return false;
        }
        match form {
            Form::Bare if digits.len() == SHORT => valid && !mobile && !is_told_otherwise && loosely_alone,
            // Nobody numbers orders by dates of the last century, so a slip is likelier.
            Form::Bare => loosely_alone && (valid || (digits.starts_with(&[1, 9]) && !is_told_otherwise)),
            Form::Canonical(joint) if is_moment(digits, joint, window.len(), valid) => false,
            Form::Canonical(_) if valid => alone || told != Context::Reference,
            Form::Canonical(Joint::Dash | Joint::Plus) => loosely_alone && !is_told_otherwise,
            Form::Canonical(Joint::Space) => loosely_alone && !is_told_otherwise && !mobile,
            Form::Canonical(_) => false,
            Form::Pieces => {
                let date_and_time = is_moment(digits, Joint::Space, window.len(), false);
                valid && alone && !date_and_time && !local_phone && !is_told_otherwise
            }
        }
    }

    /// Whether the run is a telephone number with a country code, and the window its beginning.
    fn is_abroad(&self, from: usize) -> bool {
        let start = self.run.first().map_or(0, |group| group.start);
        from <= 1 && self.text.get(..start).is_some_and(|before| before.ends_with(['+', '\u{FF0B}']))
    }

    fn is_card(&self, from: usize, window: &[Group]) -> bool {
        let digits = joined(window);
        let lengths: Vec<usize> = window.iter().map(Group::len).collect();
        let printed = is_printed_on_cards(&lengths);
        let alone = self.stands_alone(from, window, false);
        let bounded = if printed && lengths.len() > 1 { self.ends_fours(from, window) } else { alone };
        let by_one = lengths.len() == digits.len();
        if !digits.first().is_some_and(|d| (2..=6).contains(d))
            || !bounded
            || self.is_iban()
            || self.is_abroad(from)
        {
            return false;
        }
        if !luhn(&digits) {
            // A slip in a number that is called a card number is still most of a card number.
            return lengths == [4, 4, 4, 4] && self.context(window, from) == Context::Card;
        }
        if is_issued(&digits) {
            return printed || by_one || self.context(window, from) != Context::Reference;
        }
        (printed || by_one) && self.context(window, from) != Context::Reference
    }

    /// Whether a window of fours does not go on with further fours, before or behind.
    fn ends_fours(&self, from: usize, window: &[Group]) -> bool {
        let fours = |at: Option<usize>| at.and_then(|at| self.run.get(at)).is_some_and(|g| g.len() == 4);
        !fours(from.checked_sub(1)) && !fours(Some(from + window.len()))
    }

    /// Whether the run is an account number with two letters and two check digits first (ISO 13616).
    fn is_iban(&self) -> bool {
        let Some(first) = self.run.first() else {
            return false;
        };
        let before = self.text.get(..first.start).unwrap_or_default();
        let letters: Vec<char> = before.chars().rev().take_while(|c| c.is_alphanumeric()).take(3).collect();
        letters.len() == 2
            && letters.iter().all(char::is_ascii_uppercase)
            && (first.len() == 2 || first.len() > 12)
    }
}

/// The outer form of ten or twelve digits, if it is one that people write identity numbers in.
fn form(window: &[Group], total: usize) -> Option<Form> {
    let lengths: Vec<usize> = window.iter().map(Group::len).collect();
    let joints: Vec<Joint> = window.iter().skip(1).filter_map(|group| group.joint).collect();
    match (lengths.as_slice(), joints.last()) {
        ([_], _) => Some(Form::Bare),
        ([6 | 8, 4] | [2 | 4, 2, 2, 4], Some(last)) => Some(Form::Canonical(*last)),
        _ => {
            let uniform = lengths.windows(2).all(|two| two.first() == two.last())
                && joints.windows(2).all(|two| two.first() == two.last());
            (splits_at(&lengths, total - 4) || uniform).then_some(Form::Pieces)
        }
    }
}

/// Whether some piece ends after `at` digits.
fn splits_at(lengths: &[usize], at: usize) -> bool {
    lengths.iter().scan(0, |sum, n| Some(std::mem::replace(sum, *sum + n))).any(|sum| sum == at)
}

/// A date of birth that an identity number may begin with.
#[derive(Clone, Copy)]
struct Birth {
    coordination: bool,
}

impl Birth {
    /// Reads the date; `None` if there is no such day.
    fn read(digits: &[u8]) -> Option<Self> {
        let (century, rest) = match digits.len() {
            LONG => (Some(pair(digits, 0)), digits.get(2..)?),
            _ => (None, digits),
        };
        if century.is_some_and(|century| !(18..=20).contains(&century)) {
            return None;
        }
        let (year, month, day) = (pair(rest, 0), pair(rest, 2), pair(rest, 4));
        let coordination = day > 60;
        let day = if coordination { day - 60 } else { day };
        let days = match month {
            // 1900 had no 29 February, but two digits cannot tell it from 2000.
            2 if year.is_multiple_of(4) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { coordination })
    }
}

/// Whether it reads as a recent date and a time of day, "2026-11-21 1430", rather than as a birth.
fn is_moment(digits: &[u8], joint: Joint, pieces: usize, valid: bool) -> bool {
    let (hour, minute) = (pair(digits, digits.len() - 4), pair(digits, digits.len() - 2));
    let is_recent = match digits.len() {
        LONG => digits.starts_with(&[2, 0]) && pair(digits, 2) >= 20,
        _ => (20..=35).contains(&pair(digits, 0)),
    };
    let is_sure = match joint {
        Joint::Dash | Joint::Plus => !valid && digits.len() == LONG,
        _ => !valid || pieces > 2,
    };
    is_recent && hour < 24 && minute < 60 && is_sure
}

/// Whether it is the number of an organisation: its third digit is 2 or more, lag (1974:174) 1 §.
fn is_organisation(digits: &[u8]) -> bool {
    let short = digits.get(digits.len().saturating_sub(SHORT)..).unwrap_or_default();
    digits.len() == SHORT && pair(short, 2) >= 20 && luhn(short)
}

/// Whether the pieces are cut as on a card: fours, or 4-6-5 and 4-6-4, or not at all.
fn is_printed_on_cards(lengths: &[usize]) -> bool {
    match lengths {
        [_] | [4, 6, 4 | 5] | [8, 8] => true,
        [fours @ .., last] => fours.iter().all(|n| *n == 4) && *last <= 4,
        [] => false,
    }
}

/// Whether a card scheme gives out numbers of this beginning and length.
fn is_issued(digits: &[u8]) -> bool {
    let four = 100 * pair(digits, 0) + pair(digits, 2);
    match digits.len() {
        13 | 19 if four / 1000 == 4 => true,
        14 => matches!(four, 3000..=3059 | 3600..=3699 | 3800..=3999),
        15 => matches!(four / 100, 34 | 37),
        16 => matches!(four, 2200..=2720 | 3528..=3589 | 4000..=6999),
        17..=19 => matches!(four, 5000..=5099 | 5600..=6999),
        _ => false,
    }
}

/// Dates followed by a letter and three digits, or TF and two: "850709-T123", "19850709TF10".
fn interim(text: &str, groups: &[Group]) -> Vec<Find> {
    let mut finds = Vec::new();
    for (at, tail) in groups.iter().enumerate() {
        let Some(before) = groups.get(..at) else { continue };
        let Some(end_of_date) = before.last().map(|group| group.end) else {
            continue;
        };
        if !is_interim_joint(text.get(end_of_date..tail.start).unwrap_or_default(), tail.len()) {
            continue;
        }
        let glued = text.get(tail.end..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        let date = date_at_the_end(before);
        let date = date.filter(|first| context::before(text, first.start, 0) != Context::Reference);
        if let (false, Some(first)) = (glued, date) {
            finds.push(Find { bytes: first.start..tail.end, mark: IDENTITY_MARK });
        }
    }
    finds
}

/// The first of the groups that end with a possible date of birth.
fn date_at_the_end(before: &[Group]) -> Option<&Group> {
    let starts: [&[usize]; 4] = [&[6], &[8], &[2, 2, 2], &[4, 2, 2]];
    starts.into_iter().find_map(|lengths| {
        let groups = before.get(before.len().checked_sub(lengths.len())?..)?;
        let fits = groups.iter().map(Group::len).eq(lengths.iter().copied())
            && groups.iter().skip(1).all(|group| group.joint.is_some());
        let mut digits = joined(groups);
        digits.extend([0; 4]);
        (fits && Birth::read(&digits).is_some()).then(|| groups.first()).flatten()
    })
}

fn is_interim_joint(between: &str, digits_behind: usize) -> bool {
    if !matches!(digits_behind, 2 | 3) || between.ends_with(' ') || between.chars().nth(5).is_some() {
        return false;
    }
    let letters: String =
        between.chars().filter(|c| !is_invisible(*c) && !is_dash(*c) && *c != '+' && *c != ' ').collect();
    let letters = letters.to_ascii_uppercase();
    match digits_behind {
        3 => letters.len() == 1 && INTERIM.contains(&letters),
        _ => letters == "TF",
    }
}

fn span(window: &[Group], mark: &'static str) -> Option<Find> {
    let (first, last) = (window.first()?, window.last()?);
    Some(Find { bytes: first.start..last.end, mark })
}
