//! Who a tenant is, before anyone is known; and whether one can be asked for a relationship.

use entity::{TenantId, customer, partner};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect, QueryTrait,
};

use super::{ServerRead, UnscopedRead};
use crate::scope::columns::{Named, columns};
use crate::viewer::Principal;

/// The name of the tenants' register.
const TENANT: &str = "tenant";

/// Who a registered tenant is; None where the register names neither a partner nor a customer.
#[derive(Debug)]
pub(crate) struct Registered(pub(crate) Option<Principal>);

impl FromQueryResult for Registered {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        if let Some(partner) = partner::Model::from_query_result_optional(row, "p_")? {
            return Ok(Self(Some(Principal::Partner(partner))));
        }
        let customer = customer::Model::from_query_result_optional(row, "c_")?;
        Ok(Self(customer.map(Principal::Customer)))
    }
}

/// The partner or the customer whose tenant this is.
pub(crate) fn registered(id: TenantId) -> ServerRead<Registered> {
    let column = |table: &'static str, name: &'static str| Expr::col((Alias::new(table), Alias::new(name)));
    let is_of_tenant = |table| column(table, "tenant_id").eq(column(TENANT, "id"));
    let mut query = Query::select();
    query
        .expr(columns::<partner::Entity>(None, Named::Under("p_")))
        .expr(columns::<customer::Entity>(None, Named::Under("c_")))
        .from(Alias::new(TENANT))
        .left_join(partner::Entity, is_of_tenant("partner"))
        .left_join(customer::Entity, is_of_tenant("customer"))
        .and_where(column(TENANT, "id").eq(id));
    ServerRead::new(query)
}

/// The customer whose tenant has this id.
pub(crate) fn customer_of_tenant(id: TenantId) -> UnscopedRead<customer::Model> {
    customer_where(customer::Column::TenantId.eq(id))
}

/// The customer whose tenant has this domain.
pub(crate) fn customer_of_domain(domain: &str) -> UnscopedRead<customer::Model> {
    customer_where(customer::Column::Domain.eq(domain))
}

fn customer_where(is_it: Expr) -> UnscopedRead<customer::Model> {
    UnscopedRead::new(customer::Entity::find().filter(is_it).limit(1).into_query())
}

/// The partner whose tenant has this id.
pub(crate) fn partner_of_tenant(id: TenantId) -> UnscopedRead<partner::Model> {
    let of_tenant = partner::Entity::find().filter(partner::Column::TenantId.eq(id));
    UnscopedRead::new(of_tenant.limit(1).into_query())
}
