//! The messages of parser and validator, worded for the client's developer.
//!
//! The meaning is kept; the parser's names for tokens are replaced by the tokens.

/// The validator's message for a field of a composite type without a selection set.
pub(crate) const MISSING_SELECTION: &str = "interface, union and object types must have a subselection set";

/// A message as a sentence.
pub(crate) fn sentence(message: &str) -> String {
    if message == MISSING_SELECTION {
        return "This field has fields of its own; say which are asked for: `{ … }`.".to_owned();
    }
    let mut characters = message.chars();
    let first = characters.next().map(char::to_uppercase).into_iter().flatten();
    let mut sentence: String = first.chain(characters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// A syntax error that shows tokens as they are written.
pub(crate) fn syntax_error(message: &str) -> String {
    let words: Vec<_> = message.split(' ').map(|word| spelling(word).unwrap_or(word)).collect();
    sentence(&words.join(" "))
}

/// How a kind of token is written; `None` if the word is not the name of one.
fn spelling(word: &str) -> Option<&'static str> {
    Some(match word {
        "L_CURLY" => "`{`",
        "R_CURLY," => "`}`,",
        "R_PAREN," => "`)`,",
        "R_BRACK," => "`]`,",
        "COLON," => "`:`,",
        "EQ," => "`=`,",
        "EOF" | "<EOF>." => "the end of the document",
        "StringValue," => "description,",
        "OperationDefinition" => "an operation",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::syntax_error;

    #[test]
    fn a_syntax_error_shows_tokens_as_they_are_written() {
        assert_eq!(
            syntax_error("syntax error: expected R_CURLY, got EOF"),
            "Syntax error: expected `}`, got the end of the document."
        );
    }
}
