//! The rows of copartner's tables: one file per table, typed ids, no behaviour.
//!
//! A row is what the database holds, not what a client sees: GraphQL types are written by hand over these.
//! Nothing here can run a statement; only the crate `access` holds a connection.

#![expect(clippy::disallowed_methods, reason = "the derives of sea-orm write `find`")]

mod id;
mod tenant_vocabulary;
mod vocabulary;
mod webhook_vocabulary;
mod word;

pub mod access_assignment;
pub mod chain;
pub mod customer;
pub mod customer_reference;
pub mod delegated_admin_grant;
pub mod delegated_admin_grant_role;
pub mod event;
pub mod event_feed;
pub mod idempotency_record;
pub mod issuer_trust;
pub mod offer;
pub mod partner;
pub mod relationship_request;
pub mod relationship_request_assignment;
pub mod relationship_request_role;
pub mod revocation;
pub mod subscription;
pub mod webhook;
pub mod webhook_delivery;

pub use id::{
    CustomerId, DeliveryId, EventId, GrantId, OfferId, PartnerId, RequestId, RevocationId, SubscriptionId,
    TenantId, WebhookId,
};
pub use tenant_vocabulary::{CredentialKind, TenantKind, TenantRole, TenantStatus};
pub use vocabulary::{
    AssigneeKind, BillingCycle, BillingCycles, Cloud, DelegatedRole, EventKind, EventKinds, GrantStatus,
    PartnerKind, RequestStatus, SecurityGroups, SubscriptionStatus, SuspensionReason, SuspensionReasons,
    TenantRoles, Term, Terms,
};
pub use webhook_vocabulary::{DeliveryFailure, DeliveryStatus, WebhookStatus};
pub use word::Word;

/// An instant in UTC. Everything the application writes is truncated to milliseconds, the precision of the API.
pub type Instant = chrono::DateTime<chrono::Utc>;
