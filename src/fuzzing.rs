//! What must be true of whatever comes from outside, for the targets in `fuzz/` and, by the fuzzer's corpus, for an ordinary test.
//!
//! It is compiled for tests and for the fuzzer alone (`cfg(fuzzing)`): what it looks into is nobody else's.

pub use crate::graphql::fuzzing::{cursor, node_id};
pub use crate::http::fuzzing::message;
pub use crate::import::fuzzing::import;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

    use std::fs;
    use std::path::Path;

    use rstest::rstest;

    use super::{cursor, import, message, node_id};

    /// The seeds as they are, their beginnings, and each with one byte of another in it: much that is almost valid.
    #[rstest]
    #[case::cursor("cursor", cursor)]
    #[case::node_id("node_id", node_id)]
    #[case::import("import", import)]
    #[case::message("message", message)]
    fn what_must_be_true_of_every_input_is_true_of_the_corpus_and_near_it(
        #[case] target: &str,
        #[case] hold: fn(&[u8]),
    ) {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let mut replayed = 0;
        for entry in fs::read_dir(corpus).unwrap() {
            let seed = fs::read(entry.unwrap().path()).unwrap();
            hold(&seed);
            replayed += 1;
            for at in (0..seed.len()).step_by(seed.len() / 50 + 1) {
                hold(&seed[..at]);
                for byte in *b"{}[]\",:\\\n A1-_\0\xff" {
                    let mut changed = seed.clone();
                    changed[at] = byte;
                    hold(&changed);
                }
            }
        }
        assert!(replayed >= 20, "{replayed} seeds: where is the corpus?");
    }
}
