//! The parser's and the validator's messages in words for the client's developer.
//!
//! Their sense is kept, their inner names are not.

/// What the validator says of a field without a selection, which names neither the field nor the remedy.
pub(super) const BARE: &str = "interface, union and object types must have a subselection set";

/// A message as a sentence.
pub(super) fn sentence(message: &str) -> String {
    if message == BARE {
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

/// A syntax error in the signs of the language instead of the names of its tokens.
pub(super) fn explain(message: &str) -> String {
    let words: Vec<_> = message.split(' ').map(|word| sign(word).unwrap_or(word)).collect();
    sentence(&words.join(" "))
}

fn sign(word: &str) -> Option<&'static str> {
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
    use super::explain;

    #[test]
    fn a_syntax_error_speaks_in_signs() {
        assert_eq!(
            explain("syntax error: expected R_CURLY, got EOF"),
            "Syntax error: expected `}`, got the end of the document."
        );
    }
}
