//! Names: how they compare, and what may be one.

use super::flaw::{Flaw, refuse_if};

/// How many characters a name has at most.
pub const NAME: usize = 200;

/// How many characters a message or a reason has at most.
pub const MESSAGE: usize = 2_000;

/// The form by which names are ordered and searched: lower case by Unicode's rules.
#[must_use]
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// Whether `name` can stand in a list: one line that is not empty and not too long.
pub fn check_name(field: &'static str, name: &str) -> Result<(), Flaw> {
    refuse_if(name.trim().is_empty(), field, "is empty")?;
    refuse_if(name.chars().any(char::is_control), field, "has a control character, such as a line break")?;
    check_length(field, name, NAME)
}

/// Whether `message` can be shown: not empty, not too long, and no control characters but line breaks and tabs.
pub fn check_message(field: &'static str, message: &str) -> Result<(), Flaw> {
    let is_out_of_place = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    refuse_if(message.trim().is_empty(), field, "is empty; leave it out instead")?;
    refuse_if(message.chars().any(is_out_of_place), field, "has a control character")?;
    check_length(field, message, MESSAGE)
}

/// Whether `code` is a word of visible ASCII characters, as stock-keeping units and partner numbers are.
pub fn check_code(field: &'static str, code: &str) -> Result<(), Flaw> {
    let is_word = !code.is_empty() && code.len() <= 100 && code.bytes().all(|byte| byte.is_ascii_graphic());
    refuse_if(!is_word, field, "is not a word of 1 to 100 visible ASCII characters without spaces")
}

fn check_length(field: &'static str, text: &str, longest: usize) -> Result<(), Flaw> {
    let length = text.chars().count();
    if length > longest {
        return Err(Flaw::new(field, format!("has {length} characters; at most {longest} are kept")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_at_most_200_characters() {
        assert_eq!(check_name("name", &"é".repeat(NAME)), Ok(()));
        assert!(check_name("name", &"é".repeat(NAME + 1)).is_err_and(|flaw| flaw.reason.contains("201")));
        for name in ["", "  ", "two\nlines", "nul\0", "escape\u{1b}"] {
            assert!(check_name("name", name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_message_may_have_lines() {
        assert_eq!(check_message("message", "Dear all,\n\twe help."), Ok(()));
        assert!(check_message("message", "bell\u{7}").is_err());
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
