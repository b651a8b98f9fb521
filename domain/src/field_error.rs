//! What is wrong with what someone wrote, and where.

/// A field that cannot be as it is, and why, in words that say what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field as the API spells it.
    pub field: &'static str,
    /// Where within the field, if that has parts: names, and places in lists.
    pub within: Vec<String>,
    pub reason: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, within: Vec::new(), reason: reason.into() }
    }

    /// The same, further in: within a part of the field.
    #[must_use]
    pub fn inside(mut self, part: &(impl ToString + ?Sized)) -> Self {
        self.within.insert(0, part.to_string());
        self
    }

    /// The error in one sentence that begins with the field.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{} {}", self.field, self.reason)
    }
}

/// Fails with `reason` when `is_wrong`.
pub fn refuse_if(is_wrong: bool, field: &'static str, reason: &str) -> Result<(), FieldError> {
    if is_wrong { Err(FieldError::new(field, reason)) } else { Ok(()) }
}
