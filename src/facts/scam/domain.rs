//! Compares the host of a link with official domains: which is it, or which does it try to look like?
//!
//! Pure text: no name is looked up.

use super::Sign;
use super::links::Link;

/// Somebody whose name is borrowed, and where they really are.
#[derive(Clone, Debug, Default)]
pub(super) struct Owner {
    /// The name as people know it.
    pub name: String,
    /// The official domains; everything under them is official too.
    pub domains: Vec<String>,
    /// Names in the domain that look-alikes are built from, folded: "postnord".
    pub brands: Vec<String>,
    /// A means that others also name, such as BankID: its name alone claims nothing.
    pub means: bool,
}

/// What is known of domains.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub owners: Vec<Owner>,
    /// Services that shorten links.
    pub shorteners: Vec<String>,
    /// Top domains that frauds favour.
    pub odd: Vec<String>,
    /// Top domains under which a bare name is taken for an address.
    pub top: Vec<String>,
    /// Real domains that happen to be spelled almost like an official one.
    pub innocent: Vec<String>,
}

/// Registries that sell names one level further down: "exempel.co.uk".
const SECOND_LEVELS: [&str; 6] = ["co", "com", "org", "net", "gov", "ac"];

/// The shortest name for which one slip makes a look-alike, and the shortest for which two do.
const ONE_SLIP: usize = 5;
const TWO_SLIPS: usize = 9;

impl Known {
    /// Whether a label is a top domain that people write without "www".
    pub(super) fn is_top_domain(&self, label: &str) -> bool {
        self.top.iter().chain(&self.odd).any(|top| top == label)
    }

    /// To whom a link really leads, if to somebody known.
    pub(super) fn owner(&self, link: &Link) -> Option<&Owner> {
        self.owners.iter().find(|owner| owner.domains.iter().any(|domain| is_under(&link.host, domain)))
    }

    /// What is odd about one link.
    pub(super) fn signs(&self, link: &Link) -> Vec<Sign> {
        let seen = link.host.clone();
        if self.owner(link).is_some() || self.innocent.iter().any(|domain| is_under(&link.host, domain)) {
            return Vec::new();
        }
        if link.is_number() {
            return vec![Sign::IpLink { seen }];
        }
        if self.shorteners.iter().any(|domain| is_under(&link.host, domain)) {
            return vec![Sign::ShortLink { seen }];
        }
        let mut signs = Vec::new();
        let like = self.looks_like(link);
        let foreign = link.host.chars().any(|c| look(c).is_some());
        match like {
            Some(like) if foreign => signs.push(Sign::HomoglyphDomain { seen: seen.clone(), like }),
            Some(like) => signs.push(Sign::LookAlikeDomain { seen: seen.clone(), like }),
            None if foreign && mixes_scripts(&link.host) => {
                let like = link.host.chars().map(|c| look(c).unwrap_or(c)).collect();
                signs.push(Sign::HomoglyphDomain { seen: seen.clone(), like });
            }
            None => {}
        }
        if link.labels().last().is_some_and(|top| self.odd.iter().any(|odd| odd == top)) {
            signs.push(Sign::OddTld { seen });
        }
        signs
    }

    /// The official domain that a host tries to look like.
    fn looks_like(&self, link: &Link) -> Option<String> {
        let labels = link.labels();
        let own = registrable(&labels);
        let (above, main) = labels.split_at(labels.len().saturating_sub(own));
        let main = main.first().copied().unwrap_or_default();
        let main_skeletons = skeletons(main);
        self.owners.iter().find_map(|owner| {
            let like = owner.domains.first()?.clone();
            let borrowed = owner.brands.iter().any(|brand| {
                let in_main = main_skeletons.iter().any(|skeleton| is_built_on(skeleton, brand));
                let above =
                    above.iter().flat_map(|label| skeletons(label)).any(|label| has_part(&label, brand));
                in_main || above
            });
            borrowed.then_some(like)
        })
    }
}

/// Whether a host is a domain or stands under it.
fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// How many labels at the end make the name that somebody has registered.
fn registrable(labels: &[&str]) -> usize {
    let second = labels.len().checked_sub(2).and_then(|at| labels.get(at));
    let country = labels.last().is_some_and(|top| top.len() == 2);
    let further = country && second.is_some_and(|label| SECOND_LEVELS.contains(label)) && labels.len() > 2;
    if further { 3 } else { 2 }
}

/// Whether a label has the brand as a part of its own, or, if the brand is long, anywhere.
fn has_part(label: &str, brand: &str) -> bool {
    let parts = || label.split(['-', '_']);
    let as_part = parts().any(|part| part == brand);
    let joined: String = parts().collect();
    as_part || (brand.len() >= ONE_SLIP && joined.contains(brand))
}

