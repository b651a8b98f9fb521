//! What must be true of everything that a client may say on a socket.

use super::protocol::ClientMessage;

/// The input is a message. It is one of the protocol, or the socket is closed with the protocol's own code and a reason; an id is not
/// longer than what may be repeated in each answer.
///
/// # Panics
///
/// When it is not so.
pub fn message(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match ClientMessage::read(text) {
        Ok(message) => {
            assert!(
                serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value.is_object()),
                "{text}"
            );
            if let ClientMessage::Subscribe { id, .. } | ClientMessage::Complete { id } = message {
                assert!((1..=256).contains(&id.len()), "{id}");
            }
        }
        Err(closure) => {
            assert_eq!(closure.code, 4400, "{closure:?}");
            assert!(!closure.reason.is_empty() && !closure.reason.contains(char::is_control), "{closure:?}");
        }
    }
}
