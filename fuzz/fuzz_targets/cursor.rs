//! Feeds what libFuzzer makes up to what reads cursors.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| copartner::fuzzing::cursor(input));
