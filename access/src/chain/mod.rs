//! The forms of the log: entries chained by their hashes, and heads signed with a key. Pure: nothing here reads or writes.

mod change;
pub(crate) mod entry;
pub(crate) mod head;
pub(crate) mod key;
pub(crate) mod webhook_secret;
