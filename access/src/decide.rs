//! What the viewer may do at a customer, and through what, as the database says it.

use std::collections::HashMap;

use entity::{CustomerId, DelegatedRole, PartnerId, access_assignment, delegated_admin_grant as grant};
use sea_orm::sea_query::{Alias, ArrayType, Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, FromQueryResult, Iterable, QueryResult};

use super::{
    Principal, View,
    force::{grants_with_assignments, held_by_viewer, in_force, is_any},
};
use crate::Result;
use domain::decision::{Access, Holding};

impl View {
    /// What the viewer may do at each of `customers`. One statement for a partner, none for anyone else.
    pub async fn access(&self, customers: Vec<CustomerId>) -> Result<HashMap<CustomerId, Access>> {
        let same = |access: &Access| customers.iter().map(|id| (*id, access.clone())).collect();
        match self.viewer().principal() {
            Principal::Customer(own) => Ok(customers
                .iter()
                .map(|id| (*id, if *id == own.id { Access::Own } else { Access::Delegated(Vec::new()) }))
                .collect()),
            Principal::Operator => Ok(same(&Access::Operator)),
            Principal::Timer => Ok(same(&Access::Delegated(Vec::new()))),
            Principal::Partner(own) => {
                access_by_customer(&customers, &self.rows(&self.holdings(own.id, &customers)).await?)
            }
        }
    }

    /// The grants in force at `customers`, once for each role assigned to the viewer, oldest first.
    pub(super) fn holdings(&self, partner: PartnerId, customers: &[CustomerId]) -> SelectStatement {
        let of = |column: grant::Column| Expr::col(column.as_column_ref());
        let ids = customers.iter().map(|id| id.0.into()).collect();
        let mut query = grants_with_assignments();
        for column in grant::Column::iter() {
            query.column(column.as_column_ref());
        }
        query
            .expr_as(Expr::col(access_assignment::Column::Role.as_column_ref()), Alias::new("assigned_role"))
            .and_where(of(grant::Column::PartnerId).eq(partner))
            .and_where(is_any(self, of(grant::Column::CustomerId), ArrayType::Uuid, ids))
            .cond_where(in_force(self))
            .and_where(held_by_viewer(self))
            .order_by(grant::Column::CreatedAt.as_column_ref(), sea_orm::Order::Asc)
            .order_by(grant::Column::Id.as_column_ref(), sea_orm::Order::Asc)
            .take()
    }
}

/// What the rows of [`View::holdings`] say about each of `customers`.
pub(super) fn access_by_customer(
    customers: &[CustomerId],
    rows: &[QueryResult],
) -> Result<HashMap<CustomerId, Access>> {
    let mut held: HashMap<CustomerId, Vec<Holding>> =
        customers.iter().map(|customer| (*customer, Vec::new())).collect();
    for row in rows {
        let (grant, role) = (grant::Model::from_query_result(row, "")?, row.try_get("", "assigned_role")?);
        hold(held.entry(grant.customer_id).or_default(), grant, role);
    }
    Ok(held.into_iter().map(|(customer, holdings)| (customer, Access::Delegated(holdings))).collect())
}

/// Adds a role to the holding of its grant.
fn hold(holdings: &mut Vec<Holding>, grant: grant::Model, role: DelegatedRole) {
    match holdings.iter_mut().find(|holding| holding.grant.id == grant.id) {
        Some(holding) if holding.roles.contains(&role) => {}
        Some(holding) => holding.roles.push(role),
        None => holdings.push(Holding { grant, roles: vec![role] }),
    }
}
