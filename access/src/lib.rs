//! The wall: the only code that holds the database.
//!
//! Whoever wants a row asks a [`View`], which belongs to one [`Viewer`]; its `select` exists only for tables with a
//! rule ([`Scoped`]), and the rule is the first term of the `WHERE`. So a row that the viewer may not see is not
//! filtered out later: it is never read.
//!
//! A table without a rule does not compile:
//!
//! ```compile_fail
//! # use access::View;
//! mod ledger {
//!     use sea_orm::entity::prelude::*;
//!     #[sea_orm::model]
//!     #[derive(Clone, Debug, DeriveEntityModel)]
//!     #[sea_orm(table_name = "subscription")]
//!     pub struct Model {
//!         #[sea_orm(primary_key)]
//!         pub id: i32,
//!     }
//!     impl ActiveModelBehavior for ActiveModel {}
//! }
//! fn rows(view: &View) {
//!     view.select::<ledger::Entity>();
//! }
//! ```
//!
//! nor can a rule be added from outside:
//!
//! ```compile_fail
//! # use access::{Perspective, Scoped};
//! # use sea_orm::Condition;
//! # mod ledger {
//! #     use sea_orm::entity::prelude::*;
//! #     #[sea_orm::model]
//! #     #[derive(Clone, Debug, DeriveEntityModel)]
//! #     #[sea_orm(table_name = "subscription")]
//! #     pub struct Model {
//! #         #[sea_orm(primary_key)]
//! #         pub id: i32,
//! #     }
//! #     impl ActiveModelBehavior for ActiveModel {}
//! # }
//! impl Scoped for ledger::Entity {
//!     fn scope(_: &dyn Perspective) -> Condition {
//!         Condition::all()
//!     }
//! }
//! ```
//!
//! The connection cannot be taken out of the store, and a viewer cannot be made up:
//!
//! ```compile_fail
//! # use access::Store;
//! fn around(store: &Store) {
//!     store.reads();
//! }
//! ```
//!
//! ```compile_fail
//! # use access::{Principal, Viewer};
//! # use domain::identity::Identity;
//! fn forged(identity: Identity, at: entity::Instant) -> Viewer {
//!     Viewer::new(identity, Principal::Operator.into(), at)
//! }
//! ```
//!
//! A selection cannot be turned into a statement of one's own, nor be given a condition that reads another table:
//!
//! ```compile_fail
//! # use access::View;
//! fn raw(view: &View) {
//!     view.select::<entity::subscription::Entity>().into_query();
//! }
//! ```
//!
//! ```compile_fail
//! # use access::View;
//! # use sea_orm::sea_query::{Expr, Query};
//! fn aside(view: &View) {
//!     view.select::<entity::offer::Entity>().filter(Expr::exists(Query::select().from("subscription").take()));
//! }
//! ```
//!
//! nor be made for a look of one's own; and what the server does for itself nobody else does:
//!
//! ```compile_fail
//! # use access::{Perspective, Selection};
//! fn made_up(perspective: &impl Perspective) {
//!     Selection::<entity::offer::Entity, _>::new(perspective);
//! }
//! ```
//!
//! ```compile_fail
//! # use access::Store;
//! async fn as_the_server(store: &Store) {
//!     let _ = store.server_transaction().await;
//! }
//! ```
//!
//! Nothing is changed without a permit, a permit is for one change, and none can be made up:
//!
//! ```compile_fail
//! # use access::{Permit, Transaction};
//! # use entity::delegated_admin_grant as grant;
//! async fn twice(act: &mut Transaction<'_>, permit: Permit<grant::Entity>, row: grant::Model) {
//!     let _ = act.apply(permit, row.clone()).await;
//!     let _ = act.apply(permit, row).await;
//! }
//! ```
//!
//! ```compile_fail
//! # use access::Permit;
//! # use domain::action::{Action, GrantAction};
//! # use entity::delegated_admin_grant as grant;
//! fn forged(row: grant::Model) -> Permit<grant::Entity> {
//!     let action = Action::Grant(GrantAction::Narrow);
//!     Permit { row, action, seen_by: sea_orm::Condition::all(), grant: None }
//! }
//! ```
//!
//! ```compile_fail
//! # use access::RegistrationPermit;
//! fn forged() -> RegistrationPermit {
//!     RegistrationPermit(())
//! }
//! ```
//!
//! nor is there a permit for what nobody changes, such as the log:
//!
//! ```compile_fail
//! # use access::Transaction;
//! # use domain::action::Action;
//! async fn meddle(act: &mut Transaction<'_>, id: entity::EventId) {
//!     let _ = act.permit::<entity::event::Entity>(id, Action::Register, None).await;
//! }
//! ```
//!
//! What one thing is permitted with does not do for another, whoever the viewer is:
//!
//! ```compile_fail
//! # use access::{RegistrationPermit, Transaction};
//! # use domain::request::RequestRows;
//! async fn ask(act: &mut Transaction<'_>, permit: &RegistrationPermit, rows: RequestRows) {
//!     let _ = act.create_request(permit, rows).await;
//! }
//! ```
//!
//! and nothing is told of parties, rows and tenants that someone names without a permit for them:
//!
//! ```compile_fail
//! # use access::{AssigneePermissions, Transaction};
//! # use entity::{CustomerId, Instant, PartnerId};
//! async fn between(act: &Transaction<'_>, partner: PartnerId, customer: CustomerId, at: Instant) -> AssigneePermissions {
//!     act.assignee_permissions((partner, customer), at).await.unwrap_or_else(|_| unreachable!())
//! }
//! ```
//!
//! ```compile_fail
//! # use access::Transaction;
//! # use entity::relationship_request as request;
//! async fn asked(act: &Transaction<'_>, made_up: request::Model) {
//!     let _ = act.asked(&made_up).await;
//! }
//! ```
//!
//! ```compile_fail
//! # use access::{TenantKey, Transaction};
//! # use entity::partner;
//! async fn addressee(act: &mut Transaction<'_>, made_up: partner::Model, tenant: TenantKey) {
//!     let _ = act.addressee(&made_up, tenant).await;
//! }
//! ```
//!
//! and no act on a relationship can be one on a subscription:
//!
//! ```compile_fail
//! # use access::Transaction;
//! # use domain::action::GrantAction;
//! async fn touch(act: &mut Transaction<'_>, id: entity::SubscriptionId) {
//!     let _ = act.permit::<entity::subscription::Entity>(id, GrantAction::Narrow, None).await;
//! }
//! ```
//!
//! Deliberately absent: a way to read without a viewer, a viewer that sees everything, and a boolean that turns the
//! rule off. What must be read before anyone is known, and what the server does for itself, is listed in `unscoped`, statement by
//! statement.

