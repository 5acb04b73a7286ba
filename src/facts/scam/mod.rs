//! "Is this a scam?": looks for the signs of fraud in a message that somebody has received.
//!
//! Compares links with the official addresses in `config/scam.toml` and reads for urgency, codes,
//! payments and the like. Nothing is fetched, and nothing is ever called safe: a message without signs
//! is one in which none were found.

mod domain;
mod links;
mod read;
mod signs;

use self::domain::Known;
use self::links::Link;
use self::signs::{Heard, Patterns};
use super::problem::Problem;
use super::rules::fold::Folded;
use super::rules::pattern;

/// What an examination comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There are signs of fraud.
    Signs,
    /// There is too little to tell by, such as a link to an unknown address.
    CannotTell,
    /// No sign was found, which does not make it safe.
    NothingFound,
}

/// One sign of fraud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// An address that looks like an official one.
    LookAlikeDomain {
        /// The host in the message.
        seen: String,
        /// The official domain.
        like: String,
    },
    /// An address with letters of other scripts that look the same.
    HomoglyphDomain {
        /// The host in the message.
        seen: String,
        /// The official domain, or what the letters look like.
        like: String,
    },
    /// A shortened link, which hides where it leads.
    ShortLink {
        /// The host in the message.
        seen: String,
    },
    /// A telephone number of another country.
    ForeignNumber {
        /// The number as written.
        seen: String,
    },
    /// It presses for time, or threatens.
    Urgency,
    /// It asks for a code, a password, card details, or to identify oneself.
    AsksForCode,
    /// It asks for money.
    AsksForPayment,
    /// It asks to install a program or to share the screen.
    AsksToInstall,
    /// It says who it is from, and leads elsewhere.
    ClaimsSender {
        /// Whom it says that it is from.
        name: String,
        /// The host in the message.
        seen: String,
    },
    /// A link with a bare number for an address.
    IpLink {
        /// The address in the message.
        seen: String,
    },
    /// An address under a top domain that frauds favour.
    OddTld {
        /// The host in the message.
        seen: String,
    },
    /// A prize, an inheritance, a sure investment.
    PrizeOrInheritance,
    /// "Hej mamma, det här är mitt nya nummer".
    NewNumberRelative,
}

/// What was found in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// What it comes to.
    pub verdict: Verdict,
    /// The signs, the weightiest kinds first, each once.
    pub signs: Vec<Sign>,
}

/// The signs of fraud, as operators keep them.
#[derive(Debug, Default)]
pub struct ScamCheck {
    known: Known,
    patterns: Patterns,
}

/// The weight from which signs are worth a warning. A strong sign is enough alone.
const ENOUGH: u32 = 2;

/// A pasted text without a link has at least this many words.
const LEAST_WORDS: usize = 9;

impl ScamCheck {
    /// Reads the text of `scam.toml`. What has an error is left out, with its file and line.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let (known, patterns, problems) = read::read(file, text);
        (Self { known, patterns }, problems)
    }

    /// Compiles every pattern, as otherwise only the first text does that one could fit, and says which
    /// cannot be; `text` is the file again, for their lines.
    #[must_use]
    pub fn compile_all(&self, file: &str, text: &str) -> Vec<Problem> {
        pattern::problems(self.patterns.sieve.compile_all(), file, text)
    }

    /// Looks for signs of fraud in a message.
    #[must_use]
    pub fn examine(&self, message: &str) -> Examination {
        self.judge(message, &links::find(message, &self.known), &mut self.patterns.hear(&Folded::of(message)))
    }

    /// Whether a text looks like a message or a link that somebody pasted to have it examined, rather
    /// than like a question of their own.
    #[must_use]
    pub fn looks_pasted(&self, text: &str) -> bool {
        self.is_pasted(text, &links::find(text, &self.known), &mut self.patterns.hear(&Folded::of(text)))
    }

    /// What there is to say of a text if it looks pasted; `folded` is the same text.
    pub(super) fn examine_pasted(&self, text: &str, folded: &Folded) -> Option<Examination> {
        let links = links::find(text, &self.known);
        let mut heard = self.patterns.hear(folded);
        self.is_pasted(text, &links, &mut heard).then(|| self.judge(text, &links, &mut heard))
    }

    fn judge(&self, message: &str, links: &[Link], heard: &mut Heard) -> Examination {
        let mut signs: Vec<Sign> = links.iter().flat_map(|link| self.known.signs(link)).collect();
        signs.extend(signs::claims(message, links, &self.known));
        signs.extend(heard.signs());
        signs.extend(links::foreign_numbers(message).map(|seen| Sign::ForeignNumber { seen }));
        let mut seen = Vec::new();
        signs.retain(|sign| {
            !seen.contains(sign) && {
                seen.push(sign.clone());
                true
            }
        });
        let unknown = |link: &Link| self.known.owner(link).is_none();
        // Nothing speaks against an unknown address, nor for it: beside another sign it weighs a little.
        let unexplained = links.iter().any(|link| unknown(link) && self.known.signs(link).is_empty());
        let weight: u32 = signs.iter().map(Sign::weight).sum::<u32>() + u32::from(unexplained);
        let verdict = match signs.is_empty() {
            false if weight >= ENOUGH => Verdict::Signs,
            true if !links.iter().any(unknown) => Verdict::NothingFound,
            _ => Verdict::CannotTell,
        };
        Examination { verdict, signs }
    }

    fn is_pasted(&self, text: &str, links: &[Link], heard: &mut Heard) -> bool {
        let words = text.split_whitespace().count();
        let is_question = heard.is_question();
        if is_question && links.iter().all(|link| self.known.owner(link).is_some()) {
            return false;
        }
        if !links.is_empty() {
            return links.iter().any(Link::is_whole) || words >= LEAST_WORDS || words <= links.len() + 2;
        }
        words >= LEAST_WORDS && !is_question && heard.sounds_received()
    }
}

impl Sign {
    /// How much a sign weighs: those that honest messages also have weigh half.
    fn weight(&self) -> u32 {
        match self {
            Self::Urgency
            | Self::AsksForPayment
            | Self::ForeignNumber { .. }
            | Self::ShortLink { .. }
            | Self::OddTld { .. } => 1,
            _ => ENOUGH,
        }
    }
}

/// Any text as the file of signs: for `fuzzing`.
pub(super) fn fuzz(text: &str) -> usize {
    read::read("scam.toml", text).2.len()
}
