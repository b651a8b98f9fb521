//! The list of all reads without a viewer's rule, and why each may be: there is no other in this house.
//!
//! | Read | For whom, and why no rule can stand before it |
//! | --- | --- |
//! | [`Doorkeeper::admit`], [`Doorkeeper::knows`] | a verified identity: nobody is known before its tenant is found |
//! | [`Doorkeeper::tenants_called`] | the operator's command line, which mints tokens for tenants |
//! | [`Doorkeeper::partner`], [`Doorkeeper::partner_numbered`] | the operator's command line, which imports what a partner sold |
//! | [`Store::secret`] | the server: the keys that all servers on one database share |
//! | [`View::invitation_rows`], [`Transaction::invitation`] | whoever knows the 256 bits of an open invitation's secret |
//! | [`Transaction::addressed_customer`], [`Transaction::is_partners`] | a partner that asks: whether the tenant it names can be asked |
//! | [`Transaction::asking_partner`] | a customer that decides a request: who asks |
//! | [`Transaction::sold_between`] | a party that changes a grant: how much the change hides |
//! | [`View::own_subscription`], [`View::own_changes`] | the partner of record and the customer: how what they sold or bought stood |
//! | [`View::is_after`] | whoever follows the log: where an entry that it names stands, of which it learns nothing |
//! | [`Store::chains_after`], [`Store::entries_after`], [`Store::customers_without_chain`] | the operator's command line, which checks the log |
//! | [`Store::place_events`] | the server: which entries have no position in the feed yet |
//!
//! Besides, `core::bulk` looks up the rows that a bulk load replaces, and `core::transaction` the chain that it locks.

use std::sync::Arc;

use entity::{
    Cloud, CustomerId, EventId, Instant, SubscriptionId, TenantId, chain, customer, event, event_feed,
    idempotency_record, partner, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
    subscription,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LikeExpr, LockType, Query, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic, Iterable,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
};
use uuid::Uuid;

use crate::core::connection::SqlTransaction;
use crate::core::permit::{Parties, Permit};
use crate::core::store::Store;
use crate::core::transaction::Transaction;
use crate::core::view::View;
use crate::core::viewer::{Principal, Viewer};
use crate::{Error, Result};
use domain::identity::Identity;
use domain::invitation;
use domain::text::fold;

/// The name of the key that cursors are signed with.
const CURSOR_KEY: &str = "cursor-key";

/// The name of the tenants' register.
const TENANT: &str = "tenant";

/// What must be read before anyone is known.
#[derive(Clone, Copy, Debug)]
pub struct Doorkeeper<'s> {
    pub(super) store: &'s Store,
}

/// What tells a partner from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredPartner {
    pub tenant: TenantId,
    /// The partner number.
    pub number: String,
    pub cloud: Cloud,
}

