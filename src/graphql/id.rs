//! The ids that clients hold: opaque, and good for any object (Relay's global object identification).

use std::{collections::HashMap, sync::Arc};

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{
    CustomerId, EventId, GrantId, OfferId, PartnerId, RequestId, SubscriptionId, WebhookId, customer,
    delegated_admin_grant, event, offer, partner, relationship_request, subscription, webhook,
};
use uuid::Uuid;

use super::loader::Load;
use crate::graphql::{Error, Result};
use access::View;

/// An object of the API, by its type and its row's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeId {
    Partner(PartnerId),
    Customer(CustomerId),
    Offer(OfferId),
    Subscription(SubscriptionId),
    Request(RequestId),
    Grant(GrantId),
    Event(EventId),
    Webhook(WebhookId),
}

impl NodeId {
    fn parts(self) -> (u8, Uuid) {
        match self {
            Self::Partner(id) => (1, id.0),
            Self::Customer(id) => (2, id.0),
            Self::Offer(id) => (3, id.0),
            Self::Subscription(id) => (4, id.0),
            Self::Request(id) => (5, id.0),
            Self::Grant(id) => (6, id.0),
            Self::Event(id) => (7, id.0),
            Self::Webhook(id) => (8, id.0),
        }
    }

    /// The row's id, whatever its type.
    #[must_use]
    pub fn row(self) -> Uuid {
        self.parts().1
    }

    /// The id as a client holds it: a byte for the type and the sixteen of the row's id, in base64url. Not signed: an id
    /// proves nothing, and what the viewer may not see is not found by it.
    #[must_use]
    pub fn encode(self) -> ID {
        let (tag, id) = self.parts();
        let mut bytes = [tag; 17];
        bytes[1..].copy_from_slice(id.as_bytes());
        ID(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what [`encode`](Self::encode) wrote; None for anything else, which then is the id of nothing.
    #[must_use]
    pub fn decode(id: &ID) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?;
        let (tag, id) = bytes.split_first()?;
        let id = Uuid::from_slice(id).ok()?;
        match tag {
            1 => Some(Self::Partner(PartnerId(id))),
            2 => Some(Self::Customer(CustomerId(id))),
            3 => Some(Self::Offer(OfferId(id))),
            4 => Some(Self::Subscription(SubscriptionId(id))),
            5 => Some(Self::Request(RequestId(id))),
            6 => Some(Self::Grant(GrantId(id))),
            7 => Some(Self::Event(EventId(id))),
            8 => Some(Self::Webhook(WebhookId(id))),
            _ => None,
        }
    }
}

/// An id in the API's form, of one type of object.
pub trait TypedId: Sized {
    /// The type's name in the API.
    const TYPE: &'static str;

    fn of(node: NodeId) -> Option<Self>;

    /// Reads an id; None when it is not one of this type.
    #[must_use]
    fn decode(id: &ID) -> Option<Self> {
        NodeId::decode(id).and_then(Self::of)
    }

    /// Reads an id that must be of this type.
    ///
    /// # Errors
    ///
    /// A client's mistake, when it is not: an id of another type can only be mixed up.
    fn require(id: &ID, argument: &str) -> Result<Self> {
        Self::decode(id).ok_or_else(|| {
            Error::BadRequest(format!("{argument} is not the id of a {}. Use the object's `id`.", Self::TYPE))
        })
    }
}

/// Gives each id its place in [`NodeId`], its object's type in the API and the table of its row, by which it is loaded.
macro_rules! typed_ids {
    ($($id:ident as $node:ident of $name:literal in $table:ident),* $(,)?) => {
        impl NodeId {
            /// The name of the object's type in the API.
            #[must_use]
            pub fn type_name(self) -> &'static str {
                match self { $(Self::$node(_) => $name),* }
            }
        }
        $(
        impl TypedId for $id {
            const TYPE: &'static str = $name;

            fn of(node: NodeId) -> Option<Self> {
                match node {
                    NodeId::$node(id) => Some(id),
                    _ => None,
                }
            }
        }

        impl From<$id> for NodeId {
            fn from(id: $id) -> Self {
                Self::$node(id)
            }
        }

        impl Load for $id {
            type Value = Option<Arc<$table::Model>>;

            async fn fetch(view: &View, keys: Vec<Self>) -> Result<HashMap<Self, Self::Value>> {
                let ids = keys.into_iter().map(|Self(id)| id).collect();
                let rows = view.select::<$table::Entity>().by_ids($table::Column::Id, ids).await?;
                Ok(rows.into_iter().map(|row| (row.id, Some(Arc::new(row)))).collect())
            }
        }
        )*
    };
}

typed_ids! {
    PartnerId as Partner of "Partner" in partner,
    CustomerId as Customer of "Customer" in customer,
    OfferId as Offer of "Offer" in offer,
    SubscriptionId as Subscription of "CustomerSubscription" in subscription,
    RequestId as Request of "RelationshipRequest" in relationship_request,
    GrantId as Grant of "DelegatedAdminGrant" in delegated_admin_grant,
    EventId as Event of "Event" in event,
    WebhookId as Webhook of "Webhook" in webhook,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_decodes_to_what_was_encoded_and_nothing_else_decodes() {
        let id = CustomerId(Uuid::from_u128(7));
        let encoded = NodeId::from(id).encode();
        assert_eq!(CustomerId::decode(&encoded), Some(id));
        assert_eq!(PartnerId::decode(&encoded), None);
        for garbage in ["", "x", "Q3VzdG9tZXI6MQ==", &encoded[1..], &format!("{}A", encoded.as_str())] {
            assert_eq!(NodeId::decode(&ID(garbage.to_owned())), None, "{garbage}");
        }
    }
}
