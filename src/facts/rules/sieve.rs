//! Which of some thousand patterns can fit a text at all, told in one pass over it; only those are tried.
//!
//! Patterns are parsed when they are added and compiled when the first text comes that they could fit,
//! so most never are. How one is run is in `program`; what fitting means is for the caller.

use std::collections::{BTreeMap, HashMap};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::needs::{MOST_NEEDS, Needs, needs};
use super::pattern::{Notation, Wrong};
use super::program::{Been, Pattern};

/// Some patterns of one sieve, of which one is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::facts) struct Any(Box<[u32]>);

/// Patterns that become a sieve when all are known.
#[derive(Debug, Default)]
pub(in crate::facts) struct Weave {
    notation: Notation,
    patterns: Vec<Pattern>,
    needs: Vec<Vec<Needs>>,
    /// Where each pattern stands, as many are in several rules; apart those that are the whole text.
    known: [HashMap<Box<str>, u32>; 2],
}

/// The patterns of one file.
#[derive(Debug, Default)]
pub(in crate::facts) struct Sieve {
    notation: Notation,
    patterns: Vec<Pattern>,
    /// The pieces of text that patterns need.
    pieces: Option<AhoCorasick>,
    /// The patterns that need each piece, those of the first piece first …
    needing: Vec<Needing>,
    /// … and where those of each piece begin; at last where the last end.
    starts: Vec<u32>,
    /// Of each of a pattern's needs, one bit for each pattern that has no such need.
    without: [Vec<u64>; MOST_NEEDS],
}

/// Which pattern needs a piece, and as which of its needs.
#[derive(Clone, Copy, Debug)]
struct Needing {
    pattern: u32,
    need: usize,
}

/// A folded text, and which patterns could fit it.
pub(in crate::facts) struct Sifted<'a> {
    sieve: &'a Sieve,
    /// The text between two spaces: patterns reach from the beginning of a word to the end of one.
    padded: String,
    /// One bit for each pattern that could fit and has not been found not to …
    candidates: Vec<u64>,
    /// … and one for each that has been found to fit.
    fitting: Vec<u64>,
    been: Been,
}

impl Weave {
    pub(in crate::facts) fn new(notation: Notation) -> Self {
        Self { notation, ..Self::default() }
    }

    /// Adds patterns of which one is enough. With an error none is added.
    pub(in crate::facts) fn add(&mut self, patterns: &[String], whole: bool) -> Result<Any, Wrong> {
        let before = self.len();
        let added = patterns.iter().map(|pattern| self.add_one(pattern, whole)).collect::<Result<_, _>>();
        added.map(Any).inspect_err(|_| self.cut(before))
    }

    fn add_one(&mut self, pattern: &str, whole: bool) -> Result<u32, Wrong> {
        let at = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let known = &mut self.known[usize::from(whole)];
        if let Some(at) = known.get(pattern) {
            return Ok(*at);
        }
        self.needs.push(needs(&self.notation.parse(pattern)?));
        self.patterns.push(Pattern::new(pattern, whole));
        known.insert(pattern.into(), at);
        Ok(at)
    }

    /// How many patterns there are.
    pub(in crate::facts) fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Takes back every pattern but the first `len`.
    pub(in crate::facts) fn cut(&mut self, len: usize) {
        self.patterns.truncate(len);
        self.needs.truncate(len);
        for known in &mut self.known {
            known.retain(|_, at| usize::try_from(*at).is_ok_and(|at| at < len));
        }
    }

