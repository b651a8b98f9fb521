//! Cursors: where a page begins, encoded and signed.
//!
//! A cursor holds the position of a row in an order, followed by a signature (HMAC-SHA-256, 16 bytes) over the position and
//! over what it is good for: the viewer's tenant, the kind of object, its order and its filter. A cursor that was
//! changed, or that comes from another list, does not decode.
//!
//! Deliberately absent: an age. A cursor is good for as long as the key is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::graphql::{Error, Result};
use access::Position;

/// The length of a signature, in bytes.
const SIGNATURE: usize = 16;

/// The key that cursors are signed with. All servers on one database share it.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(..)")
    }
}

impl CursorKey {
    /// # Errors
    ///
    /// Never in practice: HMAC takes a key of any length.
    pub fn new(secret: &[u8]) -> access::Result<Self> {
        let key = Hmac::new_from_slice(secret).map(Self);
        key.map_err(|_| access::Error::Internal("the cursor key has no length"))
    }

    /// What seals the cursors of the list that `list` describes.
    pub(super) fn seal(&self, list: &str) -> CursorSeal {
        let mut mac = self.0.clone();
        // The length goes first, so that no end of one part reads as the beginning of the next.
        mac.update(&(list.len() as u64).to_be_bytes());
        mac.update(list.as_bytes());
        CursorSeal(mac)
    }
}

/// The key, bound to one list.
#[derive(Clone)]
pub struct CursorSeal(Hmac<Sha256>);

impl std::fmt::Debug for CursorSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorSeal(..)")
    }
}

impl CursorSeal {
    /// The signed cursor of a row.
    pub(super) fn encode(&self, position: &Position) -> Result<String> {
        let mut bytes = postcard::to_stdvec(position)
            .map_err(|_| Error::internal("a position cannot be written as a cursor"))?;
        let signature = self.over(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&signature[..SIGNATURE]);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position in a cursor whose signature is right.
    ///
    /// # Errors
    ///
    /// A client's mistake, when the cursor is not one of this list.
    pub(super) fn decode(&self, cursor: &str, argument: &str) -> Result<Position> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
        let (position, signature) = bytes.split_at(bytes.len().saturating_sub(SIGNATURE));
        self.over(position)
            .verify_truncated_left(signature)
            .ok()
            .and_then(|()| postcard::from_bytes(position).ok())
            .filter(|_| signature.len() == SIGNATURE)
            .ok_or_else(|| {
                Error::BadRequest(format!(
                    "`{argument}` is not a cursor of this list. Use a cursor as it was given, with the same viewer, \
                     order and filter; or leave it out to start over."
                ))
            })
    }

    fn over(&self, position: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(position)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use uuid::Uuid;

    use super::*;
    use access::SortKey;

    #[test]
    fn a_cursor_that_was_given_out_stays_good() {
        let seal = CursorKey::new(b"secret").unwrap().seal("list");
        let position = Position { key: SortKey::Text("contoso".to_owned()), id: Uuid::from_u128(1) };
        let given = "AAdjb250b3NvEAAAAAAAAAAAAAAAAAAAAAEYwXtYIzwjuHZr4CDx9tor";
        assert_eq!(seal.encode(&position).unwrap(), given);
        assert_eq!(seal.decode(given, "after").unwrap(), position);
    }

    #[test]
    fn a_cursor_decodes_only_unchanged_and_only_for_its_list() {
        let key = CursorKey::new(b"secret").unwrap();
        let position = Position { key: SortKey::Text("contoso".to_owned()), id: Uuid::from_u128(1) };
        let cursor = key.seal("list").encode(&position).unwrap();
        assert_eq!(key.seal("list").decode(&cursor, "after").unwrap(), position);
        assert!(key.seal("other").decode(&cursor, "after").is_err());
        assert!(CursorKey::new(b"else").unwrap().seal("list").decode(&cursor, "after").is_err());
        for i in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[i] = if changed[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            if URL_SAFE_NO_PAD.decode(&changed) != URL_SAFE_NO_PAD.decode(&cursor) {
                assert!(key.seal("list").decode(&changed, "after").is_err(), "{i}");
            }
        }
        for short in ["", "AAAA", &cursor[..20]] {
            assert!(key.seal("list").decode(short, "after").is_err());
        }
    }
}
