//! The orders in which each table can be listed, and where the list begins.

use std::{fmt, hash::Hash};

use entity::{customer, delegated_admin_grant, event, offer, partner, relationship_request, subscription};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, Expr, IntoIden};
use serde::Serialize;
use uuid::Uuid;

use crate::core::scope::Scoped;
use crate::core::view::View;
use crate::core::viewer::Principal;
use crate::read::aggregate;
use crate::read::grant_end::ends_at;
use crate::read::paging::KeyKind;

/// What an order goes by: never null, so that every row has its place.
#[derive(Clone, Debug)]
pub enum By<C> {
    Column(C, KeyKind),
    Computed(Expr, KeyKind),
}

/// A table that can be listed in one of several orders.
pub trait Listed: Scoped {
    /// What its orders go by.
    type Order: Copy + fmt::Debug + Eq + Hash + Serialize + Send + Sync;

    /// What `order` goes by.
    fn by(order: Self::Order, view: &View) -> By<Self::Column>;

    /// The row's id, by which ties are broken.
    fn id(row: &Self::Model) -> Uuid;

    /// The partner's index over what it might reach, from which this list starts, if the viewer is a partner and
    /// the list runs over many customers. It has the order's columns under the same names.
    fn reach(_view: &View, _parent: Option<Self::Column>) -> Option<&'static str> {
        None
    }
}

impl<C: ColumnTrait> By<C> {
    const fn text(column: C) -> Self {
        Self::Column(column, KeyKind::Text)
    }

    const fn instant(column: C) -> Self {
        Self::Column(column, KeyKind::Instant)
    }

    /// The expression, in which a column is that of the index over reach if the list starts there.
    pub(crate) fn expression(self, reach: Option<&'static str>) -> Expr {
        match (self, reach) {
            (Self::Column(column, _), Some(table)) => Expr::col((Alias::new(table), column.into_iden())),
            (Self::Column(column, _), None) => Expr::col(column.as_column_ref()),
            (Self::Computed(expression, _), _) => expression,
        }
    }

    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Column(_, kind) | Self::Computed(_, kind) => *kind,
        }
    }
}

/// Names a table's orders, and gives it what all tables have alike.
macro_rules! listed {
    ($($entity:ident by $name:ident { $($order:ident),+ } { $($own:tt)* })*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum $name { $($order),+ }

        impl Listed for $entity::Entity {
            type Order = $name;

            fn id(row: &$entity::Model) -> Uuid {
                row.id.0
            }

            $($own)*
        }
    )*};
}

listed! {
    customer by CustomerOrder { Name, CreatedAt, NextGrantEnd, SubscriptionCount } {
        fn by(order: CustomerOrder, view: &View) -> By<customer::Column> {
            match order {
                CustomerOrder::Name => By::text(customer::Column::NameFolded),
                CustomerOrder::CreatedAt => By::instant(customer::Column::CreatedAt),
                CustomerOrder::NextGrantEnd => {
                    By::Computed(aggregate::next_grant_end(view), KeyKind::Instant)
                }
                CustomerOrder::SubscriptionCount => {
                    By::Computed(aggregate::subscription_count(view), KeyKind::Number)
                }
            }
        }

        fn reach(view: &View, _: Option<customer::Column>) -> Option<&'static str> {
            is_partner(view).then_some("customer_reach")
        }
    }
    subscription by SubscriptionOrder { FriendlyName, TermEndsAt, CreatedAt, Quantity } {
        fn by(order: SubscriptionOrder, _: &View) -> By<subscription::Column> {
            use subscription::Column;
            match order {
                SubscriptionOrder::FriendlyName => By::text(Column::FriendlyNameFolded),
                SubscriptionOrder::TermEndsAt => By::instant(Column::TermEndsAt),
                SubscriptionOrder::CreatedAt => By::instant(Column::CreatedAt),
                SubscriptionOrder::Quantity => By::Column(Column::Quantity, KeyKind::Number),
            }
        }

        /// Within one customer the subscriptions that a partner sold have an index of their own.
        fn reach(view: &View, parent: Option<subscription::Column>) -> Option<&'static str> {
            let is_within_customer = matches!(parent, Some(subscription::Column::CustomerId));
            (is_partner(view) && !is_within_customer).then_some("subscription_reach")
        }
    }
    delegated_admin_grant by GrantOrder { Name, EndsAt, CreatedAt } {
        fn by(order: GrantOrder, view: &View) -> By<delegated_admin_grant::Column> {
            use delegated_admin_grant::Column;
            match order {
                GrantOrder::Name => By::text(Column::DisplayNameFolded),
                GrantOrder::EndsAt => By::Computed(ends_at(view), KeyKind::Instant),
                GrantOrder::CreatedAt => By::instant(Column::CreatedAt),
            }
        }
    }
    relationship_request by RequestOrder { CreatedAt, ExpiresAt } {
        fn by(order: RequestOrder, _: &View) -> By<relationship_request::Column> {
            match order {
                RequestOrder::CreatedAt => By::instant(relationship_request::Column::CreatedAt),
                RequestOrder::ExpiresAt => By::instant(relationship_request::Column::ExpiresAt),
            }
        }
    }
    partner by PartnerOrder { Name } {
        fn by(PartnerOrder::Name: PartnerOrder, _: &View) -> By<partner::Column> {
            By::text(partner::Column::NameFolded)
        }
    }
    event by EventOrder { OccurredAt } {
        fn by(EventOrder::OccurredAt: EventOrder, _: &View) -> By<event::Column> {
            By::instant(event::Column::OccurredAt)
        }
    }
    offer by OfferOrder { Name } {
        fn by(OfferOrder::Name: OfferOrder, _: &View) -> By<offer::Column> {
            By::text(offer::Column::NameFolded)
        }
    }
}

fn is_partner(view: &View) -> bool {
    matches!(view.viewer().principal(), Principal::Partner(_))
}
