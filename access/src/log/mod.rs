//! The log as a whole, for the server and for whoever operates it: its heads, and whether it is intact.

pub(crate) mod heads;
pub(crate) mod verification;
