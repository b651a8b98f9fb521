//! How long the gate takes: for documents that it has seen, for new ones, and for hostile ones.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on should stop where it stands")]

use std::fmt::Write;

use divan::{Bencher, black_box};
use gate::{Conventions, Gate, Limits, RequestParameters};

const SDL: &str = "
    interface Party { id: ID! name: String peer: Party peers(first: Int, last: Int): Peers! }
    type Customer implements Party { id: ID! name: String peer: Party peers(first: Int, last: Int): Peers! size: Int }
    type Partner implements Party { id: ID! name: String peer: Party peers(first: Int, last: Int): Peers! }
    type Peers { nodes: [Party!]! total: Int! }
    type Query { party: Party! customers(first: Int, last: Int): Peers! list(ints: [Int]): Boolean }
";

/// Ordinary documents, by their names in the output.
fn document(name: &str) -> &'static str {
    match name {
        "small" => "{party{id name}}",
        _ => {
            "query Page($n: Int = 20) { customers(first: $n) { total nodes { ...Party ... on Customer { size \
             peers(first: 5) { nodes { id } } } } } } fragment Party on Party { id name peer { id name } }"
        }
    }
}

fn main() {
    divan::main();
}

fn gate(cached_bytes: u64) -> Gate {
    Gate::new(SDL, Conventions::default(), Limits { cached_bytes, ..Limits::default() }).unwrap()
}

/// Documents that are in the cache.
#[divan::bench(args = ["small", "page"], max_time = 1)]
fn cached(bencher: Bencher<'_, '_>, name: &str) {
    let gate = gate(1024 * 1024);
    bencher.bench(|| gate.admit(black_box(RequestParameters::of(document(name)))).unwrap());
}

/// The same documents without a cache.
#[divan::bench(args = ["small", "page"], max_time = 1)]
fn new(bencher: Bencher<'_, '_>, name: &str) {
    let gate = gate(0);
    bencher.bench(|| gate.admit(black_box(RequestParameters::of(document(name)))).unwrap());
}

/// As long as the limits allow.
#[divan::bench(max_time = 1)]
fn largest(bencher: Bencher<'_, '_>) {
    let gate = gate(0);
    let document =
        format!("{{party{{{}}}}}", "... on Customer{peer{id}} ... on Partner{peer{id}} ".repeat(110));
    bencher.bench(|| gate.admit(black_box(RequestParameters::of(&document))).unwrap());
}

/// Each fragment spreads the next one twice.
#[divan::bench(max_time = 1)]
fn hostile_doubling(bencher: Bencher<'_, '_>) {
    let gate = gate(0);
    let mut document = "{party{...F0}} fragment F60 on Party{id}".to_owned();
    for n in 0..60 {
        write!(document, " fragment F{n} on Party{{...F{0} ...F{0}}}", n + 1).unwrap();
    }
    bencher.bench(|| gate.admit(black_box(RequestParameters::of(&document))).unwrap_err());
}

/// Brackets that are never closed.
#[divan::bench(max_time = 1)]
fn hostile_nesting(bencher: Bencher<'_, '_>) {
    let gate = gate(0);
    let document = format!("{{list(ints:{}", "[".repeat(60_000));
    bencher.bench(|| gate.admit(black_box(RequestParameters::of(&document))).unwrap_err());
}
