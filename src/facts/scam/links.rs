//! Finds addresses and telephone numbers in a message. Nothing is fetched.

use std::sync::LazyLock;

use regex::Regex;

use super::domain::{self, Known};

/// An address in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The host, in lower case and without a port; punycode is decoded.
    pub host: String,
    /// Whether it has a scheme, "www." or a path, and not only the host's name.
    whole: bool,
}

impl Link {
    /// Whether it is written as a link rather than mentioned by name.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The host's labels, from the left.
    pub(super) fn labels(&self) -> Vec<&str> {
        self.host.split('.').collect()
    }

    /// Whether the host is a number: IPv4 in any notation, or IPv6.
    pub(super) fn is_number(&self) -> bool {
        let digits = |label: &str| label.chars().all(|c| c.is_ascii_digit()) || label.starts_with("0x");
        self.host.starts_with('[') || self.host.split('.').all(digits)
    }
}

/// A scheme, perhaps; user and password, perhaps; a host; a port and a path, perhaps.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?P<scheme>h(?:tt|xx)ps?:/{1,3})?(?:[^\s/@<>]{1,64}@)?(?P<host>\[[0-9a-f:.]{2,40}\]|0x[0-9a-f]{8}|(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_-]{0,62})\.)+(?:xn--[a-z0-9-]{2,40}|[\p{L}]{2,24}|[0-9]{1,3}))\.?(?P<port>:[0-9]{1,5})?(?P<path>[/?#][^\s<>]*)?",
    )
});

/// A number with a country code that is not Sweden's.
static FOREIGN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\+|(?:^|[^\d])00)\s?([1-9]\d{0,2})[\s()-]*\d[\d\s()-]{4,14}\d"));

#[expect(clippy::expect_used, reason = "constant patterns, compiled by the tests")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// Every address in a message. A bare name such as "telia.se" counts only under a known top domain, as
/// "t.ex" and a forgotten space after a full stop look the same.
pub(super) fn find(message: &str, known: &Known) -> Vec<Link> {
    if !may_hold_one(message) {
        return Vec::new();
    }
    let plain = message.replace("[.]", ".").replace("(.)", ".").replace("hxxp", "http");
    let mut links = Vec::new();
    for found in LINK.captures_iter(&plain) {
        let Some(host) = found.name("host") else { continue };
        let scheme = found.name("scheme").is_some();
        let path = found.name("path").is_some_and(|path| path.as_str().len() > 1);
        let host = domain::decode(&host.as_str().to_lowercase());
        let www = host.starts_with("www.");
        let link = Link { whole: scheme || path || www, host };
        // "anna@exempel.se" is an address for mail, but its domain tells as much as a link's.
        let last = link.labels().last().copied().unwrap_or_default().to_owned();
        let is_number = link.is_number();
        let named = known.is_top_domain(&last) || !last.is_ascii();
        let told = scheme || www || (named && link.labels().iter().any(|label| label.chars().count() > 2));
        if told && (!is_number || scheme) && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// Whether there is a full stop inside a word, or what a scheme ends with: no link is without.
fn may_hold_one(message: &str) -> bool {
    let inside = |(at, _): (usize, &str)| {
        // "[.]" and "(.)" too.
        message.get(at + 1..).and_then(|rest| rest.chars().next()).is_some_and(|c| !c.is_whitespace())
    };
    message.contains(":/") || message.match_indices('.').any(inside)
}

/// Telephone numbers of other countries, as they are written.
pub(super) fn foreign_numbers(message: &str) -> impl Iterator<Item = String> {
    FOREIGN.captures_iter(message).filter_map(|found| {
        let code = found.get(1)?.as_str();
        let number = found.get(0)?.as_str().trim_matches(|c: char| !c.is_ascii_digit() && c != '+');
        (!code.starts_with("46")).then(|| number.to_owned())
    })
}
