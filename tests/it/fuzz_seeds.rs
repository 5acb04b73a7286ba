//! Every fuzz target over its seeds and mutations of them, the same ones each time.
//!
//! `FUZZ_RUNS` tries so many mutations a target, `FUZZ_TARGET` one target alone, `FUZZ_SEED` other mutations.

use std::path::Path;
use std::time::Instant;

use digidel::fuzzing::TARGETS;
use digidel::model::id::Fresh;

/// Mutations a target in the ordinary tests: seconds for all, unoptimised.
const RUNS: u64 = 400;
/// What breaks parsers.
const BREAKERS: [&[u8]; 14] = [
    b"\0",
    b"\r\n",
    b"\"",
    b"\\",
    b"{",
    b"]",
    b"9999999999999999999999",
    b"-1",
    b"\xff\xfe",
    "\u{202e}".as_bytes(),
    "🙂".as_bytes(),
    b"<",
    b"%",
    b":",
];

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str, otherwise: u64) -> u64 {
    setting(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("seeds").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

fn below(fresh: &mut Fresh, end: usize) -> usize {
    usize::try_from(fresh.bits() % u64::try_from(end.max(1)).expect("small")).expect("small")
}

/// A few changes of some seed.
fn mutated(fresh: &mut Fresh, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut data = seeds[below(fresh, seeds.len())].clone();
    for _ in 0..=below(fresh, 6) {
        let at = below(fresh, data.len() + 1);
        match below(fresh, 7) {
            0 if at < data.len() => data[at] ^= 1 << below(fresh, 8),
            1 if at < data.len() => data[at] = u8::try_from(below(fresh, 256)).expect("a byte"),
            2 => data.truncate(at),
            3 => {
                let breaker = BREAKERS[below(fresh, BREAKERS.len())];
                data.splice(at..at, breaker.iter().copied());
            }
            4 if at < data.len() => {
                let end = at + below(fresh, data.len() - at);
                data.drain(at..end);
            }
            5 => {
                let other = &seeds[below(fresh, seeds.len())];
                let from = below(fresh, other.len());
                data.splice(at..at, other[from..].iter().take(64).copied());
            }
            _ if at < data.len() => {
                let piece: Vec<u8> = data[at..].iter().take(16).copied().collect();
                for _ in 0..=below(fresh, 20) {
                    data.splice(at..at, piece.iter().copied());
                }
            }
            _ => {}
        }
    }
    data
}

#[test]
fn what_must_hold_holds_for_seeds_and_mutations() {
    let (runs, only) = (number("FUZZ_RUNS", RUNS), setting("FUZZ_TARGET"));
    for (target, entry) in TARGETS.iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name))
    {
        let seeds = seeds(target);
        assert!(seeds.len() >= 3, "{target} has seeds");
        for seed in &seeds {
            entry(seed);
        }
        let mut fresh = Fresh::new(number("FUZZ_SEED", 1));
        let began = Instant::now();
        for run in 0..runs {
            let data = mutated(&mut fresh, &seeds);
            let tried = std::panic::catch_unwind(|| entry(&data));
            assert!(tried.is_ok(), "{target}, run {run}: {:?}\n{data:?}", String::from_utf8_lossy(&data));
        }
        println!("{target}: {} seeds, {runs} mutations in {:?}", seeds.len(), began.elapsed());
    }
}

#[test]
fn cargo_fuzz_knows_the_same_targets() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    let named: Vec<&str> = manifest.lines().filter_map(|line| line.strip_prefix("name = ")).skip(1).collect();
    let known: Vec<String> = TARGETS.iter().map(|(name, _)| format!("{name:?}")).collect();
    assert_eq!(named, known);
}
