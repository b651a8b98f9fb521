//! The tables that are acted on: whose each row is, and what becomes of each of its columns; and the tables whose rows
//! belong to them. Pure: it says what the core goes by when it writes, and reads nothing.

use entity::{
    CustomerId, GrantId, PartnerId, RequestId, SubscriptionId, WebhookId, access_assignment, customer,
    delegated_admin_grant as grant, delegated_admin_grant_role, partner, relationship_request as request,
    relationship_request_assignment, relationship_request_role, subscription, webhook, webhook_delivery,
};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, IntoActiveModel, ModelTrait, Value};

use crate::scope::scoped::Scoped;
use domain::action::{Action, GrantAction, RequestAction, SubscriptionAction, TenantAction, WebhookAction};
use domain::audit::{Field, GrantField, RequestField, SubscriptionField, TenantField, WebhookField};

mod sealed {
    /// Only a table that this file names is acted on.
    pub trait ActedOn {}
    /// Only a table that this file names belongs to `E`.
    pub trait BelongsTo<E> {}
}

/// A table whose rows are acted on.
pub trait Changed: Scoped<Model: ModelTrait<Entity = Self>> + sealed::ActedOn {
    type Id: Copy + Into<Value> + Into<Expr>;
    /// What is done with such a row.
    type Action: Copy + Into<Action>;
    /// What the log tells of.
    type Field: Field;

    /// The argument that names such a row.
    const NOUN: &'static str;
    const ID: Self::Column;
    const VERSION: Self::Column;
    /// Whose the row is, which never becomes another's; None where it concerns no customer.
    const CUSTOMER: Option<Self::Column>;
    /// Whether what is done with such a row must leave the customer's subscriptions as they are, and says so in the log.
    const KEEPS_SUBSCRIPTIONS: bool;

    fn version(row: &Self::Model) -> i32;
    fn next_version(row: &mut Self::Model);
    fn customer(row: &Self::Model) -> Option<CustomerId>;
    fn partner(row: &Self::Model) -> Option<PartnerId>;
    /// What becomes of a column when a row is changed. Answers for every column, without a default arm.
    fn change(column: Self::Column) -> Change<Self::Field>;
}

/// What becomes of a column when a row is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<F> {
    /// Nothing, ever: no UPDATE names it.
    Never,
    /// The log tells it as this.
    Audited(F),
    /// The log does not tell it for itself.
    Unaudited,
}

/// A table whose rows belong to those of `E`.
pub(crate) trait ChildOf<E: Changed>:
    EntityTrait<Model: ModelTrait<Entity = Self> + IntoActiveModel<Self::ActiveModel>> + sealed::BelongsTo<E>
{
    /// The column that names the row of `E`.
    const PARENT: Self::Column;
}

impl Changed for request::Entity {
    type Id = RequestId;
    type Action = RequestAction;
    type Field = RequestField;

    const NOUN: &'static str = "request";
    const ID: request::Column = request::Column::Id;
    const VERSION: request::Column = request::Column::Version;
    const CUSTOMER: Option<request::Column> = Some(request::Column::CustomerId);
    const KEEPS_SUBSCRIPTIONS: bool = true;

    fn version(row: &request::Model) -> i32 {
        row.version
    }

    fn next_version(row: &mut request::Model) {
        row.version += 1;
    }

    fn customer(row: &request::Model) -> Option<CustomerId> {
        row.customer_id
    }

    fn partner(row: &request::Model) -> Option<PartnerId> {
        Some(row.partner_id)
    }

    fn change(column: request::Column) -> Change<RequestField> {
        use Change::{Audited, Never, Unaudited};
        use request::Column;
        match column {
            Column::Id
            | Column::PartnerId
            | Column::InvitationHash
            | Column::Message
            | Column::Renews
            | Column::CreatedAt => Never,
            Column::Status => Audited(RequestField::Status),
            Column::DisplayName => Audited(RequestField::DisplayName),
            Column::DurationDays => Audited(RequestField::DurationDays),
            Column::AutoExtend => Audited(RequestField::AutoExtend),
            Column::ExpiresAt => Audited(RequestField::ExpiresAt),
            Column::DeclineReason => Audited(RequestField::DeclineReason),
            // An open invitation has its customer from whoever decides it.
            Column::CustomerId | Column::DecidedAt | Column::Version | Column::UpdatedAt => Unaudited,
        }
    }
}

impl Changed for grant::Entity {
    type Id = GrantId;
    type Action = GrantAction;
    type Field = GrantField;

