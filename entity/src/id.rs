//! Typed ids: a `CustomerId` where a partner's is wanted does not compile.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

typed_ids! {
    /// A partner's row. Its tenant is a [`TenantId`].
    PartnerId,
    /// A customer's row. Its tenant is a [`TenantId`].
    CustomerId,
    OfferId,
    SubscriptionId,
    /// A relationship request.
    RequestId,
    /// A delegated-admin grant.
    GrantId,
    EventId,
    WebhookId,
    RevocationId,
    /// The delivery of one event to one webhook.
    DeliveryId,
    /// One organisation's directory: what a token's `tid` names.
    TenantId,
}
