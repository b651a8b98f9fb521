//! The fuzzer's corpus, replayed by an ordinary test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

use std::fs;
use std::path::Path;

#[path = "../fuzz/properties.rs"]
mod properties;

fn seeds() -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/token");
    fs::read_dir(corpus).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn what_must_be_true_of_every_input_is_true_of_the_corpus() {
    let seeds = seeds();
    assert!(seeds.len() >= 20, "{} seeds: where is the corpus?", seeds.len());
    for seed in &seeds {
        properties::hold(seed);
    }
}

/// Beginnings of the seeds, and seeds with one byte of another in them: much that is almost valid.
#[test]
fn it_is_true_of_what_is_near_the_corpus() {
    for seed in seeds().into_iter().filter(|seed| seed.len() < 500) {
        for at in (0..seed.len()).step_by(13) {
            properties::hold(&seed[..at]);
            for byte in *b"{\"],. a1\0\xff" {
                let mut changed = seed.clone();
                changed[at] = byte;
                properties::hold(&changed);
            }
        }
    }
}
