//! Which characters a string may have.

use crate::conventions::TextForm;

/// What is wrong with the first character that a text of this form may not have, as the end of a sentence.
pub(crate) fn check_characters(text: &str, form: TextForm) -> Result<(), String> {
    let forbidden = text.chars().find(|character| match form {
        TextForm::Line => character.is_control() || is_bidirectional_control(*character),
        TextForm::Message => character.is_control() && !matches!(character, '\n' | '\r' | '\t'),
    });
    let Some(character) = forbidden else { return Ok(()) };
    let what = if is_bidirectional_control(character) {
        "which turns the direction of the text around it"
    } else {
        "a control character"
    };
    Err(format!("has the character U+{:04X}, {what}; leave it out.", u32::from(character)))
}

/// UAX #9, "Directional Formatting Characters".
fn is_bidirectional_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