impl Doorkeeper<'_> {
    /// Finds the tenant of a verified identity and lets its bearer in, to see what it may at `at`. None when the tenant is
    /// not registered. One statement, none for the operator.
    pub async fn admit(self, identity: Identity, at: Instant) -> Result<Option<View>> {
        if self.store.operator() == Some(identity.tenant) {
            let viewer = Viewer::new(identity, Principal::Operator, at);
            return Ok(Some(View::new(self.store.clone(), viewer, 0)));
        }
        let principal = self.tenant(identity.tenant).await?;
        Ok(principal.map(|principal| View::new(self.store.clone(), Viewer::new(identity, principal, at), 1)))
    }

    /// Whether a tenant is registered.
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
            let name = Alias::new(format!("p_{}", of_partner.as_str()));
            query.expr_as(Expr::col(of_partner.as_column_ref()), name);
        }
        for of_customer in customer::Column::iter() {
            let name = Alias::new(format!("c_{}", of_customer.as_str()));
            query.expr_as(Expr::col(of_customer.as_column_ref()), name);
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

    /// The tenants whose domain is `name`, or whose name is it or begins with it as its first word, in any case.
    pub async fn tenants_called(self, name: &str) -> Result<Vec<(TenantId, String)>> {
        let name = fold(name);
        let first_word = LikeExpr::new(format!("{} %", name.replace(['\\', '%', '_'], ""))).escape('\\');
        let is_called = |column: Expr| column.clone().eq(name.as_str()).or(column.like(first_word.clone()));
        let has_domain = Expr::col(customer::Column::Domain).eq(name.as_str());
        let mut customers = Query::select();
        customers
            .columns([customer::Column::TenantId, customer::Column::Name])
            .from(customer::Entity)
            .cond_where(is_called(Expr::col(customer::Column::NameFolded)).or(has_domain));
        let mut query = Query::select();
        query
            .columns([partner::Column::TenantId, partner::Column::Name])
            .from(partner::Entity)
            .cond_where(is_called(Expr::col(partner::Column::NameFolded)))
            .union(UnionType::All, customers);
        let rows = self.store.reads().query_all(&query).await?;
        rows.iter().map(|row| Ok((row.try_get("", "tenant_id")?, row.try_get("", "name")?))).collect()
    }

    /// The partner whose tenant this is.
    pub async fn partner(self, tenant: TenantId) -> Result<Option<RegisteredPartner>> {
        self.registered(partner::Column::TenantId.eq(tenant)).await
    }

    /// The partner with this number.
    pub async fn partner_numbered(self, number: &str) -> Result<Option<RegisteredPartner>> {
        self.registered(partner::Column::PartnerNumber.eq(number)).await
    }

    async fn registered(self, is: impl Into<Condition>) -> Result<Option<RegisteredPartner>> {
        let row = partner::Entity::find().filter(is.into()).one(self.store.reads()).await?;
        Ok(row.map(|partner::Model { tenant_id, partner_number, cloud, .. }| RegisteredPartner {
            tenant: tenant_id,
            number: partner_number,
            cloud,
        }))
    }

    /// The key that cursors are signed with. All servers on this database share it.
    pub async fn cursor_key(self) -> Result<Vec<u8>> {
        let key = self.store.secret(CURSOR_KEY).await?;
        key.ok_or(Error::Internal("the cursor key is missing; run `copartner migrate up`"))
    }

    /// Whether the database answers.
    pub async fn ping(self) -> Result<()> {
        self.store.reads().execute_unprepared("SELECT 1").await?;
        Ok(())
    }
}

/// That a request is the open invitation with this secret: nobody is its customer yet.
fn is_invitation(secret: &str) -> Condition {
    Condition::all()
        .add(request::Column::InvitationHash.eq(invitation::digest(secret)))
        .add(request::Column::CustomerId.is_null())
}

/// An open invitation's rows.
#[derive(Clone, Debug)]
pub(crate) struct InvitationRows {
    pub(crate) request: request::Model,
    pub(crate) partner: partner::Model,
    pub(crate) roles: Vec<request_role::Model>,
    pub(crate) assignments: Vec<request_assignment::Model>,
}

impl View {
    /// The open invitation that this secret belongs to. Its holder is no party to the request yet, so that no rule shows it:
    /// what gives the right to read it is to know 256 bits that were shown once. Only their hash is stored.
    pub(crate) async fn invitation_rows(&self, secret: &str) -> Result<Option<InvitationRows>> {
        let by_secret = request::Entity::find().filter(is_invitation(secret)).into_query();
        let Some(request) = self.models::<request::Model>(&by_secret).await?.pop() else { return Ok(None) };
        let by_id = partner::Entity::find_by_id(request.partner_id).into_query();
        let Some(partner) = self.models(&by_id).await?.pop() else { return Ok(None) };
        let of_request = request_role::Column::RequestId.eq(request.id);
        let roles = self.models(&request_role::Entity::find().filter(of_request).into_query()).await?;
        let of_request = request_assignment::Column::RequestId.eq(request.id);
        let assignments =
            self.models(&request_assignment::Entity::find().filter(of_request).into_query()).await?;
        Ok(Some(InvitationRows { request, partner, roles, assignments }))
    }

    /// A subscription that the viewer's tenant sold or bought, whether or not the viewer may see it: whoever asks decides
    /// that.
    pub(crate) async fn own_subscription(&self, id: SubscriptionId) -> Result<Option<subscription::Model>> {
        let party = match self.viewer().principal() {
            Principal::Partner(own) => subscription::Column::PartnerId.eq(own.id),
            Principal::Customer(own) => subscription::Column::CustomerId.eq(own.id),
            Principal::Operator | Principal::Timer => return Ok(None),
        };
        let query = subscription::Entity::find_by_id(id).filter(party).into_query();
        Ok(self.models(&query).await?.pop())
    }

