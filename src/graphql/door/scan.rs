//! The first look at a query text: token by token, before anything is built from it.
//!
//! One pass without recursion, so it is safe on any text. It bounds what the parser will see, and it finds the one
//! breach of the grammar that the parser lets pass: an argument or input field without a value, which it drops without
//! a word.
//! Whatever else is wrong with the text is left to the parser.

use apollo_parser::{Lexer, TokenKind};

use super::limits::{Limits, Measure};
use super::lines::Lines;
use super::refusal::{Complaint, Refusal};

/// What an open bracket holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// Arguments, variables' definitions or input fields: names with values.
    Pairs,
    /// Values, or the type of such.
    List,
    Selections,
}

/// Refuses a text that has too many tokens or nests too deeply, or lacks values.
pub(super) fn scan(text: &str, lines: &Lines, limits: &Limits) -> Result<(), Refusal> {
    let mut tokens = 0;
    let mut gaps = 0;
    let mut open = Vec::new();
    let mut deepest = 0;
    let mut before = None;
    let mut unfinished: Option<(&str, usize)> = None;
    let mut incomplete = None;
    for token in Lexer::new(text) {
        tokens += 1;
        // What is no token is the parser's to report, but a text of nothing else must not make it report for long.
        let Ok(token) = token else { continue };
        let kind = token.kind();
        match kind {
            TokenKind::Whitespace | TokenKind::Comment | TokenKind::Comma | TokenKind::Eof => {
                tokens -= 1;
                gaps += u64::from(kind != TokenKind::Eof);
                continue;
            }
            TokenKind::LBracket => open.push(Bracket::List),
            TokenKind::LCurly if !begins_a_value(before, open.last()) => open.push(Bracket::Selections),
            TokenKind::LParen | TokenKind::LCurly => open.push(Bracket::Pairs),
            TokenKind::RParen | TokenKind::RBracket | TokenKind::RCurly => {
                open.pop();
            }
            _ => {}
        }
        deepest = deepest.max(open.len());
        if let Some(name) = unfinished.take()
            && kind != TokenKind::Colon
        {
            incomplete = incomplete.or(Some(name));
        }
        if kind == TokenKind::Name
            && open.last() == Some(&Bracket::Pairs)
            && !matches!(before, Some(TokenKind::Colon | TokenKind::Dollar | TokenKind::Eq | TokenKind::At))
        {
            unfinished = Some((token.data(), token.index()));
        }
        before = Some(kind);
    }
    limits.check(Measure::Tokens, tokens)?;
    limits.check(Measure::Gaps, gaps)?;
    limits.check(Measure::Nesting, deepest as u64)?;
    if let Some((name, offset)) = incomplete {
        let message = format!("Syntax error: `{name}` is an argument or an input field, but has no value.");
        return Err(Refusal::Parse(vec![Complaint::new(message, Some(lines.at(offset)))]));
    }
    Ok(())
}

/// A brace opens an object value after a colon or an equals sign, and anywhere in a list; else a selection set.
fn begins_a_value(before: Option<TokenKind>, inside: Option<&Bracket>) -> bool {
    matches!(before, Some(TokenKind::Colon | TokenKind::Eq)) || inside == Some(&Bracket::List)
}
