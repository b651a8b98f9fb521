//! Texts: which characters they may have, and which names may be; how names compare.
//!
//! A line is a name, a word, a key: whatever is shown among other things. A message has lines of its own. Neither has
//! control characters (of Unicode's category Cc: C0, DEL and C1), which databases, terminals and logs take for something
//! else, but for a message's tabs and line breaks; and a line does not turn the direction of what stands around it.

use super::field_error::{FieldError, refuse_if};

/// How many characters a name has at most.
pub const NAME: usize = 200;

/// How many characters a message or a reason has at most.
pub const MESSAGE: usize = 2_000;

/// The form by which names are ordered and searched: lower case by Unicode's rules.
#[must_use]
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// The first character that a line may not have.
#[must_use]
pub fn unfit_in_a_line(line: &str) -> Option<char> {
    line.chars().find(|character| character.is_control() || turns(*character))
}

/// The first character that a message may not have.
#[must_use]
pub fn unfit_in_a_message(message: &str) -> Option<char> {
    message.chars().find(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
}

/// What is wrong with a text that has this character, as the end of a sentence.
#[must_use]
pub fn unfit(character: char) -> String {
    let what = if turns(character) {
        "which turns the direction of the text around it"
    } else {
        "a control character"
    };
    format!("has the character U+{:04X}, {what}; leave it out", u32::from(character))
}

/// Whether it is one of Unicode's bidirectional controls (UAX #9), with which one name can be made to look like another.
fn turns(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `name` can stand in a list: one line that is not empty and not too long.
pub fn check_name(field: &'static str, name: &str) -> Result<(), FieldError> {
    refuse_if(name.trim().is_empty(), field, "is empty")?;
    check_characters(field, unfit_in_a_line(name))?;
    check_length(field, name, NAME)
}

/// Whether `message` can be shown: not empty, not too long, and no control characters but line breaks and tabs.
pub fn check_message(field: &'static str, message: &str) -> Result<(), FieldError> {
    refuse_if(message.trim().is_empty(), field, "is empty; leave it out instead")?;
    check_characters(field, unfit_in_a_message(message))?;
    check_length(field, message, MESSAGE)
}

/// Whether `code` is a word of visible ASCII characters, as stock-keeping units and partner numbers are.
pub fn check_code(field: &'static str, code: &str) -> Result<(), FieldError> {
    let is_word = !code.is_empty() && code.len() <= 100 && code.bytes().all(|byte| byte.is_ascii_graphic());
    refuse_if(!is_word, field, "is not a word of 1 to 100 visible ASCII characters without spaces")
}

fn check_characters(field: &'static str, unfit_one: Option<char>) -> Result<(), FieldError> {
    unfit_one.map_or(Ok(()), |character| Err(FieldError::new(field, unfit(character))))
}

fn check_length(field: &'static str, text: &str, longest: usize) -> Result<(), FieldError> {
    let length = text.chars().count();
    if length > longest {
        return Err(FieldError::new(field, format!("has {length} characters; at most {longest} are kept")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_at_most_200_characters() {
        assert_eq!(check_name("name", &"é".repeat(NAME)), Ok(()));
        assert!(check_name("name", &"é".repeat(NAME + 1)).is_err_and(|error| error.reason.contains("201")));
        for name in [
            "",
            "  ",
            "two\nlines",
            "nul\0",
            "escape\u{1b}",
            "next\u{85}line",
            "exe.\u{202e}fdp",
            "\u{2066}a\u{2069}",
        ] {
            assert!(check_name("name", name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_message_may_have_lines() {
        assert_eq!(check_message("message", "Dear all,\n\twe help."), Ok(()));
        assert_eq!(
            check_message("message", "\u{200f}\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
            Ok(()),
            "texts of both directions need marks"
        );
        assert!(
            check_message("message", "bell\u{7}")
                .is_err_and(|error| error.reason.contains("U+0007, a control character"))
        );
        assert!(check_message("message", " \n ").is_err());
        assert!(check_message("message", &"x".repeat(MESSAGE + 1)).is_err());
    }

    #[test]
    fn a_code_has_no_spaces() {
        assert_eq!(check_code("sku", "SUITE-E3:0001"), Ok(()));
        for code in ["", "two words", "caf\u{e9}", "tab\t", &"x".repeat(101)] {
            assert!(check_code("sku", code).is_err(), "{code:?}");
        }
    }
}