    /// What became of such a subscription after `at`. How it stood is the subscription's own; reading the entries
    /// themselves would take EVENT_READ.
    pub(crate) async fn own_changes(
        &self,
        own: &subscription::Model,
        at: Instant,
    ) -> Result<Vec<event::Model>> {
        let is_later = event::Column::OccurredAt.gt(at);
        let query = event::Entity::find().filter(event::Column::SubjectId.eq(own.id.0)).filter(is_later);
        self.models(&query.into_query()).await
    }

    /// That a position of the feed comes after the entry `after`.
    pub(crate) fn is_after(position: Expr, after: EventId) -> Expr {
        let place = Query::select()
            .column(event_feed::Column::Position)
            .from(event_feed::Entity)
            .and_where(Expr::col(event_feed::Column::EventId).eq(after))
            .take();
        position.gt(place)
    }
}

impl Transaction<'_> {
    /// The open invitation that this secret belongs to, locked, and what let it be found.
    pub(super) async fn invitation(&self, secret: &str) -> Result<Option<(request::Model, Condition)>> {
        let mut query = request::Entity::find().filter(is_invitation(secret)).into_query();
        query.lock(LockType::Update);
        let row = self.models(&query).await?.pop();
        Ok(row.map(|row| (row, is_invitation(secret))))
    }

    /// The customer whose tenant has this id or this domain.
    pub(crate) async fn addressed_customer(
        &self,
        is: impl Into<Condition>,
    ) -> Result<Option<customer::Model>> {
        Ok(customer::Entity::find().filter(is.into()).one(&self.connection).await?)
    }

    /// Whether the tenant is a partner's.
    pub(crate) async fn is_partners(&self, tenant: TenantId) -> Result<bool> {
        let of_tenant = partner::Entity::find().filter(partner::Column::TenantId.eq(tenant));
        Ok(of_tenant.one(&self.connection).await?.is_some())
    }

    /// Who asks in a permitted request.
    pub(crate) async fn asking_partner(
        &self,
        permit: &Permit<request::Entity>,
    ) -> Result<Option<partner::Model>> {
        Ok(partner::Entity::find_by_id(permit.row().partner_id).one(&self.connection).await?)
    }

    /// How many subscriptions the partner of a permitted grant sold to its customer.
    pub(crate) async fn sold_between(&self, parties: &Parties) -> Result<u64> {
        let sold = Condition::all()
            .add(subscription::Column::PartnerId.eq(parties.partner()))
            .add(subscription::Column::CustomerId.eq(parties.customer()));
        Ok(subscription::Entity::find().filter(sold).count(&self.connection).await?)
    }
}

impl Store {
    /// A secret that all servers on this database share.
    pub(crate) async fn secret(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM server_secret WHERE name = $1";
        let query = Statement::from_sql_and_values(self.backend(), sql, [name.into()]);
        let row = self.reads().query_one_raw(query).await?;
        Ok(row.map(|row| row.try_get("", "value")).transpose()?)
    }

    /// Chains that have entries, in the order of their customers' ids: the next `most` after `after`.
    pub(crate) async fn chains_after(&self, after: Option<Uuid>, most: u64) -> Result<Vec<chain::Model>> {
        chains_after(self.reads(), after, most).await
    }

    /// Entries by chain and sequence, of the chain without a customer or of the others: the next `most` after one of them.
    pub(crate) async fn entries_after(
        &self,
        of_server: bool,
        after: Option<(Option<CustomerId>, i64)>,
        most: u64,
    ) -> Result<Vec<event::Model>> {
        use event::Column::{CustomerId as Customer, Sequence};
        let part = if of_server { Customer.is_null() } else { Customer.is_not_null() };
        let later = after.map(|(customer, sequence)| match customer {
            None => Condition::any().add(Sequence.gt(sequence)),
            Some(customer) => Condition::any()
                .add(Customer.gt(customer))
                .add(Condition::all().add(Customer.eq(customer)).add(Sequence.gt(sequence))),
        });
        let query = event::Entity::find().filter(Condition::all().add(part).add_option(later));
        Ok(query.order_by_asc(Customer).order_by_asc(Sequence).limit(most).all(self.reads()).await?)
    }

