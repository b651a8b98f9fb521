//! Where one chain of the log stands, and how often the subscriptions of its customer were written.

use sea_orm::entity::prelude::*;

use crate::{EventId, Instant};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chain")]
pub struct Model {
    /// The customer whose chain it is; the nil UUID for what concerns no customer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: Uuid,
    /// Counted by the database itself, whoever writes: the proof that nothing of them changed.
    pub subscription_writes: i64,
    /// How many entries there are.
    pub sequence: i64,
    /// The newest entry; None while there is none.
    pub event_id: Option<EventId>,
    pub occurred_at: Option<Instant>,
    pub hash: Option<Vec<u8>>,
    /// Ed25519 over the head, by a key that is not in the database.
    pub signature: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
