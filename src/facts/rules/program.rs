//! One pattern as it is run.
//!
//! By a backtracker with a memory of where it has been: in texts as short as these it is as fast as an
//! automaton that is built on the way, and keeps nothing between texts. Which patterns are worth running
//! is for `sieve`.

use std::sync::OnceLock;

use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_automata::util::prefilter::Prefilter;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

use super::pattern::Notation;

/// The largest pattern that is compiled, in bytes of its compiled form.
const LARGEST: usize = 1 << 20;
/// The most room, in bytes, for where the backtracker has been. What needs more is run without one.
const BEEN: usize = 1 << 20;

/// One pattern as it is written; it is compiled when it is first run.
#[derive(Debug)]
pub(super) struct Pattern {
    written: Box<str>,
    /// Whether it is the whole text, but for words of politeness.
    whole: bool,
    /// `None` inside if it cannot be compiled.
    program: OnceLock<Option<Box<Program>>>,
}

#[derive(Debug)]
struct Program {
    backtracker: BoundedBacktracker,
    /// Whether it asks where the text begins or ends; else it is run on the text between two spaces, in which
    /// it can only begin at one.
    looks: bool,
}

/// Where the programs have been in a text; each forgets what the one before it has noted.
#[derive(Default)]
pub(super) struct Been(Option<backtrack::Cache>);

impl Pattern {
    /// A pattern whose syntax is known to be good.
    pub fn new(written: &str, whole: bool) -> Self {
        Self { written: written.into(), whole, program: OnceLock::new() }
    }

    /// As it is written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it can be compiled; that is done now.
    pub fn compiles(&self, notation: &Notation) -> bool {
        self.program(notation).is_some()
    }

    /// Whether it fits a folded text that stands between two spaces.
    pub fn fits(&self, notation: &Notation, padded: &str, been: &mut Been) -> bool {
        let Some(Program { backtracker, looks }) = self.program(notation) else { return false };
        let been = been.0.get_or_insert_with(|| backtracker.create_cache());
        been.reset(backtracker);
        let text = padded.get(1..padded.len() - 1).filter(|_| *looks).unwrap_or(padded);
        // A pattern begins where the text does or at a space, and only spaces are looked for.
        let begins = if *looks {
            backtracker.try_is_match(been, Input::new(text).anchored(Anchored::Yes))
        } else {
            Ok(false)
        };
        let fits = match begins {
            Ok(false) if !self.whole => backtracker.try_is_match(been, text),
            fits => fits,
        };
        fits.unwrap_or_else(|_| patiently(backtracker, text))
    }

    fn program(&self, notation: &Notation) -> Option<&Program> {
        let compiled = || {
            let compiled = self.compile(notation);
            // Its syntax was good, so it is too large; `digidel check` says where it stands.
            compiled.inspect_err(|error| {
                tracing::error!("a pattern that cannot be compiled never fits: {}: {error}", self.written);
            })
        };
        self.program.get_or_init(|| compiled().ok().map(Box::new)).as_deref()
    }

    fn compile(&self, notation: &Notation) -> Result<Program, String> {
        let inside = notation.parse(&self.written).map_err(|wrong| wrong.message)?;
        let looks = self.whole || !inside.properties().look_set().is_empty();
        let expression = if looks {
            notation.bounded(&self.written, self.whole).map_err(|wrong| wrong.message)?
        } else {
            inside
        };
        Ok(Program { backtracker: backtracker(&expression)?, looks })
    }
}

fn backtracker(expression: &Hir) -> Result<BoundedBacktracker, String> {
    let config = Config::new().utf8(false).which_captures(WhichCaptures::None).nfa_size_limit(Some(LARGEST));
    let nfa = Compiler::new().configure(config).build_from_hir(expression);
    let spaces = Prefilter::new(MatchKind::LeftmostFirst, &[" "]);
    let been = backtrack::Config::new().visited_capacity(BEEN).prefilter(spaces);
    let nfa = nfa.map_err(|error| error.to_string())?;
    BoundedBacktracker::builder().configure(been).build_from_nfa(nfa).map_err(|error| error.to_string())
}

/// The same for a text that is too long to remember where in it one has been.
fn patiently(backtracker: &BoundedBacktracker, text: &str) -> bool {
    PikeVM::new_from_nfa(backtracker.get_nfa().clone())
        .is_ok_and(|patient| patient.is_match(&mut patient.create_cache(), text))
}

#[cfg(test)]
impl Pattern {
    /// Whether it is the whole text.
    pub fn is_whole(&self) -> bool {
        self.whole
    }
}
