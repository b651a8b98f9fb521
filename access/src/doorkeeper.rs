//! What must be read before anyone is known: the only reads without a viewer, each by name.

use entity::{Instant, TenantId, customer, partner};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LikeExpr, Query, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult, IdenStatic, Iterable};

use domain::identity::Identity;

use super::{Principal, Store, View, Viewer};
use crate::{Error, Result};
use domain::text::fold;

/// The key that cursors are sealed with.
pub(super) const CURSOR_KEY: &str = "cursor-key";

/// The name of the tenants' register.
const TENANT: &str = "tenant";

/// Reads by name, without a viewer.
#[derive(Clone, Copy, Debug)]
pub struct Doorkeeper<'s> {
    pub(super) store: &'s Store,
}

impl Doorkeeper<'_> {
    /// Finds the tenant of a verified identity and lets its bearer in, to see what it may at `at`. None when the
    /// tenant is not registered. One statement, none for the operator.
    pub async fn admit(self, identity: Identity, at: Instant) -> Result<Option<View>> {
        if self.store.operator() == Some(identity.tenant) {
            let viewer = Viewer::new(identity, Principal::Operator, at);
            return Ok(Some(View::new(self.store.clone(), viewer, 0)));
        }
        let principal = self.tenant(identity.tenant).await?;
        Ok(principal.map(|principal| View::new(self.store.clone(), Viewer::new(identity, principal, at), 1)))
    }

    /// Whether a tenant is registered, for the command line.
    pub async fn knows(self, id: TenantId) -> Result<bool> {
        Ok(self.tenant(id).await?.is_some())
    }

    /// The partner or the customer whose tenant this is.
    async fn tenant(self, id: TenantId) -> Result<Option<Principal>> {
        let column =
            |table: &'static str, name: &'static str| Expr::col((Alias::new(table), Alias::new(name)));
        let is_of_tenant = |table| column(table, "tenant_id").eq(column(TENANT, "id"));
        let mut query = Query::select();
        for of_partner in partner::Column::iter() {
            query.expr_as(
                Expr::col(of_partner.as_column_ref()),
                Alias::new(format!("p_{}", of_partner.as_str())),
            );
        }
        for of_customer in customer::Column::iter() {
            query.expr_as(
                Expr::col(of_customer.as_column_ref()),
                Alias::new(format!("c_{}", of_customer.as_str())),
            );
        }
        query
            .from(Alias::new(TENANT))
            .left_join(partner::Entity, is_of_tenant("partner"))
            .left_join(customer::Entity, is_of_tenant("customer"))
            .and_where(column(TENANT, "id").eq(id));
        let Some(row) = self.store.reads().query_one(&query).await? else { return Ok(None) };
        if let Some(partner) = partner::Model::from_query_result_optional(&row, "p_")? {
            return Ok(Some(Principal::Partner(partner)));
        }
        let customer = customer::Model::from_query_result_optional(&row, "c_")?;
        Ok(customer.map(Principal::Customer))
    }

    /// The tenants whose domain is `name`, or whose name is it or begins with it as its first word, in any case. For
    /// the operator's command line, who mints tokens for them.
    pub async fn tenants_called(self, name: &str) -> Result<Vec<(TenantId, String)>> {
        let name = fold(name);
        let first_word = LikeExpr::new(format!("{} %", name.replace(['\\', '%', '_'], ""))).escape('\\');
        let is_called = |column: Expr| column.clone().eq(name.as_str()).or(column.like(first_word.clone()));
        let query = Query::select()
            .columns([partner::Column::TenantId, partner::Column::Name])
            .from(partner::Entity)
            .cond_where(is_called(Expr::col(partner::Column::NameFolded)))
            .union(
                UnionType::All,
                Query::select()
                    .columns([customer::Column::TenantId, customer::Column::Name])
                    .from(customer::Entity)
                    .cond_where(
                        is_called(Expr::col(customer::Column::NameFolded))
                            .or(Expr::col(customer::Column::Domain).eq(name.as_str())),
                    )
                    .take(),
            )
            .take();
        let rows = self.store.reads().query_all(&query).await?;
        rows.iter().map(|row| Ok((row.try_get("", "tenant_id")?, row.try_get("", "name")?))).collect()
    }

    /// The key that cursors are sealed with. All servers on this database share it.
    pub async fn cursor_key(self) -> Result<Vec<u8>> {
        let query = Query::select()
            .column(Alias::new("value"))
            .from(Alias::new("server_secret"))
            .and_where(Expr::col(Alias::new("name")).eq(CURSOR_KEY))
            .take();
        match self.store.reads().query_one(&query).await? {
            Some(row) => Ok(row.try_get("", "value")?),
            None => Err(Error::Internal("the cursor key is missing; run `copartner migrate up`")),
        }
    }

    /// Whether the database answers.
    pub async fn ping(self) -> Result<()> {
        self.store.reads().execute_unprepared("SELECT 1").await?;
        Ok(())
    }
}
