//! A file, line by line, in bounded memory.

use std::io::{self, BufRead, ErrorKind};

use super::ImportProgress;

/// How many bytes a line has at most, without its end.
pub(super) const MAX_LINE: usize = 64 * 1024;

/// One line, without its end.
#[derive(Debug)]
pub(super) struct TextLine<'l> {
    /// From 1.
    pub(super) number: u64,
    /// None when it is too long.
    pub(super) text: Option<&'l [u8]>,
}

/// The lines of a file.
#[derive(Debug)]
pub(super) struct TextLines<R> {
    reader: R,
    buffer: Vec<u8>,
    progress: ImportProgress,
}

impl<R: BufRead> TextLines<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), progress: ImportProgress::default() }
    }

    pub(super) fn progress(&self) -> ImportProgress {
        self.progress
    }

    /// The next line, None at the end. A line that is too long is read past, not into memory.
    pub(super) fn next(&mut self) -> io::Result<Option<TextLine<'_>>> {
        self.buffer.clear();
        let mut length = 0;
        let mut is_ended = false;
        while !is_ended {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            is_ended = end.is_some();
            let text = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            let room = MAX_LINE.saturating_sub(self.buffer.len());
            self.buffer.extend(text.iter().take(room));
            length += text.len();
            let read = text.len() + usize::from(is_ended);
            self.reader.consume(read);
            self.progress.bytes += read as u64;
        }
        if !is_ended && length == 0 {
            return Ok(None);
        }
        self.progress.read += 1;
        let text = Some(self.buffer.as_slice()).filter(|_| length <= MAX_LINE);
        Ok(Some(TextLine { number: self.progress.read, text }))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use std::io::BufReader;

    use super::*;

    /// The lines of `text`, read through a buffer of three bytes; a line that is too long is `!`.
    fn lines(text: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = TextLines::of(BufReader::with_capacity(3, text));
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            assert_eq!(line.number, read.len() as u64 + 1);
            read.push(line.text.unwrap_or(b"!").to_vec());
        }
        assert_eq!(lines.progress(), ImportProgress { read: read.len() as u64, bytes: text.len() as u64 });
        read
    }

    #[test]
    fn a_file_is_read_line_by_line() {
        assert!(lines(b"").is_empty());
        assert_eq!(lines(b"one\n\ntwo\r\nlast"), [&b"one"[..], b"", b"two\r", b"last"]);
        assert_eq!(lines(b"\n"), [b""]);
    }

    #[test]
    fn a_line_that_is_too_long_is_read_past() {
        let longest = vec![b'x'; MAX_LINE];
        let text = [&longest[..], b"\n", &longest, b"x\nshort\n"].concat();
        assert_eq!(lines(&text), [&longest[..], b"!", b"short"]);
    }
}
