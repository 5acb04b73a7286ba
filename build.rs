//! Rebuilds when a sentence or a migration changes: both are compiled in, and Cargo sees neither.

#[allow(clippy::print_stdout, reason = "how a build script speaks to Cargo")]
fn main() {
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=migrations");
}
