//! Files as text in UTF-8, whichever Unicode encoding they are written in.
//!
//! A byte order mark at the beginning says which it is, and is not part of the text; without one it is UTF-8. Promises
//! that all that is read is valid UTF-8. A wrong encoding is an error of the file rather than of one record: it stops
//! the import, once, instead of being reported for every line.
//!
//! Deliberately absent: guesses. Without a mark nothing tells one of the old encodings from another.

use std::io::{self, BufRead, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_8};

/// How many bytes of decoded text are buffered.
const ROOM: usize = 64 * 1024;

const ADVICE: &str =
    "Save the file in UTF-8: in Excel as `CSV UTF-8`, in PowerShell by `Out-File -Encoding utf8`";

/// The text of a file.
#[derive(Debug)]
pub(super) struct DecodedText<R> {
    reader: R,
    decoder: Decoder,
    decoded: Box<[u8]>,
    /// The decoded bytes that were not read yet: from here,
    from: usize,
    /// up to here.
    to: usize,
    /// On which line that part ends, from 1.
    line: usize,
    is_ended: bool,
}

impl<R: BufRead> DecodedText<R> {
    pub(super) fn of(reader: R) -> Self {
        let decoded = vec![0; ROOM].into_boxed_slice();
        Self { reader, decoder: UTF_8.new_decoder(), decoded, from: 0, to: 0, line: 1, is_ended: false }
    }

    /// Decodes more, when all that was decoded is read.
    fn refill(&mut self) -> io::Result<()> {
        let bytes = self.reader.fill_buf()?;
        let is_last = bytes.is_empty();
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.decoded, is_last);
        self.reader.consume(read);
        (self.from, self.to) = (0, written);
        let text = self.decoded.get(..written).unwrap_or_default();
        let is_odd = text.contains(&0);
        let sound = text.split(|byte| *byte == 0).next().unwrap_or_default();
        self.line += sound.split(|byte| *byte == b'\n').skip(1).count();
        match result {
            _ if is_odd => {
                Err(self.error("has a NUL, as UTF-16 and UTF-32 without a byte order mark are full of"))
            }
            DecoderResult::Malformed(..) if self.decoder.encoding() == UTF_8 => {
                Err(self.error("is not UTF-8; perhaps it is Windows-1252"))
            }
            DecoderResult::Malformed(..) => {
                Err(self.error("is not UTF-16, although the file begins with its byte order mark"))
            }
            DecoderResult::InputEmpty => {
                self.is_ended = is_last;
                Ok(())
            }
            DecoderResult::OutputFull => Ok(()),
        }
    }

    fn error(&self, problem: &str) -> io::Error {
        io::Error::new(ErrorKind::InvalidData, format!("line {} {problem}. {ADVICE}", self.line))
    }
}

impl<R: BufRead> BufRead for DecodedText<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.from == self.to && !self.is_ended {
            self.refill()?;
        }
        Ok(self.decoded.get(self.from..self.to).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.from = self.to.min(self.from + amount);
    }
}

impl<R: BufRead> Read for DecodedText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// What is read of a file, three bytes at a time.
    fn read(bytes: &[u8]) -> Result<String, String> {
        let mut text = String::new();
        let read = DecodedText::of(BufReader::with_capacity(3, bytes)).read_to_string(&mut text);
        read.map(|_| text).map_err(|error| error.to_string())
    }

    fn wide(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_byte_order_mark_says_what_the_encoding_is() {
        let text = "Café, 𝄞\r\n".repeat(20_000);
        assert_eq!(read(text.as_bytes()).as_ref(), Ok(&text));
        let marked = format!("\u{feff}{text}");
        assert_eq!(read(marked.as_bytes()).as_ref(), Ok(&text));
        assert_eq!(read(&wide(&marked, u16::to_le_bytes)).as_ref(), Ok(&text));
        assert_eq!(read(&wide(&marked, u16::to_be_bytes)).as_ref(), Ok(&text));
        for nothing in [&b""[..], b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"] {
            assert_eq!(read(nothing).as_deref(), Ok(""));
        }
    }

    #[test]
    fn another_encoding_is_named_by_the_first_line_that_shows_it() {
        let mut half = wide("\u{feff}a\nb", u16::to_le_bytes);
        half.pop();
        let wider: Vec<u8> = "\u{feff}a\n".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for (bytes, expected) in [
            (
                &b"a\nCaf\xe9\n\xe9"[..],
                "line 2 is not UTF-8; perhaps it is Windows-1252. Save the file in UTF-8",
            ),
            (b"a\n\xc3", "line 2 is not UTF-8"),
            (&half, "line 2 is not UTF-16, although"),
            (
                &wide("\u{feff}a", u16::to_le_bytes).iter().copied().chain([0, 0xd8]).collect::<Vec<_>>(),
                "line 1 is not UTF-16",
            ),
            (&wide("a\nb", u16::to_le_bytes), "line 1 has a NUL, as UTF-16"),
            (&wide("a\nb", u16::to_be_bytes), "line 1 has a NUL, as UTF-16"),
            (&wider, "line 1 has a NUL, as UTF-16 and UTF-32"),
        ] {
            assert!(read(bytes).is_err_and(|said| said.starts_with(expected)), "{expected}");
        }
    }
}
