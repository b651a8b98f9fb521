//! What resolvers load besides an object by its own id (`id.rs`).

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use entity::{
    CustomerId, GrantId, OfferId, RequestId, TenantId, access_assignment, customer_reference,
    delegated_admin_grant as grant, delegated_admin_grant_role as grant_role, offer, partner,
    relationship_request as request, relationship_request_assignment as request_assignment,
    relationship_request_role as request_role,
};

use super::loader::{ContextExt, Load};
use crate::graphql::{Error, Result};
use access::View;
use domain::decision::Access;

/// Keys that name an object, by which a column of a table refers to it; and what is made of the rows that do.
macro_rules! loads {
    ($($(#[$doc:meta])* $key:ident($id:ident) -> $value:ty = $make:path[$table:ident by $column:ident];)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        impl Load for $key {
            type Value = $value;

            async fn fetch(view: &View, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
                let ids = keys.into_iter().map(|Self(id)| id.0).collect();
                let rows = view.select::<$table::Entity>().grouped_by($table::Column::$column, ids).await?;
                Ok(rows.into_iter().map(|(id, rows)| (Self($id(id)), $make(rows))).collect())
            }
        }
    )*};
}

loads! {
    /// A customer by name, as a party to a request or a grant.
    CustomerReferenceOf(CustomerId) -> Option<Arc<customer_reference::Model>> = only[customer_reference by Id];
    /// The same, by its tenant.
    CustomerReferenceOfTenant(TenantId) -> Option<Arc<customer_reference::Model>>
        = only[customer_reference by TenantId];
    /// The partner that a tenant is.
    PartnerOfTenant(TenantId) -> Option<Arc<partner::Model>> = only[partner by TenantId];
    /// The grant that came of a request.
    GrantOfRequest(RequestId) -> Option<Arc<grant::Model>> = only[grant by RequestId];
    /// What a grant delegates.
    GrantRoles(GrantId) -> Arc<Vec<grant_role::Model>> = Arc::new[grant_role by GrantId];
    /// Who holds which of a grant's roles.
    GrantAssignments(GrantId) -> Arc<Vec<access_assignment::Model>> = Arc::new[access_assignment by GrantId];
    /// The requests to continue a grant.
    GrantRenewals(GrantId) -> Arc<Vec<request::Model>> = Arc::new[request by Renews];
    /// The grants of a customer.
    CustomerGrants(CustomerId) -> Arc<Vec<grant::Model>> = Arc::new[grant by CustomerId];
    /// What a request asks for.
    RequestRoles(RequestId) -> Arc<Vec<request_role::Model>> = Arc::new[request_role by RequestId];
    /// Who would hold which of a request's roles.
    RequestAssignments(RequestId) -> Arc<Vec<request_assignment::Model>>
        = Arc::new[request_assignment by RequestId];
}

/// The row, where the column is unique.
fn only<M>(rows: Vec<M>) -> Option<Arc<M>> {
    rows.into_iter().next().map(Arc::new)
}

/// An offer, from the memory that all requests share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CachedOffer(pub OfferId);

impl Load for CachedOffer {
    type Value = Option<Arc<offer::Model>>;

    async fn fetch(view: &View, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
        let offers = view.offers(keys.into_iter().map(|Self(id)| id).collect()).await?;
        Ok(offers.into_iter().map(|(id, row)| (Self(id), Some(row))).collect())
    }

    fn remembered(view: &View, Self(id): &Self) -> Option<Self::Value> {
        view.remembered_offer(*id).map(Some)
    }
}

/// What the viewer may do at a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct AccessAt(CustomerId);

impl Load for AccessAt {
    type Value = Option<Arc<Access>>;

    async fn fetch(view: &View, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
        let access = view.access(keys.into_iter().map(|Self(id)| id).collect()).await?;
        Ok(access.into_iter().map(|(id, access)| (Self(id), Some(Arc::new(access)))).collect())
    }
}

/// What the viewer may do at a customer.
pub async fn access_at(ctx: &Context<'_>, customer: CustomerId) -> Result<Arc<Access>> {
    ctx.load(AccessAt(customer)).await?.ok_or(Error::internal("no access was decided for a customer"))
}
