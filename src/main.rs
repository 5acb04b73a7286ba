//! The program: its commands, each in a file of `commands/`.

mod commands;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
