//! Rebuilds when a sentence or a migration changes: both are compiled in, and Cargo sees neither.

fn main() {
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=migrations");
}
