//! A scan of the text's tokens, before anything is built from it.
//!
//! It is one pass without recursion, so it is safe on any text. It bounds what the parser will see, and finds the one syntax
//! error that the parser does not report: an argument or an input field without a value, which it drops silently. Every
//! other syntax error is left to the parser.

use apollo_parser::{Lexer, TokenKind};

use crate::limits::{Limit, Limits};
use crate::line_index::LineIndex;
use crate::rejection::{Rejection, RequestError};

/// What is between an open bracket and its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// Arguments, variable definitions or input fields: names with values.
    Pairs,
    /// Values, or the type of a list.
    List,
    Selections,
}

/// Rejects a text that has too many tokens, nests too deeply, or has a name without its value.
pub(crate) fn scan(text: &str, line_index: &LineIndex, limits: &Limits) -> Result<(), Rejection> {
    let mut tokens = 0;
    let mut gaps = 0;
    let mut open = Vec::new();
    let mut deepest = 0;
    let mut previous = None;
    let mut pending: Option<(&str, usize)> = None;
    let mut missing_value = None;
    for token in Lexer::new(text) {
        tokens += 1;
        // A lexical error counts as a token: the parser reports each of them, which takes time.
        let Ok(token) = token else { continue };
        let kind = token.kind();
        match kind {
            TokenKind::Whitespace | TokenKind::Comment | TokenKind::Comma | TokenKind::Eof => {
                tokens -= 1;
                gaps += u64::from(kind != TokenKind::Eof);
                continue;
            }
            TokenKind::LBracket => open.push(Bracket::List),
            TokenKind::LCurly if !begins_a_value(previous, open.last()) => open.push(Bracket::Selections),
            TokenKind::LParen | TokenKind::LCurly => open.push(Bracket::Pairs),
            TokenKind::RParen | TokenKind::RBracket | TokenKind::RCurly => {
                open.pop();
            }
            _ => {}
        }
        deepest = deepest.max(open.len());
        if let Some(name) = pending.take()
            && kind != TokenKind::Colon
        {
            missing_value = missing_value.or(Some(name));
        }
        if kind == TokenKind::Name
            && open.last() == Some(&Bracket::Pairs)
            && !matches!(previous, Some(TokenKind::Colon | TokenKind::Dollar | TokenKind::Eq | TokenKind::At))
        {
            pending = Some((token.data(), token.index()));
        }
        previous = Some(kind);
    }
    limits.check(Limit::Tokens, tokens)?;
    limits.check(Limit::Gaps, gaps)?;
    limits.check(Limit::Nesting, deepest as u64)?;
    if let Some((name, offset)) = missing_value {
        let message = format!("Syntax error: `{name}` is an argument or an input field, but has no value.");
        return Err(Rejection::Parse(vec![RequestError::new(message, Some(line_index.position_at(offset)))]));
    }
    Ok(())
}

/// A brace opens an object value after a colon or an equals sign and anywhere in a list, else a selection set.
fn begins_a_value(previous: Option<TokenKind>, inside: Option<&Bracket>) -> bool {
    matches!(previous, Some(TokenKind::Colon | TokenKind::Eq)) || inside == Some(&Bracket::List)
}
