//! The list of all reads without a viewer's rule, and why each may be: there is no other in this house.
//!
//! | Read | For whom, and why no rule can stand before it |
//! | --- | --- |
//! | [`Doorkeeper::admit`], [`View::barred`] | a verified identity: nobody is known before its tenant is found |
//! | [`Store::secret`] | the server: the keys that all servers on one database share |
//! | [`Doorkeeper::admit_webhook`] | a webhook, for which nobody shows a token: its tenant's principal with the roles of who registered it |
//! | [`View::invitation_rows`], [`Transaction::invitation`] | whoever knows the 256 bits of an open invitation's secret |
//! | [`Transaction::addressed_customer`], [`Transaction::is_partners`] | a partner that asks: whether the tenant it names can be asked |
//! | [`Transaction::asking_partner`] | a customer that decides a request: who asks |
//! | [`Transaction::sold_between`] | a party that changes a grant: how much the change hides |
//! | [`View::own_subscription`], [`View::own_changes`] | the partner of record and the customer: how what they sold or bought stood |
//! | [`View::is_after`] | whoever follows the log: where an entry that it names stands, of which it learns nothing |
//! | [`View::feed_place`] | whoever resumes a stream: where an entry stands that its own tenant is a party to |
//! | [`Store::feed_end`], [`Store::feed_after`] | the server: that entries have come, and whom they concern; what they say is read by a view |
//! | `chains_after`, `entries_after`, `customers_without_chain`, in `upkeep` | the operator's command line, which checks the log |
//! | [`Transaction::place_of`] | an administrator who has an entry that it sees sent again: where it stands, of which it learns nothing |
//! | `claim_webhooks`, `webhook_now`, `retrying`, `failing_webhooks`, in `webhooks` | the server: which webhooks are due, and how far each was served |
//! | `trust_revision`, `trust`, in `trust` | the server: whose tokens it accepts, and which tenants it lets in |
//! | [`Store::withdraw`] | the server: how many points a tenant has left |
//! | `place_events`, in `upkeep` | the server: which entries have no position in the feed yet |
//!
//! Besides, `core::bulk` looks up the rows that a bulk load replaces, and `core::transaction` the chain that it locks.

use std::sync::Arc;

use entity::{
    EventId, Instant, SubscriptionId, TenantId, customer, event, event_feed, idempotency_record, partner,
    relationship_request as request, relationship_request_assignment as request_assignment,
    relationship_request_role as request_role, subscription, webhook,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Statement,
};

use crate::core::permit::{Parties, Permit};
use crate::core::store::Store;
use crate::core::transaction::Transaction;
use crate::core::view::View;
use crate::scope::columns::{Named, columns};
use crate::viewer::{Principal, Viewer};
use crate::{Error, Result};
use domain::identity::Identity;
use domain::invitation;
use domain::tenant::Barred;

/// The name of the key that cursors are signed with.
const CURSOR_KEY: &str = "cursor-key";

/// The name of the tenants' register.
const TENANT: &str = "tenant";

/// What must be read before anyone is known.
#[derive(Clone, Copy, Debug)]
pub struct Doorkeeper<'s> {
    pub(super) store: &'s Store,
}

