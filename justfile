# Daily work. `just` alone lists what there is.

_default:
    @just --list

# Talk to the bot here
chat *ARGS:
    cargo run -- chat {{ARGS}}

# Everything that must pass before a commit
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test
    cargo run --quiet -- check

# Write what the bot says now into tests/chats; read the difference
chats:
    UPDATE_CHATS=1 cargo test --test it transcripts
    git diff --stat tests/chats

# Try each fuzz target with so many mutations of its seeds
fuzz RUNS="100000":
    FUZZ_RUNS={{RUNS}} cargo test --test it fuzz_seeds -- --nocapture

# Licences, advisories, bans
deny:
    .ci/deny

# How well the search finds, against the committed baseline
eval *ARGS:
    CARGO_PROFILE_DEV_OPT_LEVEL=2 cargo run -- eval --baseline tests/eval/baseline.json {{ARGS}}

# How fast the parts are
bench *ARGS:
    cargo bench {{ARGS}}
