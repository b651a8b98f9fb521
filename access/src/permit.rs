//! A row, seen and held, with which the viewer may do one thing.

use entity::{
    CustomerId, GrantId, PartnerId, RequestId, SubscriptionId, delegated_admin_grant as grant,
    relationship_request as request, subscription,
};
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, ModelTrait, Value};

use super::Scoped;
use crate::{Error, Result};
use domain::action::{Action, GrantAction, RequestAction, SubscriptionAction};

/// The permission to do one thing that starts with no object. Only a transaction gives it.
#[derive(Clone, Copy, Debug)]
pub struct Leave(Action);

impl Leave {
    pub(super) fn new(action: Action) -> Self {
        Self(action)
    }

    /// What needs the permission for one of `actions` is not done with another.
    pub(super) fn is_for(self, actions: &[Action]) -> Result<()> {
        if actions.contains(&self.0) {
            return Ok(());
        }
        Err(Error::Internal("a permission is used for something else"))
    }
}

/// The row that an act is about, and the permission for this act. Only a transaction gives it, and it is used up by
/// what it permits.
#[derive(Debug)]
#[must_use = "a permission that is not used allows nothing"]
pub struct Permit<E: Changed> {
    pub(super) row: E::Model,
    /// What it permits, under whose name the log tells it.
    pub(super) action: Action,
    /// What let the viewer see it; its change repeats this.
    pub(super) seen_by: Condition,
    /// The grant that gives the viewer the permission, where it takes one.
    pub(super) grant: Option<GrantId>,
}

impl<E: Changed> Permit<E> {
    pub(super) fn new(row: E::Model, action: Action, (seen_by, grant): (Condition, Option<GrantId>)) -> Self {
        Self { row, action, seen_by, grant }
    }

    #[must_use]
    pub fn row(&self) -> &E::Model {
        &self.row
    }
}

/// A table whose rows are acted on.
pub trait Changed: Scoped<Model: ModelTrait<Entity = Self>> {
    type Id: Copy + Into<Value> + Into<Expr>;
    /// What is done with such a row.
    type Action: Copy + Into<Action>;

    /// The argument that names such a row.
    const NOUN: &'static str;
    const ID: Self::Column;
    const VERSION: Self::Column;
    /// What the log tells of a change, under the API's names.
    const TOLD: &'static [(Self::Column, &'static str)];
    /// Whether what is done with such a row must leave the customer's subscriptions as they are, and says so in the log.
    const KEEPS_SUBSCRIPTIONS: bool;

    fn version(row: &Self::Model) -> i32;
    fn next_version(row: &mut Self::Model);
    fn customer(row: &Self::Model) -> Option<CustomerId>;
    fn partner(row: &Self::Model) -> PartnerId;
}

impl Changed for request::Entity {
    type Id = RequestId;
    type Action = RequestAction;

    const NOUN: &'static str = "request";
    const ID: request::Column = request::Column::Id;
    const VERSION: request::Column = request::Column::Version;
    /// Without what the partner wrote to the customer: an open invitation's entry is the server's, too.
    const TOLD: &'static [(request::Column, &'static str)] = &[
        (request::Column::Status, "status"),
        (request::Column::DisplayName, "displayName"),
        (request::Column::DurationDays, "durationDays"),
        (request::Column::AutoExtend, "autoExtend"),
        (request::Column::ExpiresAt, "expiresAt"),
        (request::Column::DeclineReason, "declineReason"),
    ];
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
}

impl Changed for grant::Entity {
    type Id = GrantId;
    type Action = GrantAction;

    const NOUN: &'static str = "grant";
    const ID: grant::Column = grant::Column::Id;
    const VERSION: grant::Column = grant::Column::Version;
    const TOLD: &'static [(grant::Column, &'static str)] = &[
        (grant::Column::Status, "status"),
        (grant::Column::DisplayName, "displayName"),
        (grant::Column::StartsAt, "startsAt"),
        (grant::Column::EndsAt, "endsAt"),
        (grant::Column::AutoExtend, "autoExtend"),
        (grant::Column::TerminatedBy, "terminatedBy"),
        (grant::Column::TerminationReason, "terminationReason"),
    ];
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
}

impl Changed for subscription::Entity {
    type Id = SubscriptionId;
    type Action = SubscriptionAction;

    const NOUN: &'static str = "subscription";
    const ID: subscription::Column = subscription::Column::Id;
    const VERSION: subscription::Column = subscription::Column::Version;
    const TOLD: &'static [(subscription::Column, &'static str)] = &[
        (subscription::Column::FriendlyName, "friendlyName"),
        (subscription::Column::Status, "status"),
        (subscription::Column::SuspensionReasons, "suspensionReasons"),
        (subscription::Column::Quantity, "quantity"),
        (subscription::Column::Term, "term"),
        (subscription::Column::BillingCycle, "billingCycle"),
        (subscription::Column::AutoRenew, "autoRenew"),
        (subscription::Column::StartsAt, "startsAt"),
        (subscription::Column::TermEndsAt, "termEndsAt"),
        (subscription::Column::CancellableUntil, "cancellableUntil"),
        (subscription::Column::NextQuantity, "nextTerm.quantity"),
        (subscription::Column::NextTerm, "nextTerm.term"),
        (subscription::Column::NextBillingCycle, "nextTerm.billingCycle"),
    ];
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
}

/// The row's value of a column as the log tells it; None for null, and for an empty list.
pub(super) fn told<M: ModelTrait>(
    row: &M,
    column: <M::Entity as sea_orm::EntityTrait>::Column,
) -> Option<String> {
    match row.get(column) {
        Value::String(text) => text,
        Value::Int(number) => number.map(|number| number.to_string()),
        Value::Bool(truth) => truth.map(|truth| truth.to_string()),
        Value::ChronoDateTimeUtc(instant) => {
            instant.map(|instant| instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        }
        Value::Uuid(id) => id.map(|id| id.to_string()),
        Value::Json(list) => {
            let list = list?;
            let words: Vec<_> = list.as_array()?.iter().filter_map(serde_json::Value::as_str).collect();
            (!words.is_empty()).then(|| words.join(" "))
        }
        _ => None,
    }
}
