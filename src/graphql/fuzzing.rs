//! What must be true of every cursor and of every id that a client may send.

use async_graphql::ID;
use uuid::Uuid;

use super::cursor::CursorKey;
use super::error::Error;
use super::id::NodeId;
use access::{Position, SortKey};

/// The input is a cursor, of which nobody has the key; and, if it is long enough, a position: a byte for the kind of its key, the
/// sixteen of a row's id, and the key.
///
/// What was not signed is refused as a client's mistake, in words that do not repeat it. What was signed is read as it was written,
/// in its own list, and as long as nothing of it is changed.
///
/// # Panics
///
/// When it is not so.
pub fn cursor(input: &[u8]) {
    let key = CursorKey::new(b"secret").unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    let (ours, other) = (key.seal("list"), key.seal("tsil"));
    let text = String::from_utf8_lossy(input);
    match ours.decode(&text, "after") {
        Err(Error::BadRequest(message)) => assert!(message.len() < 250, "{message}"),
        Err(error) => unreachable!("{error:?}"),
        // What the corpus has is signed with this key.
        Ok(position) => assert_eq!(ours.encode(&position).ok().as_deref(), Some(text.as_ref())),
    }
    let Some((&kind, rest)) = input.split_first() else { return };
    let Some((id, rest)) = rest.split_first_chunk::<16>() else { return };
    let number =
        rest.iter().fold(0_i64, |number, byte| number.wrapping_mul(256).wrapping_add((*byte).into()));
    let key = match kind % 3 {
        0 => SortKey::Text(String::from_utf8_lossy(rest).into_owned()),
        1 => SortKey::Instant(number),
        _ => SortKey::Number(i32::try_from(number % i64::from(i32::MAX)).unwrap_or_default()),
    };
    let position = Position { key, id: Uuid::from_bytes(*id) };
    let signed = ours.encode(&position).unwrap_or_else(|error| unreachable!("{error:?}"));
    assert_eq!(ours.decode(&signed, "after").ok(), Some(position));
    assert!(other.decode(&signed, "after").is_err(), "{signed}");
    let at = usize::from(kind) % signed.len();
    let changed: String = signed.char_indices().map(|(n, c)| if n == at { flip(c) } else { c }).collect();
    assert!(ours.decode(&changed, "after").is_err(), "{changed}");
}

/// Another letter of base64url, at least in its first bit.
const fn flip(letter: char) -> char {
    match letter {
        'A'..='Z' | 'a'..='f' => '_',
        _ => 'A',
    }
}

/// The input is an id. An id has one spelling, and is of one type.
///
/// # Panics
///
/// When it is not so.
pub fn node_id(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some(node) = NodeId::decode(&ID(text.to_owned())) else { return };
    assert_eq!(node.encode().as_str(), text);
    assert_eq!(text.len(), 23);
    assert!(!node.type_name().is_empty());
    assert_eq!(NodeId::decode(&node.encode()), Some(node));
}