    /// Customers that have no chain, of which each has one.
    pub(crate) async fn customers_without_chain(&self) -> Result<Vec<CustomerId>> {
        let sql = "SELECT id FROM customer WHERE NOT EXISTS (SELECT 1 FROM chain WHERE chain.customer_id = customer.id)";
        let rows = self.reads().query_all_raw(Statement::from_string(self.backend(), sql)).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id").map(CustomerId)).collect::<Result<_, _>>()?)
    }

    /// Removes the idempotency keys of everyone that were claimed until then.
    pub(crate) async fn forget_keys_until(&self, until: Instant) -> Result<()> {
        let transaction = self.begin(Arc::default()).await?;
        let old = idempotency_record::Column::CreatedAt.lte(until);
        idempotency_record::Entity::delete_many().filter(old).exec(&transaction).await?;
        transaction.commit().await
    }

    /// Begins to do the server's own work on the log.
    pub(crate) async fn upkeep(&self) -> Result<Upkeep> {
        Ok(Upkeep { transaction: self.begin(Arc::default()).await? })
    }
}

async fn chains_after(
    connection: &impl ConnectionTrait,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<chain::Model>> {
    let mut query = chain::Entity::find().filter(chain::Column::Sequence.gt(0));
    if let Some(after) = after {
        query = query.filter(chain::Column::CustomerId.gt(after));
    }
    Ok(query.order_by_asc(chain::Column::CustomerId).limit(most).all(connection).await?)
}

/// A transaction of the server's own work on the log, which can do only what its methods name.
#[derive(Debug)]
pub(crate) struct Upkeep {
    transaction: SqlTransaction,
}

/// What is to become of a secret that is there already.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Existing {
    Keep,
    Replace,
}

/// A number that only those lock who give entries their positions.
const PLACING: i64 = 4_920_616;

/// Entries whose transaction is committed and which have no position yet.
const IS_WAITING: &str = "SELECT EXISTS (SELECT 1 FROM event_unplaced) AS is_waiting";

/// Within a customer's chain, instants and ids grow, so that its order is kept.
const PLACE: &str = "
WITH taken AS (DELETE FROM event_unplaced RETURNING event_id)
INSERT INTO event_feed (position, event_id, customer_id, partner_id)
SELECT (SELECT coalesce(max(position), 0) FROM event_feed)
    + row_number() OVER (ORDER BY event.occurred_at, event.id), event.id, event.customer_id, event.partner_id
FROM taken JOIN event ON event.id = taken.event_id";

impl Upkeep {
    /// Sets a secret; false when one is there and kept.
    pub(crate) async fn put_secret(&self, name: &str, value: Vec<u8>, existing: Existing) -> Result<bool> {
        let conflict = match existing {
            Existing::Keep => "NOTHING",
            Existing::Replace => "UPDATE SET value = excluded.value",
        };
        let sql = format!(
            "INSERT INTO server_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO {conflict}"
        );
        let backend = self.transaction.get_database_backend();
        let insert = Statement::from_sql_and_values(backend, sql, [name.into(), value.into()]);
        Ok(self.transaction.execute_raw(insert).await?.rows_affected() > 0)
    }

    /// [`Store::chains_after`], as things stand in this transaction.
    pub(crate) async fn chains_after(&self, after: Option<Uuid>, most: u64) -> Result<Vec<chain::Model>> {
        chains_after(&self.transaction, after, most).await
    }

    /// Sets the signature of a chain's head, if that has not moved.
    pub(crate) async fn sign(&self, chain: &chain::Model, signature: Vec<u8>) -> Result<()> {
        let mut update = Query::update();
        update
            .table(chain::Entity)
            .value(chain::Column::Signature, signature)
            .and_where(Expr::col(chain::Column::CustomerId).eq(chain.customer_id))
            .and_where(Expr::col(chain::Column::Sequence).eq(chain.sequence));
        self.transaction.execute(&update).await?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.transaction.commit().await
    }
}

impl Store {
    /// Gives committed entries their positions. Whoever comes second finds none left to place.
    pub async fn place_events(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let look = Statement::from_string(DbBackend::Postgres, IS_WAITING);
        let row = self.reads().query_one_raw(look).await?;
        if !row.map_or(Ok(false), |row| row.try_get("", "is_waiting"))? {
            return Ok(());
        }
        let transaction = self.begin(Arc::default()).await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({PLACING})")).await?;
        transaction.execute_unprepared(PLACE).await?;
        transaction.commit().await
    }
}
