//! Line and column of an offset in the text of a document.
//!
//! A look-up takes logarithmic time: a document of one long line may have thousands of positions on it.

use apollo_compiler::parser::SourceSpan;
use async_graphql::Pos;

/// Where the lines of a text begin.
#[derive(Debug)]
pub(crate) struct LineIndex {
    /// Byte offset of each line's first character.
    starts: Vec<usize>,
    /// Byte offsets of UTF-8 continuation bytes, which a column does not count.
    continuations: Vec<usize>,
}

impl LineIndex {
    /// A line ends with LF, CR LF or CR (GraphQL, "Line Terminators").
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let mut continuations = Vec::new();
        for (offset, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => starts.push(offset + 1),
                b'\r' if bytes.get(offset + 1) != Some(&b'\n') => starts.push(offset + 1),
                0x80..=0xBF => continuations.push(offset),
                _ => {}
            }
        }
        Self { starts, continuations }
    }

    /// Line and column of a byte offset, both from 1; columns count Unicode scalar values.
    pub(crate) fn position_at(&self, offset: usize) -> Pos {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = |end: usize| self.continuations.partition_point(|byte| *byte < end);
        let column = (offset - start) - (before(offset) - before(start)) + 1;
        Pos { line, column }
    }

    /// Where something that was parsed begins.
    pub(crate) fn position(&self, span: Option<SourceSpan>) -> Option<Pos> {
        span.map(|span| self.position_at(span.offset()))
    }
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn columns_count_characters_and_every_line_terminator_ends_a_line() {
        let text = "a\nbc\r\nd\reé€f";
        let index = LineIndex::new(text);
        let seen: Vec<_> = text.char_indices().map(|(offset, _)| index.position_at(offset)).collect();
        let pairs: Vec<_> = seen.iter().map(|pos| (pos.line, pos.column)).collect();
        assert_eq!(
            pairs,
            [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3), (4, 4)]
        );
        let end = index.position_at(text.len());
        assert_eq!((end.line, end.column), (4, 5));
    }
}
