//! Feeds what libFuzzer makes up to what reads files to import.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| copartner::fuzzing::import(input));
