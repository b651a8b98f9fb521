//! How names compare: the same on every database, whatever its locale.

/// The form by which names are ordered and searched: lower case by Unicode's rules.
#[must_use]
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}
