//! The wall: the only code that holds the database.
//!
//! Whoever wants a row asks a [`View`], which belongs to one [`Viewer`]; its `select` exists only for tables with a
//! rule ([`Scoped`]), and the rule is the first term of the `WHERE`. So a row that the viewer may not see is not
//! filtered out later: it is never read.
//!
//! A table without a rule does not compile:
//!
//! ```compile_fail
//! # use copartner::access::View;
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
//! # use copartner::access::{Scoped, View};
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
//! # use copartner::access::Store;
//! fn around(store: &Store) {
//!     store.reads();
//! }
//! ```
//!
//! ```compile_fail
//! # use copartner::access::{Identity, Principal, Viewer};
//! fn forged(identity: Identity, at: entity::Instant) -> Viewer {
//!     Viewer::new(identity, Principal::Operator, at)
//! }
//! ```
//!
//! A selection cannot be turned into a statement of one's own, nor be given a condition that reads another table:
//!
//! ```compile_fail
//! # use copartner::access::View;
//! fn raw(view: &View) {
//!     view.select::<entity::subscription::Entity>().into_query();
//! }
//! ```
//!
//! ```compile_fail
//! # use copartner::access::View;
//! # use sea_orm::sea_query::{Expr, Query};
//! fn aside(view: &View) {
//!     view.select::<entity::offer::Entity>().filter(Expr::exists(Query::select().from("subscription").take()));
//! }
//! ```
//!
//! Deliberately absent: a way to read without a viewer, a viewer that sees everything, and a boolean that turns the
//! rule off. What must be read before anyone is known are the named methods of the [`Doorkeeper`].

mod clock;
mod decide;
mod doorkeeper;
mod force;
mod identity;
mod invitation;
mod keyset;
mod listing;
mod loading;
mod offers;
mod scope;
mod select;
mod store;
#[cfg(test)]
pub(crate) mod trial;
mod view;
mod viewer;

pub use decide::{Access, Holding};
pub use doorkeeper::Doorkeeper;
pub use identity::Identity;
pub use invitation::Invitation;
pub use keyset::{Direction, From, Key, Page, Position, Slice, Sort};
pub use listing::{
    CustomerOrder, GrantOrder, Listed, OfferOrder, PartnerOrder, RequestOrder, SubscriptionOrder,
};
pub use loading::{Count, Loading, Outcome, Refusal};
pub use scope::Scoped;
pub use select::ScopedSelect;
pub use store::{Database, Schema, Store, StoreOptions};
pub use view::View;
pub use viewer::{Principal, Viewer};
