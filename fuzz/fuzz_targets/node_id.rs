//! Feeds what libFuzzer makes up to what reads ids.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| copartner::fuzzing::node_id(input));
