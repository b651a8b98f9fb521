//! What requests are checked against.

use crate::conventions::{Conventions, ScalarFormat};
use crate::limits::Limits;
use crate::schema_index::SchemaIndex;

/// The schema, its conventions and the limits, which are the same for every request.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) schema: SchemaIndex,
    pub(crate) conventions: Conventions,
    pub(crate) limits: Limits,
}

impl Policy {
    /// The format of a custom scalar, if it is known; a custom scalar of unknown format takes any value.
    pub(crate) fn scalar(&self, name: &str) -> Option<&'static ScalarFormat> {
        self.conventions.scalars.iter().find(|scalar| scalar.name == name)
    }
}
