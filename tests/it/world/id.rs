//! The ids of the API.

use uuid::Uuid;

/// The API's id of a row, as the server makes it.
pub fn api_id(kind: u8, row: Uuid) -> String {
    use base64::Engine;
    let mut bytes = vec![kind];
    bytes.extend_from_slice(row.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The row of an API's id.
pub fn row(api_id: &str) -> Uuid {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(api_id).unwrap();
    Uuid::from_slice(&bytes[1..]).unwrap()
}

pub const CUSTOMER: u8 = 2;
pub const OFFER: u8 = 3;
pub const SUBSCRIPTION: u8 = 4;
pub const REQUEST: u8 = 5;
pub const GRANT: u8 = 6;
pub const EVENT: u8 = 7;
pub const WEBHOOK: u8 = 8;
