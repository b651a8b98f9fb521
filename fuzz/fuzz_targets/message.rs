//! Feeds what libFuzzer makes up to what reads messages of sockets.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| copartner::fuzzing::message(input));
