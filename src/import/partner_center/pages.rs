//! JSON documents that stand in a file one after the other, as when pages are put together: each in bounded memory.

use std::io::{self, BufRead, ErrorKind};

/// How many bytes a page has at most.
pub(super) const MAX_PAGE: usize = 32 * 1024 * 1024;

/// Partner Center begins every answer with this, and so does every page in the middle of a file.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// One document.
#[derive(Debug)]
pub(super) struct ResponsePage<'p> {
    /// The line that it begins on, from 1.
    pub(super) line: u64,
    /// None when it is too long.
    pub(super) text: Option<&'p [u8]>,
}

/// The documents of a file.
#[derive(Debug)]
pub(super) struct ResponsePages<R> {
    reader: R,
    buffer: Vec<u8>,
    line: u64,
    bytes: u64,
}

/// How far into a document the reading is.
#[derive(Debug, Default)]
struct Nesting {
    depth: usize,
    is_in_text: bool,
    is_escaped: bool,
}

impl<R: BufRead> ResponsePages<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), line: 1, bytes: 0 }
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next document, None at the end. What is not JSON is returned up to the next closing bracket; whoever parses it
    /// reports it.
    pub(super) fn next(&mut self) -> io::Result<Option<ResponsePage<'_>>> {
        self.buffer.clear();
        let (mut length, mut begun) = (0, self.line);
        let mut nesting = Nesting::default();
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
            let mut read = 0;
            for byte in chunk {
                read += 1;
                self.line += u64::from(*byte == b'\n');
                if length == 0 {
                    if byte.is_ascii_whitespace() || BYTE_ORDER_MARK.contains(byte) {
                        continue;
                    }
                    begun = self.line;
                }
                length += 1;
                if length <= MAX_PAGE {
                    self.buffer.push(*byte);
                }
                if nesting.ends_with(*byte) {
                    is_ended = true;
                    break;
                }
            }
            self.reader.consume(read);
            self.bytes += read as u64;
        }
        let text = Some(self.buffer.as_slice()).filter(|_| length <= MAX_PAGE);
        Ok((length > 0).then_some(ResponsePage { line: begun, text }))
    }
}

impl Nesting {
    /// Goes one byte further, and says whether the document ends there.
    fn ends_with(&mut self, byte: u8) -> bool {
        if self.is_in_text {
            let is_escaped = std::mem::replace(&mut self.is_escaped, false);
            match byte {
                b'\\' if !is_escaped => self.is_escaped = true,
                b'"' if !is_escaped => self.is_in_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.is_in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use std::io::BufReader;

    use super::*;

    /// The documents of `text` with their lines, read through a buffer of three bytes.
    fn pages(text: &str) -> Vec<(u64, String)> {
        let mut pages = ResponsePages::of(BufReader::with_capacity(3, text.as_bytes()));
        let mut read = Vec::new();
        while let Some(page) = pages.next().unwrap() {
            read.push((page.line, String::from_utf8(page.text.unwrap().to_vec()).unwrap()));
        }
        assert_eq!(pages.bytes(), text.len() as u64);
        read
    }

    #[test]
    fn documents_are_told_apart_wherever_they_end() {
        let text = "\u{feff}{\"a\":\n\"}\\\"{\"}\r\n\u{feff}[{}]{}\n";
        let expected = [(1, "{\"a\":\n\"}\\\"{\"}"), (3, "[{}]"), (3, "{}")];
        assert_eq!(pages(text), expected.map(|(line, text)| (line, text.to_owned())));
        assert!(pages(" \n\n").is_empty());
    }

    #[test]
    fn what_is_no_document_is_a_page_too() {
        assert_eq!(pages("\nnonsense"), [(2, "nonsense".to_owned())]);
        assert_eq!(pages("{\"a\": [1"), [(1, "{\"a\": [1".to_owned())]);
    }

    #[test]
    fn a_document_that_is_too_long_is_read_past() {
        let text = format!("[\"{}\"]{{}}", "x".repeat(MAX_PAGE));
        let mut pages = ResponsePages::of(text.as_bytes());
        assert_eq!(pages.next().unwrap().unwrap().text, None);
        assert_eq!(pages.next().unwrap().unwrap().text, Some(b"{}".as_slice()));
    }
}
