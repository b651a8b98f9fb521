//! The orders in which each table can be listed, and where the list begins.

use std::{fmt, hash::Hash};

use entity::{customer, delegated_admin_grant, event, offer, partner, relationship_request, subscription};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, Expr, IntoIden};
use serde::Serialize;
use uuid::Uuid;

use super::{Key, Principal, Scoped, View, force};
use crate::rules;

/// A table that can be listed in one of several orders.
pub trait Listed: Scoped {
    /// What its orders go by.
    type Order: Copy + fmt::Debug + Eq + Hash + Serialize + Send + Sync;

    /// The expression that `order` goes by, where a plain column will not do.
    fn computed(_order: Self::Order, _view: &View) -> Option<Expr> {
        None
    }

    /// The column that `order` goes by.
    fn column(order: Self::Order) -> Self::Column;

    /// The value by which `row` stands where it stands.
    fn key(order: Self::Order, row: &Self::Model, view: &View) -> Key;

    /// The row's id, by which ties are broken.
    fn id(row: &Self::Model) -> Uuid;

    /// The partner's index over what it might reach, from which this list starts, if the viewer is a partner and
    /// the list runs over many customers. It has the order's columns under the same names.
    fn reach(_view: &View, _parent: Option<Self::Column>) -> Option<&'static str> {
        None
    }
}

/// `column` of `E`, or of the index over reach if the list starts there.
pub(super) fn sorted_by(column: impl ColumnTrait, reach: Option<&'static str>) -> Expr {
    match reach {
        Some(table) => Expr::col((Alias::new(table), column.into_iden())),
        None => Expr::col(column.as_column_ref()),
    }
}

macro_rules! orders {
    ($($(#[$doc:meta])* $name:ident for $entity:ident by $($order:ident = $column:ident ($field:ident)),+ ;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum $name { $($order),+ }

        impl $name {
            const fn column(self) -> $entity::Column {
                match self { $(Self::$order => $entity::Column::$column),+ }
            }

            fn key(self, row: &$entity::Model) -> Key {
                match self { $(Self::$order => Key::from(orders!(@value row.$field))),+ }
            }
        }
    )*};
    (@value $row:ident . name_folded) => { &$row.name_folded };
    (@value $row:ident . friendly_name_folded) => { &$row.friendly_name_folded };
    (@value $row:ident . $field:ident) => { $row.$field };
}

orders! {
    CustomerOrder for customer by Name = NameFolded (name_folded), CreatedAt = CreatedAt (created_at);
    SubscriptionOrder for subscription by
        FriendlyName = FriendlyNameFolded (friendly_name_folded),
        TermEndsAt = TermEndsAt (term_ends_at),
        CreatedAt = CreatedAt (created_at),
        Quantity = Quantity (quantity);
    GrantOrder for delegated_admin_grant by EndsAt = EndsAt (ends_at), CreatedAt = CreatedAt (created_at);
    RequestOrder for relationship_request by CreatedAt = CreatedAt (created_at);
    PartnerOrder for partner by Name = NameFolded (name_folded);
    OfferOrder for offer by Name = NameFolded (name_folded);
    EventOrder for event by OccurredAt = OccurredAt (occurred_at);
}

macro_rules! listed {
    ($($entity:ident by $order:ident { $($more:tt)* })*) => {$(
        impl Listed for $entity::Entity {
            type Order = $order;

            fn column(order: $order) -> $entity::Column {
                order.column()
            }

            fn id(row: &$entity::Model) -> Uuid {
                row.id.0
            }

            $($more)*
        }
    )*};
}

listed! {
    customer by CustomerOrder {
        fn key(order: CustomerOrder, row: &customer::Model, _: &View) -> Key {
            order.key(row)
        }

        fn reach(view: &View, _: Option<customer::Column>) -> Option<&'static str> {
            is_partner(view).then_some("customer_reach")
        }
    }
    subscription by SubscriptionOrder {
        fn key(order: SubscriptionOrder, row: &subscription::Model, _: &View) -> Key {
            order.key(row)
        }

        /// Within one customer the subscriptions that a partner sold have an index of their own.
        fn reach(view: &View, parent: Option<subscription::Column>) -> Option<&'static str> {
            let is_within_customer = matches!(parent, Some(subscription::Column::CustomerId));
            (is_partner(view) && !is_within_customer).then_some("subscription_reach")
        }
    }
    delegated_admin_grant by GrantOrder {
        fn computed(order: GrantOrder, view: &View) -> Option<Expr> {
            matches!(order, GrantOrder::EndsAt).then(|| force::ends_at(view))
        }

        fn key(order: GrantOrder, row: &delegated_admin_grant::Model, view: &View) -> Key {
            match order {
                GrantOrder::EndsAt => rules::grant::ends_at(row, view.at()).into(),
                GrantOrder::CreatedAt => order.key(row),
            }
        }
    }
    relationship_request by RequestOrder {
        fn key(order: RequestOrder, row: &relationship_request::Model, _: &View) -> Key {
            order.key(row)
        }
    }
    partner by PartnerOrder {
        fn key(order: PartnerOrder, row: &partner::Model, _: &View) -> Key {
            order.key(row)
        }
    }
    event by EventOrder {
        fn key(order: EventOrder, row: &event::Model, _: &View) -> Key {
            order.key(row)
        }
    }
    offer by OfferOrder {
        fn key(order: OfferOrder, row: &offer::Model, _: &View) -> Key {
            order.key(row)
        }
    }
}

fn is_partner(view: &View) -> bool {
    matches!(view.viewer().principal(), Principal::Partner(_))
}
