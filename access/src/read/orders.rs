//! The orders in which each table can be listed, and where the list begins.

use std::{fmt, hash::Hash};

use entity::{
    customer, delegated_admin_grant, event, offer, partner, relationship_request, subscription, webhook,
    webhook_delivery,
};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;
use serde::Serialize;
use uuid::Uuid;

use crate::core::view::View;
use crate::read::aggregate;
use crate::read::grant_end::ends_at;
use crate::read::paging::SortKeyKind;
use crate::scope::list::Key;
use crate::scope::scoped::Scoped;

/// What an order goes by: never null, so that every row has its place.
#[derive(Clone, Debug)]
pub enum SortBy<C> {
    Column(C),
    Computed(Expr, SortKeyKind),
}

/// A table that can be listed in one of several orders.
pub trait Listed: Scoped {
    /// What its orders go by.
    type Order: Copy + fmt::Debug + Eq + Hash + Serialize + Send + Sync;

    /// What `order` goes by.
    fn by(order: Self::Order, view: &View) -> SortBy<Self::Column>;

    /// The row's id, by which ties are broken.
    fn id(row: &Self::Model) -> Uuid;
}

impl<C: ColumnTrait> SortBy<C> {
    /// What the list is cut by.
    pub(crate) fn into_key(self) -> Key<C> {
        match self {
            Self::Column(column) => Key::Column(column),
            Self::Computed(expression, _) => Key::Computed(expression),
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
        fn by(order: CustomerOrder, view: &View) -> SortBy<customer::Column> {
            match order {
                CustomerOrder::Name => SortBy::Column(customer::Column::NameFolded),
                CustomerOrder::CreatedAt => SortBy::Column(customer::Column::CreatedAt),
                CustomerOrder::NextGrantEnd => {
                    SortBy::Computed(aggregate::next_grant_end(view), SortKeyKind::Instant)
                }
                CustomerOrder::SubscriptionCount => {
                    SortBy::Computed(aggregate::subscription_count(view), SortKeyKind::Number)
                }
            }
        }
    }
    subscription by SubscriptionOrder { FriendlyName, TermEndsAt, CreatedAt, Quantity } {
        fn by(order: SubscriptionOrder, _: &View) -> SortBy<subscription::Column> {
            use subscription::Column;
            match order {
                SubscriptionOrder::FriendlyName => SortBy::Column(Column::FriendlyNameFolded),
                SubscriptionOrder::TermEndsAt => SortBy::Column(Column::TermEndsAt),
                SubscriptionOrder::CreatedAt => SortBy::Column(Column::CreatedAt),
                SubscriptionOrder::Quantity => SortBy::Column(Column::Quantity),
            }
        }
    }
    delegated_admin_grant by GrantOrder { Name, EndsAt, CreatedAt } {
        fn by(order: GrantOrder, view: &View) -> SortBy<delegated_admin_grant::Column> {
            use delegated_admin_grant::Column;
            match order {
                GrantOrder::Name => SortBy::Column(Column::DisplayNameFolded),
                GrantOrder::EndsAt => SortBy::Computed(ends_at(view), SortKeyKind::Instant),
                GrantOrder::CreatedAt => SortBy::Column(Column::CreatedAt),
            }
        }
    }
    relationship_request by RequestOrder { CreatedAt, ExpiresAt } {
        fn by(order: RequestOrder, _: &View) -> SortBy<relationship_request::Column> {
            match order {
                RequestOrder::CreatedAt => SortBy::Column(relationship_request::Column::CreatedAt),
                RequestOrder::ExpiresAt => SortBy::Column(relationship_request::Column::ExpiresAt),
            }
        }
    }
    partner by PartnerOrder { Name } {
        fn by(PartnerOrder::Name: PartnerOrder, _: &View) -> SortBy<partner::Column> {
            SortBy::Column(partner::Column::NameFolded)
        }
    }
    event by EventOrder { OccurredAt } {
        fn by(EventOrder::OccurredAt: EventOrder, _: &View) -> SortBy<event::Column> {
            SortBy::Column(event::Column::OccurredAt)
        }
    }
    webhook by WebhookOrder { CreatedAt } {
        fn by(WebhookOrder::CreatedAt: WebhookOrder, _: &View) -> SortBy<webhook::Column> {
            SortBy::Column(webhook::Column::CreatedAt)
        }
    }
    webhook_delivery by DeliveryOrder { FirstAttemptAt } {
        fn by(DeliveryOrder::FirstAttemptAt: DeliveryOrder, _: &View) -> SortBy<webhook_delivery::Column> {
            SortBy::Column(webhook_delivery::Column::FirstAttemptAt)
        }
    }
    offer by OfferOrder { Name } {
        fn by(OfferOrder::Name: OfferOrder, _: &View) -> SortBy<offer::Column> {
            SortBy::Column(offer::Column::NameFolded)
        }
    }
}
