//! Showing what a token says to whoever holds it, on a terminal.
//!
//! A token can hold anything, so what is shown is short and moves no cursor.

use chrono::SecondsFormat;
use entity::Instant;

use super::claims::Claims;

/// The longest text that is shown, in characters.
const MAX_SHOWN: usize = 200;

/// A text of the token, within quotation marks.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", clean(text))
}

/// The claim of this name as JSON, named.
pub(super) fn quote_claim(claims: &Claims, name: &str) -> String {
    match claims.named(name) {
        Some(claim) => format!("{name} is {}.", clean(&claim.to_string())),
        None => format!("No {name}."),
    }
}

/// The claim of this name as the date that it is, with the instant it is compared with.
pub(super) fn quote_date(claims: &Claims, name: &str, now: Instant) -> String {
    let shown = quote_claim(claims, name);
    match claims.date(name) {
        Some(date) => format!("{shown} That is {}, and now is {}.", second(date), second(now)),
        None => shown,
    }
}

fn second(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn clean(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(MAX_SHOWN) {
        match character {
            // These alone are escaped by the library, and are harmless.
            '"' | '\'' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