    const NOUN: &'static str = "grant";
    const ID: grant::Column = grant::Column::Id;
    const VERSION: grant::Column = grant::Column::Version;
    const CUSTOMER: Option<grant::Column> = Some(grant::Column::CustomerId);
    const KEEPS_SUBSCRIPTIONS: bool = true;

    fn version(row: &grant::Model) -> i32 {
        row.version
    }

    fn next_version(row: &mut grant::Model) {
        row.version += 1;
    }

    fn customer(row: &grant::Model) -> Option<CustomerId> {
        Some(row.customer_id)
    }

    fn partner(row: &grant::Model) -> Option<PartnerId> {
        Some(row.partner_id)
    }

    fn change(column: grant::Column) -> Change<GrantField> {
        use Change::{Audited, Never, Unaudited};
        use grant::Column;
        match column {
            Column::Id
            | Column::PartnerId
            | Column::CustomerId
            | Column::RequestId
            | Column::DisplayNameFolded
            | Column::CreatedAt => Never,
            Column::Status => Audited(GrantField::Status),
            Column::DisplayName => Audited(GrantField::DisplayName),
            Column::StartsAt => Audited(GrantField::StartsAt),
            Column::EndsAt => Audited(GrantField::EndsAt),
            Column::AutoExtend => Audited(GrantField::AutoExtend),
            Column::TerminatedBy => Audited(GrantField::TerminatedBy),
            Column::TerminationReason => Audited(GrantField::TerminationReason),
            Column::MayAutoExtend
            | Column::TerminatedAt
            | Column::WarnedDays
            | Column::Version
            | Column::UpdatedAt => Unaudited,
        }
    }
}

impl Changed for subscription::Entity {
    type Id = SubscriptionId;
    type Action = SubscriptionAction;
    type Field = SubscriptionField;

    const NOUN: &'static str = "subscription";
    const ID: subscription::Column = subscription::Column::Id;
    const VERSION: subscription::Column = subscription::Column::Version;
    const CUSTOMER: Option<subscription::Column> = Some(subscription::Column::CustomerId);
    const KEEPS_SUBSCRIPTIONS: bool = false;

    fn version(row: &subscription::Model) -> i32 {
        row.version
    }

    fn next_version(row: &mut subscription::Model) {
        row.version += 1;
    }

    fn customer(row: &subscription::Model) -> Option<CustomerId> {
        Some(row.customer_id)
    }

    fn partner(row: &subscription::Model) -> Option<PartnerId> {
        Some(row.partner_id)
    }

    fn change(column: subscription::Column) -> Change<SubscriptionField> {
        use Change::{Audited, Never, Unaudited};
        use subscription::Column;
        match column {
            Column::Id | Column::CustomerId | Column::PartnerId | Column::OfferId | Column::CreatedAt => {
                Never
            }
            Column::FriendlyName => Audited(SubscriptionField::FriendlyName),
            Column::Status => Audited(SubscriptionField::Status),
            Column::SuspensionReasons => Audited(SubscriptionField::SuspensionReasons),
            Column::Quantity => Audited(SubscriptionField::Quantity),
            Column::Term => Audited(SubscriptionField::Term),
            Column::BillingCycle => Audited(SubscriptionField::BillingCycle),
            Column::AutoRenew => Audited(SubscriptionField::AutoRenew),
            Column::StartsAt => Audited(SubscriptionField::StartsAt),
            Column::TermEndsAt => Audited(SubscriptionField::TermEndsAt),
            Column::CancellableUntil => Audited(SubscriptionField::CancellableUntil),
            Column::NextQuantity => Audited(SubscriptionField::NextQuantity),
            Column::NextTerm => Audited(SubscriptionField::NextTerm),
            Column::NextBillingCycle => Audited(SubscriptionField::NextBillingCycle),
            Column::FriendlyNameFolded | Column::DueAt | Column::Version | Column::UpdatedAt => Unaudited,
        }
    }
}

impl Changed for partner::Entity {
    type Id = PartnerId;
    type Action = TenantAction;
    type Field = TenantField;

    const NOUN: &'static str = "tenant";
    const ID: partner::Column = partner::Column::Id;
    const VERSION: partner::Column = partner::Column::Version;
    const CUSTOMER: Option<partner::Column> = None;
    const KEEPS_SUBSCRIPTIONS: bool = true;

    fn version(row: &partner::Model) -> i32 {
        row.version
    }

    fn next_version(row: &mut partner::Model) {
        row.version += 1;
    }

    fn customer(_: &partner::Model) -> Option<CustomerId> {
        None
    }

    fn partner(row: &partner::Model) -> Option<PartnerId> {
        Some(row.id)
    }