/// Whether a registered name is a brand with something added, or a brand with a slip in it.
fn is_built_on(name: &str, brand: &str) -> bool {
    let joined = name.replace(['-', '_'], "");
    let slips = match brand.len() {
        TWO_SLIPS.. => 2,
        ONE_SLIP.. => 1,
        _ => 0,
    };
    let near = |part: &str| part.len() + slips >= brand.len() && slips > 0 && distance(part, brand) <= slips;
    has_part(name, brand) || near(&joined) || name.split(['-', '_']).any(near)
}

/// What a label looks like, read in the ways that deceive the eye.
fn skeletons(label: &str) -> Vec<String> {
    let swedish = |c| match c {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        c => c,
    };
    let latin: String = label.chars().map(|c| look(c).unwrap_or(swedish(c))).collect();
    let digits = |one: char| -> String {
        let swap = |c| match c {
            '0' => 'o',
            '1' => one,
            '3' => 'e',
            '5' => 's',
            c => c,
        };
        latin.chars().map(swap).collect()
    };
    let mut all = vec![digits('l'), digits('i'), latin.replace("rn", "m"), latin.replace("vv", "w"), latin];
    all.dedup();
    all
}

/// The Latin letter that a letter of another script, or one with a mark, looks like.
fn look(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' | 'à' | 'á' | 'â' | 'ã' | 'ā' | 'ạ' | 'ɑ' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' | 'ç' | 'ć' => 'c',
        'ԁ' | 'đ' => 'd',
        'е' | 'ё' | 'ε' | 'è' | 'ê' | 'ë' | 'ē' | 'ę' | 'ẹ' => 'e',
        'ɡ' | 'ġ' => 'g',
        'һ' | 'н' => 'h',
        'і' | 'ї' | 'ι' | 'ì' | 'í' | 'î' | 'ï' | 'ı' | 'ị' => 'i',
        'ј' => 'j',
        'к' | 'κ' | 'ķ' => 'k',
        'ӏ' | 'ł' | 'ļ' => 'l',
        'м' => 'm',
        'п' | 'η' | 'ñ' | 'ń' | 'ņ' => 'n',
        'о' | 'ο' | 'σ' | 'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ọ' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' | 'ś' | 'ș' | 'ş' => 's',
        'т' | 'τ' | 'ț' => 't',
        'υ' | 'ù' | 'ú' | 'û' | 'ū' | 'ụ' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    })
}

/// Whether some label has both Latin letters and Cyrillic or Greek ones.
fn mixes_scripts(host: &str) -> bool {
    let other = |c: char| matches!(c, '\u{370}'..='\u{52F}');
    host.split('.').any(|label| label.contains(other) && label.contains(|c: char| c.is_ascii_alphabetic()))
}

/// The number of slips between two names: a letter too many, too few, wrong, or two swapped
/// (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (at(&back, j) + usize::from(ca != cb)).min(at(&back, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(cb) && b.get(j - 1) == Some(ca);
            if swapped {
                best = best.min(at(&two_back, j - 1) + 1);
            }
            row.push(best);
        }
        two_back = std::mem::replace(&mut back, row);
    }
    back.last().copied().unwrap_or(0)
}

/// A host with its punycode labels (RFC 3492) as the letters that they stand for.
pub(super) fn decode(host: &str) -> String {
    let label =
        |label: &str| label.strip_prefix("xn--").and_then(punycode).unwrap_or_else(|| label.to_owned());
    host.trim_end_matches('.').split('.').map(label).collect::<Vec<_>>().join(".")
}

fn punycode(encoded: &str) -> Option<String> {
    const BASE: u32 = 36;
    let (plain, tail) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut output: Vec<char> = plain.chars().collect();
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut tail = tail.chars().peekable();
    while tail.peek().is_some() {
        let (old, mut weight, mut k) = (i, 1_u32, BASE);
        loop {
            let digit = match tail.next()? {
                c @ 'a'..='z' => u32::from(c) - u32::from('a'),
                c @ '0'..='9' => u32::from(c) - u32::from('0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            k += BASE;
        }
        let count = u32::try_from(output.len()).ok()? + 1;
        bias = adapted(i - old, count, old == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        output.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(output.into_iter().collect())
}

/// The bias after one letter, RFC 3492 section 6.1.
fn adapted(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punycode_is_read() {
        for (encoded, plain) in [
            ("xn--bnkid-4ve.com", "b\u{430}nkid.com"),
            ("xn--smrgs-pra0j.se", "smörgås.se"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("xn--!!.se", "xn--!!.se"),
            ("postnord.se.", "postnord.se"),
        ] {
            assert_eq!(decode(encoded), plain);
        }
        assert_eq!(punycode("99999999999999"), None);
    }

    #[test]
    fn slips_are_counted() {
        for (a, b, slips) in
            [("postnord", "postnord", 0), ("postnrod", "postnord", 1), ("swedbamk", "swedbank", 1)]
        {
            assert_eq!(distance(a, b), slips, "{a} {b}");
        }
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("skatteverkett", "skateverket"), 2);
    }
}
