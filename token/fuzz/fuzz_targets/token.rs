//! Feeds the verifier what libFuzzer makes up.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::hold(input));
