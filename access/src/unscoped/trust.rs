//! What every server has to know of whom it trusts, before anyone is known.

use entity::{TenantId, TenantStatus, customer, issuer_trust, partner, revocation};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait};

use super::{ServerRead, Sql};

/// Spelled out, so that the indexes of those that are not let in are used.
const IS_BARRED: &str = "status <> 'ACTIVE'";

/// The number of what is trusted, which grows with every change.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Revision {
    pub(crate) revision: i64,
}

/// A tenant that is not let in.
#[derive(Debug, FromQueryResult)]
pub(crate) struct BarredTenant {
    pub(crate) tenant_id: TenantId,
    pub(crate) status: TenantStatus,
}

pub(crate) fn revision() -> ServerRead<Revision> {
    ServerRead::new(Sql("SELECT revision FROM trust_revision WHERE id = 1".to_owned(), Vec::new()))
}

pub(crate) fn barred_partners() -> ServerRead<BarredTenant> {
    let partners = partner::Entity::find()
        .select_only()
        .columns([partner::Column::TenantId, partner::Column::Status])
        .filter(Expr::cust(IS_BARRED));
    ServerRead::new(partners.into_query())
}

pub(crate) fn barred_customers() -> ServerRead<BarredTenant> {
    let customers = customer::Entity::find()
        .select_only()
        .columns([customer::Column::TenantId, customer::Column::Status])
        .filter(Expr::cust(IS_BARRED));
    ServerRead::new(customers.into_query())
}

pub(crate) fn issuers() -> ServerRead<issuer_trust::Model> {
    ServerRead::new(issuer_trust::Entity::find().into_query())
}

pub(crate) fn revocations() -> ServerRead<revocation::Model> {
    ServerRead::new(revocation::Entity::find().into_query())
}
