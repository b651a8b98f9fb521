# What scripts/check and scripts/test share. To be sourced, at the root of the repository.

say() { printf '\n== %s\n' "$*"; }
fail() { printf '%s: %s\n' "$0" "$*" >&2; exit 1; }

# Whether cargo has this command.
has() { cargo "$1" --version >/dev/null 2>&1; }

format_and_lints() {
    say "format and lints"
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --quiet -- -D warnings
}

# What is depended on: by cargo-deny its licences, where it comes from, and who may name it; by cargo-machete whether it is used.
dependencies() {
    say "dependencies"
    if has deny; then
        cargo deny --log-level error check licenses sources
        # Tests may name what the product may not.
        cargo deny --log-level error --exclude-dev check bans
        # Their database is in a git repository, out of reach for some machines: where it was fetched once, it is used.
        if compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-dbs/*" >/dev/null; then
            cargo deny --log-level error check advisories
        else
            echo "advisories were not checked: their database is not here, \`cargo deny fetch db\` gets it"
        fi
    else
        echo "cargo-deny is not installed, scripts/test installs it"
    fi
    if has machete; then
        cargo machete --skip-target-dir
    else
        echo "cargo-machete is not installed, scripts/test installs it"
    fi
}

# The tests beside the code that need no PostgreSQL, in one process for each crate. Whole folders of tests make databases
# and are left to scripts/test.
unit_tests() {
    say "unit tests"
    cargo test --workspace --lib --bins --quiet -- \
        --skip import::tests --skip csv::tests --skip partner_center::tests --skip bulk::tests --skip act::tests --skip sql_transaction::tests
}
