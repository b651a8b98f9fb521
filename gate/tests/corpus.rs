//! The fuzzer's corpus, replayed by an ordinary test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

use std::fs;
use std::path::Path;

#[path = "../fuzz/properties.rs"]
mod properties;

#[test]
fn what_must_be_true_of_every_input_is_true_of_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/admit");
    let mut replayed = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        properties::hold(&fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed >= 20, "{replayed} seeds: where is the corpus?");
}

/// Beginnings of the seeds, and seeds with one byte of another in them: much that is almost valid.
#[test]
fn it_is_true_of_what_is_near_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/admit");
    let seeds = fs::read_dir(corpus).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    for seed in seeds.filter(|seed| seed.len() < 500) {
        for at in 0..seed.len() {
            properties::hold(&seed[..at]);
            for byte in *b"{}()[]$:!@.\"# a1\0" {
                let mut changed = seed.clone();
                changed[at] = byte;
                properties::hold(&changed);
            }
        }
    }
}
