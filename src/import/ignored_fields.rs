//! Fields that a file has and records do not.

use std::collections::BTreeMap;

use super::{KEPT, reason::shown};

/// How often each field was ignored, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoredFields {
    pub fields: BTreeMap<String, u64>,
    /// How often others were, of which there are too many.
    pub others: u64,
}

impl IgnoredFields {
    pub(super) fn note(&mut self, field: &str) {
        self.count(shown(field), 1);
    }

    pub(super) fn add(&mut self, more: Self) {
        for (field, count) in more.fields {
            self.count(field, count);
        }
        self.others += more.others;
    }

    fn count(&mut self, field: String, more: u64) {
        if let Some(count) = self.fields.get_mut(&field) {
            *count += more;
        } else if self.fields.len() < KEPT {
            self.fields.insert(field, more);
        } else {
            self.others += more;
        }
    }
}
