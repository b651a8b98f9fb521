//! What the viewer may do at a customer, and through what.

use std::collections::HashMap;

use entity::{CustomerId, DelegatedRole, Instant, access_assignment, delegated_admin_grant as grant};
use sea_orm::sea_query::{Alias, ArrayType, Expr, ExprTrait};
use sea_orm::{ColumnTrait, FromQueryResult, Iterable};

use super::{
    Principal, View,
    force::{grants_with_assignments, held_by_viewer, in_force, is_any},
};
use crate::Result;
use crate::rules::{
    self,
    permission::{PERMISSIONS, Permission, ROLES, allowed_by},
    reason::Reason,
};

/// A grant in force, and the roles of it that are assigned to the viewer.
#[derive(Clone, Debug)]
pub struct Holding {
    pub grant: grant::Model,
    pub roles: Vec<DelegatedRole>,
}

/// What the viewer may do at one customer.
#[derive(Clone, Debug)]
pub enum Access {
    /// It is the viewer's own tenant.
    Own,
    /// The viewer runs this server, and sees who the customer is.
    Operator,
    /// The viewer's partner holds these grants there. None, when it may do nothing.
    Delegated(Vec<Holding>),
}

impl Access {
    /// The delegated roles that the viewer holds there, each once, from the widest to the narrowest.
    #[must_use]
    pub fn roles(&self) -> Vec<DelegatedRole> {
        let Self::Delegated(holdings) = self else { return Vec::new() };
        ROLES.into_iter().filter(|role| holdings.iter().any(|holding| holding.roles.contains(role))).collect()
    }

    /// What the viewer may do there.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        match self {
            // A customer reads all of its own. What partners do for it, it does not do itself.
            Self::Own => PERMISSIONS
                .into_iter()
                .filter(|permission| {
                    matches!(
                        permission,
                        Permission::CustomerRead | Permission::SubscriptionRead | Permission::EventRead
                    )
                })
                .collect(),
            Self::Operator => vec![Permission::CustomerRead],
            Self::Delegated(_) => allowed_by(&self.roles()),
        }
    }

    /// When the last of the grants ends unless it is extended; None for what no grant gives.
    #[must_use]
    pub fn expires_at(&self, at: Instant) -> Option<Instant> {
        let Self::Delegated(holdings) = self else { return None };
        holdings.iter().map(|holding| rules::grant::ends_at(&holding.grant, at)).max()
    }

    /// Whether `permission` is given, or why not. For a customer that the viewer sees.
    pub fn check(&self, permission: Permission) -> Result<(), Vec<Reason>> {
        if self.permissions().contains(&permission) {
            return Ok(());
        }
        Err(vec![match self {
            Self::Operator => Reason::closed_to_the_operator(),
            Self::Own | Self::Delegated(_) => Reason::permission_not_granted(permission, &self.roles()),
        }])
    }
}

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
                let mut access: HashMap<_, _> = same(&Access::Delegated(Vec::new()));
                for (holder, role) in self.holdings(own.id, &customers).await? {
                    if let Some(Access::Delegated(holdings)) = access.get_mut(&holder.customer_id) {
                        hold(holdings, holder, role);
                    }
                }
                Ok(access)
            }
        }
    }

    /// The grants in force at `customers`, once for each role assigned to the viewer, oldest first.
    async fn holdings(
        &self,
        partner: entity::PartnerId,
        customers: &[CustomerId],
    ) -> Result<Vec<(grant::Model, DelegatedRole)>> {
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
            .order_by(grant::Column::Id.as_column_ref(), sea_orm::Order::Asc);
        let rows = self.rows(&query).await?;
        rows.iter()
            .map(|row| Ok((grant::Model::from_query_result(row, "")?, row.try_get("", "assigned_role")?)))
            .collect()
    }
}

/// Adds a role to the holding of its grant.
fn hold(holdings: &mut Vec<Holding>, grant: grant::Model, role: DelegatedRole) {
    match holdings.iter_mut().find(|holding| holding.grant.id == grant.id) {
        Some(holding) if holding.roles.contains(&role) => {}
        Some(holding) => holding.roles.push(role),
        None => holdings.push(Holding { grant, roles: vec![role] }),
    }
}