    /// The sieve of all the patterns.
    pub(in crate::facts) fn weave(mut self) -> Sieve {
        let mut pieces: BTreeMap<Vec<u8>, Vec<Needing>> = BTreeMap::new();
        let mut without = [(); MOST_NEEDS].map(|()| vec![0; self.patterns.len().div_ceil(64)]);
        for (pattern, needs) in (0_u32..).zip(std::mem::take(&mut self.needs)) {
            without.iter_mut().skip(needs.len()).for_each(|bits| mark(bits, pattern));
            for (need, all) in needs.into_iter().enumerate() {
                let needing = Needing { pattern, need };
                for piece in all {
                    pieces.entry(piece).or_default().push(needing);
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .prefilter(false)
            .build(pieces.keys())
            .ok();
        let (mut needing, mut starts) = (Vec::new(), vec![0]);
        for patterns in pieces.into_values() {
            needing.extend(patterns);
            starts.push(u32::try_from(needing.len()).unwrap_or(u32::MAX));
        }
        let Self { notation, patterns, .. } = self;
        Sieve { notation, patterns, pieces: automaton, needing, starts, without }
    }
}

impl Sieve {
    /// Tells which patterns could fit a folded text.
    pub(in crate::facts) fn sift(&self, text: &str) -> Sifted<'_> {
        let padded = format!(" {text} ");
        let mut found = self.without.clone();
        match &self.pieces {
            Some(pieces) => {
                for piece in pieces.find_overlapping_iter(&padded) {
                    for needing in self.needing(piece.pattern().as_usize()) {
                        found.get_mut(needing.need).into_iter().for_each(|bits| mark(bits, needing.pattern));
                    }
                }
            }
            None => found.iter_mut().for_each(|bits| bits.fill(u64::MAX)),
        }
        let mut each = found.into_iter();
        let mut candidates = each.next().unwrap_or_default();
        for also in each {
            candidates.iter_mut().zip(also).for_each(|(bits, also)| *bits &= also);
        }
        let fitting = vec![0; candidates.len()];
        Sifted { sieve: self, padded, candidates, fitting, been: Been::default() }
    }

    /// The patterns that need a piece.
    fn needing(&self, piece: usize) -> &[Needing] {
        let at = |place: usize| self.starts.get(place).and_then(|start| usize::try_from(*start).ok());
        let range = at(piece).zip(at(piece + 1)).map(|(start, end)| start..end);
        range.and_then(|range| self.needing.get(range)).unwrap_or_default()
    }

    /// Compiles every pattern and returns those that cannot be, as they are written.
    pub(in crate::facts) fn compile_all(&self) -> impl Iterator<Item = &str> {
        let bad = self.patterns.iter().filter(|pattern| !pattern.compiles(&self.notation));
        bad.map(Pattern::written)
    }
}

impl Sifted<'_> {
    /// Whether one of the patterns fits.
    pub(in crate::facts) fn fits(&mut self, any: &Any) -> bool {
        any.0.iter().any(|at| {
            let Some((place, bit)) = bit_of(*at) else { return false };
            let is_set = |bits: &[u64]| bits.get(place).is_some_and(|bits| bits & bit != 0);
            if !is_set(&self.candidates) || is_set(&self.fitting) {
                return is_set(&self.fitting);
            }
            let fits = self.does(*at);
            match (self.candidates.get_mut(place), self.fitting.get_mut(place)) {
                (_, Some(fitting)) if fits => *fitting |= bit,
                (Some(candidates), _) => *candidates &= !bit,
                _ => {}
            }
            fits
        })
    }

    fn does(&mut self, at: u32) -> bool {
        let pattern = usize::try_from(at).ok().and_then(|at| self.sieve.patterns.get(at));
        pattern.is_some_and(|pattern| pattern.fits(&self.sieve.notation, &self.padded, &mut self.been))
    }
}

fn mark(bits: &mut [u64], at: u32) {
    if let Some((place, bit)) = bit_of(at)
        && let Some(bits) = bits.get_mut(place)
    {
        *bits |= bit;
    }
}

/// Where the bit of a pattern stands.
fn bit_of(at: u32) -> Option<(usize, u64)> {
    Some((usize::try_from(at / 64).ok()?, 1 << (at % 64)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::facts::rules::fold::fold;

    fn notation() -> Notation {
        let words = [("en", vec!["ko", "koda[^ ]*"]), ("alla", vec!["<en>", "bo+", "[ab]d?"])];
        let list = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
        let words = words.into_iter().map(|(name, words)| (name.to_owned(), list(words)));
        Notation { courtesy: "hej|tack".to_owned(), words: words.collect::<BTreeMap<_, Vec<_>>>() }
    }

    /// What stands in a pattern: the parts that the files use, of few letters, so that they often fit.
    fn pattern() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[abdko]{1,4}".boxed(),
            "[abdko]{0,3}\\[\\^ \\]\\*".boxed(),
            "\\[\\^ \\]\\*[abdko]{1,3}".boxed(),
            "[abd]\\+[ko]{1,2}".boxed(),
            "[abdko]{1,3}[ao]\\?".boxed(),
            "\\[ab\\]d\\?".boxed(),
            Just("<en>".to_owned()).boxed(),
            Just("<alla>".to_owned()).boxed(),
            Just("å|[^ ]+".to_owned()).boxed(),
            Just("(?: [^ ]+)*".to_owned()).boxed(),
        ];
        let part = word.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..4)
                    .prop_map(|ways| format!("({})", ways.join("|"))),
                inner.clone().prop_map(|part| format!("({part} )?ko")),
                inner.clone().prop_map(|part| format!("({part}){{1,2}}")),
                (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("{one} {two}")),
                (inner.clone(), inner).prop_map(|(one, two)| format!("{one} … {two}")),
            ]
        });
        (any::<(bool, bool)>(), part).prop_map(|((from, to), part)| {
            format!("{}{part}{}", if from { "^" } else { "" }, if to { "$" } else { "" })
        })
    }

    /// What the notation says, by the book: the whole expression, on the text as it is.
    fn by_the_book(notation: &Notation, pattern: &str, whole: bool) -> regex::bytes::Regex {
        let expanded = notation.expand(pattern).unwrap();
        regex::bytes::Regex::new(&if whole {
            format!("^(?:(?:{0}) )*(?:{expanded})(?: (?:{0}))*$", notation.courtesy)
        } else {
            format!("(?:^| )(?:{expanded})(?: |$)")
        })
        .unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn the_sieve_says_what_the_expressions_say(
            patterns in proptest::collection::vec((pattern(), any::<bool>()), 1..6),
            texts in proptest::collection::vec("(hej )?[abdko]{1,4}( [abdkoå]{1,4}){0,5}( tack)?", 1..12),
        ) {
            let mut weave = Weave::new(notation());
            let each: Vec<Any> =
                patterns.iter().map(|(p, whole)| weave.add(std::slice::from_ref(p), *whole).unwrap()).collect();
            let sieve = weave.weave();
            prop_assert_eq!(sieve.compile_all().count(), 0);
            let book: Vec<_> = patterns.iter().map(|(p, whole)| by_the_book(&notation(), p, *whole)).collect();
            for text in texts.iter().map(|text| fold(text)) {
                let mut sifted = sieve.sift(&text);
                for ((any, book), pattern) in each.iter().zip(&book).zip(&patterns) {
                    prop_assert_eq!(sifted.fits(any), book.is_match(text.as_bytes()), "{:?} {}", pattern, text);
                }
            }
        }
    }

    /// Every pattern of the real file on one in ten questions; on all of them with `SIFT_ALL`.
    #[test]
    fn the_real_patterns_fit_the_same_questions_as_their_expressions() {
        let file = std::fs::read_to_string("config/rules.toml").unwrap();
        let (list, problems) = crate::facts::rules::read::read("rules.toml", &file);
        assert_eq!(problems, []);
        let sieve = &list.sieve;
        assert_eq!(sieve.compile_all().next(), None);
        // Words are parted by one space, and a pattern has one around it already: "^hur " never fits.
        let spaced = |needs: &Needs| needs.iter().all(|piece| piece.windows(2).any(|two| two == b"  "));
        for pattern in &sieve.patterns {
            let needed = needs(&sieve.notation.parse(pattern.written()).unwrap());
            assert!(!needed.iter().any(spaced), "can never fit: {}", pattern.written());
        }
        let questions = std::fs::read_to_string("tests/eval/test.jsonl").unwrap();
        let step = if std::env::var_os("SIFT_ALL").is_some() { 1 } else { 10 };
        let question = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["q"].to_string();
        let texts: Vec<String> = questions.lines().step_by(step).map(|line| fold(&question(line))).collect();
        assert!(texts.len() > 80);
        let mut sifted: Vec<Sifted> = texts.iter().map(|text| sieve.sift(text)).collect();
        let candidates: u32 = sifted.iter().flat_map(|s| &s.candidates).map(|bits| bits.count_ones()).sum();
        assert!(
            candidates as usize <= texts.len() * 40,
            "{candidates} candidates: the sieve lets too much through"
        );
        let mut fitting = 0;
        for (at, pattern) in (0..).zip(&sieve.patterns) {
            let book = by_the_book(&sieve.notation, pattern.written(), pattern.is_whole());
            for sifted in &mut sifted {
                let fits = sifted.fits(&Any([at].into()));
                fitting += usize::from(fits);
                let text = sifted.padded.trim();
                assert_eq!(fits, book.is_match(text.as_bytes()), "{} on {text}", pattern.written());
            }
        }
        assert!(fitting > texts.len(), "{fitting}");
    }

    #[test]
    fn what_is_too_large_never_fits_and_is_told() {
        let mut weave = Weave::new(Notation::default());
        let large = "(boka{900}){900}".to_owned();
        let any = weave.add(&[large.clone(), "tid".to_owned()], false).unwrap();
        let sieve = weave.weave();
        assert!(sieve.sift("en tid").fits(&any));
        assert!(!sieve.sift(&"boka".repeat(4)).fits(&any));
        assert_eq!(sieve.compile_all().collect::<Vec<_>>(), [large]);
    }

    #[test]
    fn a_text_of_any_length_is_read_to_its_end() {
        let mut weave = Weave::new(notation());
        let any = weave.add(&["<alla> … (slut[^ ]*|sist) (på ){1,300}allt".to_owned()], false).unwrap();
        let sieve = weave.weave();
        let long = "bo ".repeat(100_000);
        assert!(sieve.sift(&format!("{long}slutet pa pa allt")).fits(&any));
        assert!(!sieve.sift(&format!("{long}slutet pa pa allting")).fits(&any));
    }

    #[test]
    fn a_rule_that_is_taken_back_leaves_nothing() {
        let mut weave = Weave::new(notation());
        let kept = weave.add(&["ko".to_owned()], false).unwrap();
        assert!(weave.add(&["bo".to_owned(), "(".to_owned()], false).is_err());
        assert_eq!(weave.len(), 1);
        weave.add(&["bo".to_owned()], false).unwrap();
        weave.cut(1);
        let sieve = weave.weave();
        assert!(sieve.sift("en ko").fits(&kept));
        assert_eq!(sieve.patterns.len(), 1);
    }
}
