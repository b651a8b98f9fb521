//! All items of a file, for what must be true of every file.

use super::items::Items;
use crate::import::encoding::DecodedText;
use crate::import::fuzzing::{Told, collect};

/// Each item of the answers in a file, or why it is none.
pub(in crate::import) fn read_all(input: &[u8]) -> Told {
    let mut items = Items::of("".into(), DecodedText::of(input));
    collect(|| {
        items.next().map(|item| item.map(|item| item.resource.map(|resource| format!("{resource:?}"))))
    })
}
