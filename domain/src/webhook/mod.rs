//! Webhooks: registered, changed and given new secrets. `target` says where one may be, `schedule` when it is tried again.

pub mod address;
pub mod schedule;
pub mod target;

use chrono::TimeDelta;
use entity::{EventKind, EventKinds, Instant, WebhookStatus, webhook::Model};
use serde::Serialize;

use super::field_error::{FieldError, refuse_if};
use super::refusal::Refusal;
use super::text::check_name;
use super::validation::Validation;
use target::{Target, TargetRules};

/// For how long the secret before goes on to sign, at most, in hours.
pub const LONGEST_OVERLAP: i32 = 168;

/// What is configured for webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookRules {
    pub targets: TargetRules,
    /// How many a tenant has at most.
    pub of_tenant: u64,
}

/// What a webhook is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewWebhook {
    pub url: String,
    pub description: Option<String>,
    /// None for all.
    pub kinds: Option<Vec<EventKind>>,
}

impl NewWebhook {
    /// Reads it, or tells all that is wrong with it.
    pub fn check(self, rules: &TargetRules) -> Result<(Target, Self), Refusal> {
        let target = rules.check(&self.url);
        let mut validation = Validation::default();
        validation.check(target.as_ref().map(drop).map_err(Clone::clone));
        validation.check(check_description(self.description.as_deref()));
        validation.check(check_kinds(self.kinds.as_deref()));
        validation.finish()?;
        Ok((target.map_err(Refusal::from)?, self))
    }
}

/// What is to become of a field that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Setting<T> {
    #[default]
    Stays,
    Becomes(Option<T>),
}

impl<T> Setting<T> {
    fn given(&self) -> Option<&T> {
        match self {
            Self::Stays => None,
            Self::Becomes(value) => value.as_ref(),
        }
    }
}

/// What is to become of a webhook; what is None stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub description: Setting<String>,
    /// Becomes None for all.
    pub kinds: Setting<Vec<EventKind>>,
    pub status: Option<WebhookStatus>,
}

/// Changes it. What happened while it was disabled is sent when it is enabled again.
pub fn change(
    row: &Model,
    change: WebhookChange,
    rules: &TargetRules,
    at: Instant,
) -> Result<Model, Refusal> {
    let target = change.url.as_deref().map(|url| rules.check(url)).transpose();
    let mut validation = Validation::default();
    validation.check(target.as_ref().map(drop).map_err(Clone::clone));
    validation.check(check_description(change.description.given().map(String::as_str)));
    validation.check(check_kinds(change.kinds.given().map(Vec::as_slice)));
    validation.finish()?;
    let mut after = row.clone();
    if let Some(target) = target.map_err(Refusal::from)? {
        (after.url, after.origin) = (target.to_string(), target.origin());
    }
    if let Setting::Becomes(description) = change.description {
        after.description = description;
    }
    if let Setting::Becomes(kinds) = change.kinds {
        after.kinds = kinds.map(stored);
    }
    after.status = change.status.unwrap_or(row.status);
    after.updated_at = at;
    // Whoever changes something expects to see it work: it does not wait until it would have been tried again.
    after.next_attempt_at = at;
    Ok(after)
}

/// Until when the secret before goes on to sign.
pub fn overlap(hours: i32, at: Instant) -> Result<Instant, Refusal> {
    let is_out = !(0..=LONGEST_OVERLAP).contains(&hours);
    refuse_if(is_out, "overlapHours", "is not from 0 to 168; 0 ends the old secret at once")?;
    Ok(at + TimeDelta::hours(hours.into()))
}

/// Each kind once, in the order of the vocabulary.
#[must_use]
pub fn stored(mut kinds: Vec<EventKind>) -> EventKinds {
    kinds.sort_unstable();
    kinds.dedup();
    EventKinds(kinds)
}

fn check_description(description: Option<&str>) -> Result<(), FieldError> {
    description.map_or(Ok(()), |description| check_name("description", description))
}

fn check_kinds(kinds: Option<&[EventKind]>) -> Result<(), FieldError> {
    refuse_if(kinds.is_some_and(<[_]>::is_empty), "kinds", "is empty; leave it out for all kinds")
}