impl Doorkeeper<'_> {
    /// Finds the tenant of a verified identity and lets its bearer in, to see what it may at `at`, or says why not. One
    /// statement, none for the operator and for a tenant that is remembered.
    pub async fn admit(self, identity: Identity, at: Instant) -> Result<Result<View, Barred>> {
        let view = |identity, principal| View::new(self.store.clone(), Viewer::new(identity, principal, at));
        if self.store.operator() == Some(identity.tenant) {
            return Ok(Ok(view(identity, Arc::new(Principal::Operator))));
        }
        if let Some(principal) = self.store.tenants().get(&identity.tenant) {
            return Ok(Ok(view(identity, principal)));
        }
        let principal = match self.look_up(identity.tenant).await? {
            Ok(principal) => principal,
            Err(barred) => return Ok(Err(barred)),
        };
        let view = view(identity, principal);
        view.note_look_up();
        Ok(Ok(view))
    }

    /// Lets the principal in as which a webhook sees: an application of its tenant, with the roles and the groups that whoever registered it
    /// had. So it sees what that one would see today, and no more. A tenant that is another than it was is not registered any
    /// more.
    pub(crate) async fn admit_webhook(
        self,
        row: &webhook::Model,
        at: Instant,
    ) -> Result<Result<View, Barred>> {
        let identity = Identity {
            tenant: row.tenant_id,
            subject: format!("webhook:{}", row.id.0),
            is_application: true,
            mfa: false,
            applications_need_mfa: false,
            roles: row.roles.0.clone(),
            groups: row.security_groups.0.clone(),
            expires_at: at,
        };
        let view = match self.admit(identity, at).await? {
            Ok(view) => view,
            Err(barred) => return Ok(Err(barred)),
        };
        let is_its_own = match view.viewer().principal() {
            Principal::Partner(own) => row.partner_id == Some(own.id),
            Principal::Customer(own) => row.customer_id == Some(own.id),
            Principal::Operator => row.partner_id.is_none() && row.customer_id.is_none(),
            Principal::Timer => false,
        };
        Ok(if is_its_own { Ok(view) } else { Err(Barred::NotRegistered) })
    }

    /// Looks a tenant up and remembers it; forgets one that is not let in any more.
    pub(super) async fn look_up(self, id: TenantId) -> Result<Result<Arc<Principal>, Barred>> {
        let found = self.tenant(id).await?.ok_or(Barred::NotRegistered);
        let found = found.and_then(|principal| match Barred::by(principal.status()) {
            None => Ok(Arc::new(principal)),
            Some(barred) => Err(barred),
        });
        match &found {
            Ok(principal) => self.store.tenants().insert(id, Arc::clone(principal)),
            Err(_) => self.store.tenants().invalidate(&id),
        }
        Ok(found)
    }

    /// The partner or the customer whose tenant this is.
    async fn tenant(self, id: TenantId) -> Result<Option<Principal>> {
        let column =
            |table: &'static str, name: &'static str| Expr::col((Alias::new(table), Alias::new(name)));
        let is_of_tenant = |table| column(table, "tenant_id").eq(column(TENANT, "id"));
        let mut query = Query::select();
        query
            .expr(columns::<partner::Entity>(None, Named::Under("p_")))
            .expr(columns::<customer::Entity>(None, Named::Under("c_")))
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

    /// Where an entry stands to which the viewer's tenant is a party; None for any other, whether or not it exists. It may
    /// be one that the viewer saw and does not see any more.
    pub async fn feed_place(&self, entry: EventId) -> Result<Option<FeedPosition>> {
        let own =
            event_feed::Entity::find().filter(event_feed::Column::EventId.eq(entry)).filter(is_party(self));
        let places = self.models::<event_feed::Model>(&own.into_query()).await?;
        Ok(places.first().map(|place| FeedPosition(place.position)))
    }
}

/// That an entry of the feed has the viewer's tenant as a party.
pub(crate) fn is_party(view: &View) -> Expr {
    use event_feed::Column::{CustomerId, PartnerId};
    let feed = |column: event_feed::Column| Expr::col(column.as_column_ref());
    match view.viewer().principal() {
        Principal::Partner(own) => feed(PartnerId).eq(own.id),
        Principal::Customer(own) => feed(CustomerId).eq(own.id),
        Principal::Operator | Principal::Timer => feed(CustomerId).is_null(),
    }
}

/// A place in the feed. It tells how much others do, so that no client is told one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedPosition(pub(crate) i64);

/// That there is an entry in the log, and whom it concerns.
#[derive(Clone, Debug)]
pub struct FeedEntry(event_feed::Model);

impl FeedEntry {
    #[must_use]
    pub fn position(&self) -> FeedPosition {
        FeedPosition(self.0.position)
    }

    pub(crate) fn event(&self) -> EventId {
        self.0.event_id
    }

    /// Whether the tenant is a party to it, without which it sees nothing of it.
    #[must_use]
    pub fn concerns(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Partner(own) => self.0.partner_id == Some(own.id),
            Principal::Customer(own) => self.0.customer_id == Some(own.id),
            Principal::Operator | Principal::Timer => self.0.customer_id.is_none(),
        }
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

    /// Where an entry stands in the feed; None where it has no place yet.
    pub(crate) async fn place_of(&self, seen: &event::Model) -> Result<Option<i64>> {
        let of_entry = event_feed::Entity::find().filter(event_feed::Column::EventId.eq(seen.id));
        Ok(of_entry.one(&self.connection).await?.map(|entry| entry.position))
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
    /// Where the feed ends.
    pub async fn feed_end(&self) -> Result<FeedPosition> {
        let newest = event_feed::Entity::find().order_by_desc(event_feed::Column::Position);
        let newest = newest.one(self.reads()).await?;
        Ok(FeedPosition(newest.map_or(0, |newest| newest.position)))
    }

    /// The next entries of the feed, which have their positions, at most `most`.
    pub async fn feed_after(&self, after: FeedPosition, most: u64) -> Result<Vec<FeedEntry>> {
        let later = event_feed::Entity::find().filter(event_feed::Column::Position.gt(after.0));
        let later = later.order_by_asc(event_feed::Column::Position).limit(most).all(self.reads()).await?;
        Ok(later.into_iter().map(FeedEntry).collect())
    }

    /// A secret that all servers on this database share.
    pub(crate) async fn secret(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM server_secret WHERE name = $1";
        let query = Statement::from_sql_and_values(self.backend(), sql, [name.into()]);
        let row = self.reads().query_one_raw(query).await?;
        Ok(row.map(|row| row.try_get("", "value")).transpose()?)
    }

    /// Removes the idempotency keys of everyone that were claimed until then.
    pub(crate) async fn forget_keys_until(&self, until: Instant) -> Result<()> {
        let transaction = self.begin(Arc::default()).await?;
        let old = idempotency_record::Column::CreatedAt.lte(until);
        idempotency_record::Entity::delete_many().filter(old).exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}
