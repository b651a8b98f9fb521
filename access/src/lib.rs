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
//! # use access::{Scoped, View};
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
//!     fn scope(_: &View) -> Condition {
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
//!     Viewer::new(identity, Principal::Operator, at)
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
//! # use access::Leave;
//! # use domain::action::Action;
//! fn forged() -> Leave {
//!     Leave::new(Action::Register)
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
//! rule off. What must be read before anyone is known are the named methods of the [`Doorkeeper`].

mod addressee;
mod aggregate;
mod clock;
mod decide;
mod doorkeeper;
mod due;
mod error;
mod explanation;
mod feed;
mod force;
mod head;
mod history;
mod invitation;
mod keyset;
mod listing;
mod loading;
mod log;
mod log_key;
mod offers;
mod once;
mod permit;
mod pool;
mod postgres_pool;
mod reads;
mod registered;
mod scope;
mod search;
mod select;
mod sql_transaction;
mod store;
mod transaction;
#[cfg(test)]
mod trial;
mod verification;
mod view;
mod viewer;

pub use addressee::TenantKey;
pub use doorkeeper::Doorkeeper;
pub use error::{Error, Outage, Result, database_words};
pub use explanation::{Asked, Colleague, Reviewed};
pub use head::{Claim, Head};
pub use invitation::Invitation;
pub use keyset::{Direction, From, Key, KeyKind, Page, Position, Slice, Sort};
pub use listing::{
    By, CustomerOrder, EventOrder, GrantOrder, Listed, OfferOrder, PartnerOrder, RequestOrder,
    SubscriptionOrder,
};
pub use loading::{Count, Loading, Outcome, Refusal};
pub use log_key::{LogKey, LogPublicKey};
pub use once::Once;
pub use permit::{Changed, Leave, Permit};
pub use registered::RegisteredPartner;
pub use scope::{Column, Row, Scoped};
pub use select::{ScopedSelect, Tally};
pub use store::{Database, Pooling, Schema, Store, StoreOptions};
pub use transaction::{Begun, Reach, Sale, Transaction};
pub use verification::{Break, Verdict};
pub use view::View;
pub use viewer::{Principal, Viewer};
