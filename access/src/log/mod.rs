//! The log as a whole, for the server and for whoever operates it: its heads, whether it is intact, where its feed ends, and who is
//! woken when that grows.

pub(crate) mod announcements;
pub(crate) mod feed;
pub(crate) mod heads;
pub(crate) mod verification;
