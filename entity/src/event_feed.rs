//! Where an entry of the log stands in the order of commits.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, EventId, PartnerId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_feed")]
pub struct Model {
    /// From 1, without gaps, over all customers: told to nobody, because it tells how much others do.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub event_id: EventId,
    /// The parties of the entry, so that whoever follows reads its own by an index.
    pub customer_id: Option<CustomerId>,
    pub partner_id: Option<PartnerId>,
}

impl ActiveModelBehavior for ActiveModel {}