    fn change(column: partner::Column) -> Change<TenantField> {
        use Change::{Audited, Never, Unaudited};
        use partner::Column;
        match column {
            Column::Id
            | Column::TenantId
            | Column::Cloud
            | Column::CreatedAt
            | Column::PartnerNumber
            | Column::Kind => Never,
            Column::Name => Audited(TenantField::Name),
            Column::Status => Audited(TenantField::Status),
            Column::StatusReason => Audited(TenantField::StatusReason),
            Column::NameFolded | Column::StatusSince | Column::Version => Unaudited,
        }
    }
}

impl Changed for customer::Entity {
    type Id = CustomerId;
    type Action = TenantAction;
    type Field = TenantField;

    const NOUN: &'static str = "tenant";
    const ID: customer::Column = customer::Column::Id;
    const VERSION: customer::Column = customer::Column::Version;
    const CUSTOMER: Option<customer::Column> = Some(customer::Column::Id);
    const KEEPS_SUBSCRIPTIONS: bool = true;

    fn version(row: &customer::Model) -> i32 {
        row.version
    }

    fn next_version(row: &mut customer::Model) {
        row.version += 1;
    }

    fn customer(row: &customer::Model) -> Option<CustomerId> {
        Some(row.id)
    }

    fn partner(_: &customer::Model) -> Option<PartnerId> {
        None
    }

    fn change(column: customer::Column) -> Change<TenantField> {
        use Change::{Audited, Never, Unaudited};
        use customer::Column;
        match column {
            Column::Id | Column::TenantId | Column::Cloud | Column::CreatedAt => Never,
            Column::Name => Audited(TenantField::Name),
            Column::Domain => Audited(TenantField::Domain),
            Column::Country => Audited(TenantField::Country),
            Column::Status => Audited(TenantField::Status),
            Column::StatusReason => Audited(TenantField::StatusReason),
            Column::NameFolded | Column::StatusSince | Column::Version => Unaudited,
        }
    }
}

impl Changed for webhook::Entity {
    type Id = WebhookId;
    type Action = WebhookAction;
    type Field = WebhookField;

    const NOUN: &'static str = "webhook";
    const ID: webhook::Column = webhook::Column::Id;
    const VERSION: webhook::Column = webhook::Column::Version;
    const CUSTOMER: Option<webhook::Column> = Some(webhook::Column::CustomerId);
    const KEEPS_SUBSCRIPTIONS: bool = false;

    fn version(row: &webhook::Model) -> i32 {
        row.version
    }

    fn next_version(row: &mut webhook::Model) {
        row.version += 1;
    }

    fn customer(row: &webhook::Model) -> Option<CustomerId> {
        row.customer_id
    }

    fn partner(row: &webhook::Model) -> Option<PartnerId> {
        row.partner_id
    }

    fn change(column: webhook::Column) -> Change<WebhookField> {
        use Change::{Audited, Never, Unaudited};
        use webhook::Column;
        match column {
            Column::Id
            | Column::TenantId
            | Column::PartnerId
            | Column::CustomerId
            | Column::Roles
            | Column::SecurityGroups
            | Column::CreatedBy
            | Column::CreatedAt => Never,
            Column::Origin => Audited(WebhookField::Origin),
            Column::Status => Audited(WebhookField::Status),
            Column::Kinds => Audited(WebhookField::Kinds),
            // The path of an address is a secret often, and the operator reads the entries of partners' webhooks.
            Column::Url
            | Column::Description
            | Column::SecretNonce
            | Column::SecretKeyId
            | Column::SecretRotatedAt
            | Column::PreviousNonce
            | Column::PreviousUntil
            | Column::Version
            | Column::UpdatedAt
            | Column::Position
            | Column::NextAttemptAt
            | Column::FailingSince
            | Column::LeaseOwner
            | Column::LeaseUntil => Unaudited,
        }
    }
}

macro_rules! acted_on {
    ($($noun:ident),* $(,)?) => { $(impl sealed::ActedOn for $noun::Entity {})* };
}

acted_on!(request, grant, subscription, partner, customer, webhook);

macro_rules! children {
    ($($child:ident of $parent:ident by $column:ident),* $(,)?) => {$(
        impl sealed::BelongsTo<$parent::Entity> for $child::Entity {}
        impl ChildOf<$parent::Entity> for $child::Entity {
            const PARENT: $child::Column = $child::Column::$column;
        }
    )*};
}

children! {
    delegated_admin_grant_role of grant by GrantId,
    access_assignment of grant by GrantId,
    relationship_request_role of request by RequestId,
    relationship_request_assignment of request by RequestId,
    webhook_delivery of webhook by WebhookId,
}
