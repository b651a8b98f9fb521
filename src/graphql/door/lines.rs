//! Line and column of a place in the query text.
//!
//! Looked up in logarithmic time: a document of one long line has thousands of places on it.

use apollo_compiler::parser::SourceSpan;
use async_graphql::Pos;

/// Where a text's lines begin.
#[derive(Debug)]
pub(super) struct Lines {
    /// Byte offset of each line's first character.
    starts: Vec<usize>,
    /// Byte offsets that do not begin a character, so that columns count characters.
    inside: Vec<usize>,
}

impl Lines {
    /// Lines end with LF, CR LF or CR (specification, "Line Terminators").
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let mut inside = Vec::new();
        for (offset, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => starts.push(offset + 1),
                b'\r' if bytes.get(offset + 1) != Some(&b'\n') => starts.push(offset + 1),
                0x80..=0xBF => inside.push(offset),
                _ => {}
            }
        }
        Self { starts, inside }
    }

    /// Line and column of a byte offset, both from 1; columns count Unicode scalar values.
    pub(super) fn at(&self, offset: usize) -> Pos {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = |end: usize| self.inside.partition_point(|place| *place < end);
        let column = (offset - start) - (before(offset) - before(start)) + 1;
        Pos { line, column }
    }

    /// Where something that was parsed begins.
    pub(super) fn of_span(&self, span: Option<SourceSpan>) -> Option<Pos> {
        span.map(|span| self.at(span.offset()))
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn columns_count_characters_and_every_line_terminator_ends_a_line() {
        let text = "a\nbc\r\nd\reé€f";
        let lines = Lines::of(text);
        let seen: Vec<_> = text.char_indices().map(|(offset, _)| lines.at(offset)).collect();
        let pairs: Vec<_> = seen.iter().map(|pos| (pos.line, pos.column)).collect();
        assert_eq!(
            pairs,
            [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3), (4, 4)]
        );
        let end = lines.at(text.len());
        assert_eq!((end.line, end.column), (4, 5));
    }
}
