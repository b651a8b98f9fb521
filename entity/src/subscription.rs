//! A subscription: what a customer bought through exactly one partner, its partner of record, for good.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    BillingCycle, CustomerId, Instant, OfferId, PartnerId, SubscriptionId, SubscriptionStatus,
    SuspensionReasons, Term,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "subscription")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionId,
    /// Never changes; the database refuses.
    pub customer_id: CustomerId,
    /// The partner of record. Never changes; the database refuses.
    pub partner_id: PartnerId,
    /// Never changes; the database refuses.
    pub offer_id: OfferId,
    pub friendly_name: String,
    /// `friendly_name` in lower case: what lists are ordered and searched by.
    pub friendly_name_folded: String,
    pub status: SubscriptionStatus,
    pub suspension_reasons: SuspensionReasons,
    pub quantity: i32,
    pub term: Term,
    pub billing_cycle: BillingCycle,
    pub auto_renew: bool,
    pub starts_at: Instant,
    /// The end of the running term.
    pub term_ends_at: Instant,
    pub cancellable_until: Option<Instant>,
    /// With `next_term` and `next_billing_cycle`: all three or none.
    pub next_quantity: Option<i32>,
    pub next_term: Option<Term>,
    pub next_billing_cycle: Option<BillingCycle>,
    /// When the clock next brings something about; None when it is over.
    pub due_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
