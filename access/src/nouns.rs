//! The tables that are acted on: whose each row is, and what becomes of each of its columns; and the tables whose rows
//! belong to them.

use entity::{
    CustomerId, GrantId, PartnerId, RequestId, SubscriptionId, access_assignment,
    delegated_admin_grant as grant, delegated_admin_grant_role, relationship_request as request,
    relationship_request_assignment, relationship_request_role, subscription,
};

use crate::core::permit::{Change, Changed, ChildOf};
use domain::action::{GrantAction, RequestAction, SubscriptionAction};
use domain::audit::{GrantField, RequestField, SubscriptionField};

impl Changed for request::Entity {
    type Id = RequestId;
    type Action = RequestAction;
    type Field = RequestField;

    const NOUN: &'static str = "request";
    const ID: request::Column = request::Column::Id;
    const VERSION: request::Column = request::Column::Version;
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

    fn partner(row: &request::Model) -> PartnerId {
        row.partner_id
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

    fn partner(row: &grant::Model) -> PartnerId {
        row.partner_id
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

    fn partner(row: &subscription::Model) -> PartnerId {
        row.partner_id
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

macro_rules! children {
    ($($child:ident of $parent:ident by $column:ident),* $(,)?) => {$(
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
}
