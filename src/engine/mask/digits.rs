//! Finds groups of digits in a text, in any of the scripts that residents type, and what joins them.
//!
//! Only reads: what a number means is decided in `numbers`, `secrets` and `contacts`.

/// What stands between two groups of digits that may belong to one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// Nothing but spaces.
    Space,
    /// Any dash or an underscore, with or without spaces.
    Dash,
    /// The plus sign, which replaces the dash in the year when a person turns 100.
    Plus,
    /// A dot or a comma.
    Dot,
    /// A slash.
    Slash,
    /// A bracket, as in +46 (0)70.
    Bracket,
}

/// Some digits with nothing visible between them.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The values, 0–9.
    pub digits: Vec<u8>,
    /// How it hangs together with the group before it, if it may be one number.
    pub joint: Option<Joint>,
}

impl Group {
    /// The number of digits.
    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }
}

/// The most characters that may stand between two groups of one number, as in "850709 - 9805".
const WIDEST_JOINT: usize = 3;

/// Every group of digits in a text, in order.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut in_group = false;
    for (at, c) in text.char_indices() {
        let Some(value) = value(c) else {
            in_group = in_group && is_invisible(c);
            continue;
        };
        let end = at + c.len_utf8();
        if let (true, Some(group)) = (in_group, groups.last_mut()) {
            group.digits.push(value);
            group.end = end;
        } else {
            let before = groups.last().and_then(|last| text.get(last.end..at));
            let joint = before.and_then(joint);
            groups.push(Group { start: at, end, digits: vec![value], joint });
        }
        in_group = true;
    }
    groups
}

/// The value of a decimal digit: ASCII, full-width, Arabic-Indic or Persian.
pub(super) fn value(c: char) -> Option<u8> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6F0}'..='\u{6F9}' => '\u{6F0}',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        _ => return None,
    };
    u8::try_from(u32::from(c) - u32::from(zero)).ok()
}

/// Characters that show nothing: soft hyphen, zero-width and direction marks.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether a character is one of the many dashes.
pub(super) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | '\u{2010}'
            ..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '\u{640}'
    )
}

fn joint(between: &str) -> Option<Joint> {
    let mut found = None;
    // "2007, 070707": a sentence goes on; "850709.9805" is one number.
    if between.starts_with(['.', ',']) && between.len() > 1 {
        return None;
    }
    for (n, c) in between.chars().filter(|c| !is_invisible(*c)).enumerate() {
        let kind = match c {
            _ if n >= WIDEST_JOINT => return None,
            '\n' | '\r' => return None,
            c if c.is_whitespace() => continue,
            c if is_dash(c) => Joint::Dash,
            '+' | '\u{FF0B}' => Joint::Plus,
            '.' | ',' | '\u{B7}' | '\u{FF0E}' | '\u{60C}' | '\u{66B}' | '\u{66C}' => Joint::Dot,
            '/' | '\u{FF0F}' => Joint::Slash,
            '(' | ')' => Joint::Bracket,
            _ => return None,
        };
        match found {
            // "850709--9805", but not "12-, 13".
            Some(other) if other != kind => return None,
            _ => found = Some(kind),
        }
    }
    Some(found.unwrap_or(Joint::Space))
}

/// The digits of some groups, one after the other.
pub(super) fn joined(groups: &[Group]) -> Vec<u8> {
    groups.iter().flat_map(|group| group.digits.iter().copied()).collect()
}

/// Cuts the groups into the longest runs that hang together.
pub(super) fn runs(groups: &[Group]) -> impl Iterator<Item = &[Group]> {
    groups.chunk_by(|_, next| next.joint.is_some())
}

/// Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B), which
/// bank cards and Swedish identity numbers share.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let doubled = |d: u8| if d > 4 { 2 * d - 9 } else { 2 * d };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| u32::from(if i % 2 == 1 { doubled(*d) } else { *d }))
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The number that two digits form.
pub(super) fn pair(digits: &[u8], at: usize) -> u32 {
    let digit = |i: usize| digits.get(i).copied().map_or(0, u32::from);
    10 * digit(at) + digit(at + 1)
}
