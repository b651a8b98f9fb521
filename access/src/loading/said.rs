//! What a load has said so far: each natural key once, with a fingerprint of what was said of it.
//!
//! A record that repeats an earlier one is passed over; one that contradicts it is refused, wherever in the file it
//! stands. The keys go into a table of the transaction rather than into memory, so that their number does not matter.

use std::collections::HashMap;

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait};
use uuid::Uuid;

use super::{Loading, Outcome, outcome::Placed};
use crate::Result;
use crate::core::bulk::Bulk;
use domain::{
    flaw::Flaw,
    record::{KINDS, Record},
};

/// A natural key that was said.
mod key {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "loading_key")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: Uuid,
        pub(super) digest: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Makes the table, which belongs to this connection alone.
pub(super) async fn prepare(bulk: &Bulk) -> Result<()> {
    bulk.run(if bulk.is_on_postgres() {
        "CREATE TEMPORARY TABLE loading_key (kind text, id uuid, digest bigint, PRIMARY KEY (id, kind)) \
         ON COMMIT DROP"
    } else {
        "CREATE TEMPORARY TABLE loading_key \
         (kind TEXT, id BLOB, digest INTEGER, PRIMARY KEY (id, kind)) WITHOUT ROWID"
    })
    .await
}

/// Removes the table, where the end of the transaction does not.
pub(super) async fn forget(bulk: &Bulk) -> Result<()> {
    bulk.run("DROP TABLE loading_key").await
}

impl Loading {
    /// Of these records, those that are the first to speak of their objects.
    pub(super) async fn first_said(
        &self,
        records: Vec<Placed<Record>>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Placed<Record>>> {
        let mut said = HashMap::new();
        for kind in KINDS {
            let of_kind = records.iter().filter(|(_, record)| record.kind() == kind);
            let keys: Vec<Uuid> = of_kind.map(|(_, record)| record.key()).collect();
            if keys.is_empty() {
                continue;
            }
            let of_kind = Condition::all().add(Expr::col(key::Column::Kind).eq(kind.name()));
            let rows = self.bulk.read_where::<key::Entity, _>(key::Column::Id, keys, of_kind).await?;
            said.extend(rows.into_iter().map(|row| ((kind, row.id), row.digest)));
        }
        let mut news = Vec::new();
        let mut first = Vec::with_capacity(records.len());
        for (index, record) in records {
            let (kind, id) = (record.kind(), record.key());
            let digest = record.digest().cast_signed();
            match said.insert((kind, id), digest) {
                None => {
                    news.push(key::Model { kind: kind.name().to_owned(), id, digest });
                    first.push((index, record));
                }
                Some(earlier) if earlier == digest => outcome.count(kind).unchanged += 1,
                Some(earlier) => {
                    said.insert((kind, id), earlier);
                    outcome.refuse(
                        index,
                        Flaw::new(key_field(&record), "was given before, with other contents"),
                    );
                }
            }
        }
        self.bulk.insert::<key::Entity>(news).await?;
        Ok(first)
    }
}

/// The field that holds the natural key.
fn key_field(record: &Record) -> &'static str {
    match record {
        Record::Partner(_) | Record::Customer(_) => "tenantId",
        Record::Offer(_) => "sku",
        Record::Grant(_) | Record::RelationshipRequest(_) | Record::Subscription(_) => "id",
    }
}
