//! What a load was given so far: each natural key once, with a fingerprint of its record.
//!
//! A record that repeats an earlier one is passed over. One that contradicts it is refused, wherever in the files it
//! stands. The keys go into a temporary table rather than into memory, which has room for any number of them.

use std::collections::{HashMap, hash_map::Entry};

use super::{BatchOutcome, BulkLoad, outcome::Indexed, record::AnyRecord};
use crate::Result;
use crate::core::loading_key as key;
use domain::field_error::FieldError;

impl BulkLoad {
    /// Of these records, the first of each object. Another one with the same contents counts as unchanged.
    pub(super) async fn without_duplicates(
        &self,
        records: Vec<Indexed<AnyRecord>>,
        outcome: &mut BatchOutcome,
    ) -> Result<Vec<Indexed<AnyRecord>>> {
        let keys = records.iter().map(|(_, record)| record.key()).collect();
        let rows = self.statements.read::<key::Entity, _>(key::Column::Id, keys).await?;
        let mut digests: HashMap<_, _> =
            rows.into_iter().map(|row| ((row.id, row.kind), row.digest)).collect();
        let mut new_keys = Vec::new();
        let mut first = Vec::with_capacity(records.len());
        for (index, record) in records {
            let (kind, id) = (record.kind(), record.key());
            let digest = record.digest().cast_signed();
            match digests.entry((id, kind.name().to_owned())) {
                Entry::Vacant(entry) => {
                    entry.insert(digest);
                    new_keys.push(key::Model { kind: kind.name().to_owned(), id, digest });
                    first.push((index, record));
                }
                Entry::Occupied(earlier) if *earlier.get() == digest => outcome.count(kind).unchanged += 1,
                Entry::Occupied(_) => outcome.refuse(
                    index,
                    FieldError::new(key_field(&record), "was given before, with other contents"),
                ),
            }
        }
        self.statements.insert::<key::Entity>(new_keys).await?;
        Ok(first)
    }
}

/// The field that holds the natural key.
fn key_field(record: &AnyRecord) -> &'static str {
    match record {
        AnyRecord::Partner(_) | AnyRecord::Customer(_) => "tenantId",
        AnyRecord::Offer(_) => "sku",
        AnyRecord::Grant(_) | AnyRecord::RelationshipRequest(_) | AnyRecord::Subscription(_) => "id",
    }
}