mod act;
mod bulk;
mod cells;
mod chain;
mod commits;
mod core;
mod error;
mod log;
mod nouns;
mod offers;
mod options;
mod portions;
mod read;
mod rows;
mod scope;
mod server;
mod tenants;
#[cfg(test)]
mod trial;
mod unscoped;
mod viewer;

pub use connection::{Database, Outage, Pooling, database_words};

pub use act::addressee::TenantKey;
pub use act::ending::Begun;
pub use act::grants::AssigneePermissions;
pub use act::idempotency::IdempotencyKey;
pub use act::webhooks::{Replay, WithSecret};
pub use bulk::{AnyRecord, BatchOutcome, BulkLoad, RECORD_KINDS, RecordCount, RecordError, RecordKind};
pub use chain::head::Head;
pub use chain::key::{LogKey, LogPublicKey};
pub use chain::webhook_secret::WebhookSecret;
pub use core::doorkeeper::Doorkeeper;
pub use core::proof::{Permit, PurchasePermit, RegistrationPermit, RequestPermit};
pub use core::store::Store;
pub use core::transaction::Transaction;
pub use core::view::{ScopedSelect, View};
pub use error::{Error, Result};
pub use log::announcements::{Announcer, FeedFollower};
pub use log::feed::{FeedEntry, FeedPosition};
pub use log::heads::Claim;
pub use log::verification::{ChainError, Verdict};
pub use nouns::{Change, Changed};
pub use options::StoreOptions;
pub use read::explanation::{Colleague, ExplanationTarget, PartnerAccess};
pub use read::feed::{FeedPart, PlacedEvent};
pub use read::invitation::Invitation;
pub use read::lists::CustomerWithPage;
pub use read::orders::{
    CustomerOrder, DeliveryOrder, EventOrder, GrantOrder, Listed, OfferOrder, PartnerOrder, RequestOrder,
    SortBy, SubscriptionOrder, WebhookOrder,
};
pub use read::paging::{Direction, Page, PageFrom, PageRequest, Position, Slice, Sort, SortKey, SortKeyKind};
pub use read::status_counts::StatusCounts;
pub use scope::scoped::{Column, Perspective, Row, Scoped};
pub use scope::selection::Selection;
pub use server::schema::Schema;
pub use server::trust::Trust;
pub use server::webhooks::{Attempted, DueDelivery, Fate, Next, WebhookLease};
pub use unscoped::rate::{BucketLevel, BucketSize, Withdrawal};
pub use unscoped::webhooks::LeaseTerms;
pub use viewer::{Principal, Viewer};
