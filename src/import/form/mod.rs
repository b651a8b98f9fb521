//! How files spell records: the fields of the API, in the shape that serde reads.
//!
//! Each form mirrors a record (`#[serde(remote = …)]`): it says how the fields are spelled and which of them a file may
//! leave out, and reading it makes the record itself. A form whose fields differ from its record's does not compile.
//! What a value may be is the domain's business.

mod value;

use domain::{
    assignment::{Assignment, canonical_assignee},
    customer::CustomerRecord,
    grant::GrantRecord,
    offer::{OfferRecord, Terms},
    partner::PartnerRecord,
    request::RelationshipRequestRecord,
    subscription::SubscriptionRecord,
};
use entity::{
    AssigneeKind, BillingCycle, Cloud, DelegatedRole, GrantId, GrantStatus, Instant, PartnerKind, RequestId,
    RequestStatus, SubscriptionId, SubscriptionStatus, SuspensionReason, TenantId, TenantKind, Term,
};
use serde::{Deserialize, Deserializer};

use access::AnyRecord;

/// A record of any kind: `type` says of which.
#[derive(Deserialize)]
#[serde(remote = "AnyRecord", tag = "type", rename_all = "camelCase")]
pub(super) enum AnyRecordForm {
    Partner(#[serde(with = "PartnerForm")] PartnerRecord),
    Customer(#[serde(with = "CustomerForm")] CustomerRecord),
    Offer(#[serde(with = "OfferForm")] OfferRecord),
    Grant(#[serde(with = "GrantForm")] GrantRecord),
    RelationshipRequest(#[serde(with = "RequestForm")] RelationshipRequestRecord),
    Subscription(#[serde(with = "SubscriptionForm")] SubscriptionRecord),
}

#[derive(Deserialize)]
#[serde(remote = "PartnerRecord", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PartnerForm {
    #[serde(deserialize_with = "value::id")]
    tenant_id: TenantId,
    partner_number: String,
    name: String,
    kind: PartnerKind,
    #[serde(default = "value::public")]
    cloud: Cloud,
    #[serde(default, deserialize_with = "value::optional_instant")]
    created_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(remote = "CustomerRecord", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CustomerForm {
    #[serde(deserialize_with = "value::id")]
    tenant_id: TenantId,
    name: String,
    domain: String,
    country: String,
    #[serde(default = "value::public")]
    cloud: Cloud,
    #[serde(default, deserialize_with = "value::optional_instant")]
    created_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(remote = "OfferRecord", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OfferForm {
    sku: String,
    name: String,
    publisher: String,
    #[serde(deserialize_with = "value::whole")]
    min_quantity: i32,
    #[serde(deserialize_with = "value::whole")]
    max_quantity: i32,
    terms: Vec<Term>,
    billing_cycles: Vec<BillingCycle>,
    #[serde(default, deserialize_with = "value::optional_instant")]
    created_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(remote = "GrantRecord", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GrantForm {
    #[serde(deserialize_with = "value::id")]
    id: GrantId,
    #[serde(deserialize_with = "value::id")]
    partner: TenantId,
    #[serde(deserialize_with = "value::id")]
    customer: TenantId,
    display_name: String,
    roles: Vec<DelegatedRole>,
    #[serde(default = "active")]
    status: GrantStatus,
    #[serde(deserialize_with = "value::instant")]
    starts_at: Instant,
    #[serde(deserialize_with = "value::instant")]
    ends_at: Instant,
    #[serde(default)]
    auto_extend: bool,
    #[serde(default, deserialize_with = "value::optional_instant")]
    terminated_at: Option<Instant>,
    #[serde(default)]
    terminated_by: Option<TenantKind>,
    #[serde(default)]
    termination_reason: Option<String>,
    #[serde(default, deserialize_with = "optional_assignments")]
    assignments: Option<Vec<Assignment>>,
    #[serde(default, deserialize_with = "value::optional_instant")]
    created_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(remote = "RelationshipRequestRecord", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RequestForm {
    #[serde(deserialize_with = "value::id")]
    id: RequestId,
    #[serde(deserialize_with = "value::id")]
    partner: TenantId,
    #[serde(default, deserialize_with = "value::optional_id")]
    customer: Option<TenantId>,
    #[serde(default)]
    invitation: Option<String>,
    #[serde(default = "open")]
    status: RequestStatus,
    display_name: String,
    #[serde(default)]
    message: Option<String>,
    roles: Vec<DelegatedRole>,
    #[serde(rename = "duration", alias = "durationDays", deserialize_with = "value::days")]
    duration_days: i32,
    #[serde(default)]
    auto_extend: bool,
    #[serde(default, deserialize_with = "value::optional_id")]
    renews: Option<GrantId>,
    #[serde(default, deserialize_with = "value::optional_id")]
    grant: Option<GrantId>,
    #[serde(deserialize_with = "value::instant")]
    expires_at: Instant,
    #[serde(default, deserialize_with = "value::optional_instant")]
    decided_at: Option<Instant>,
    #[serde(default)]
    decline_reason: Option<String>,
    #[serde(default, deserialize_with = "assignments")]
    assignments: Vec<Assignment>,
    #[serde(default, deserialize_with = "value::optional_instant")]
    created_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(remote = "SubscriptionRecord", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SubscriptionForm {
    #[serde(deserialize_with = "value::id")]
    id: SubscriptionId,
    #[serde(deserialize_with = "value::id")]
    customer: TenantId,
    #[serde(deserialize_with = "value::id")]
    partner_of_record: TenantId,
    offer: String,
    friendly_name: String,
    status: SubscriptionStatus,
    #[serde(default)]
    suspension_reasons: Vec<SuspensionReason>,
    #[serde(deserialize_with = "value::whole")]
    quantity: i32,
    term: Term,
    billing_cycle: BillingCycle,
    auto_renew: bool,
    #[serde(deserialize_with = "value::instant")]
    starts_at: Instant,
    #[serde(deserialize_with = "value::instant")]
    term_ends_at: Instant,
    #[serde(default, deserialize_with = "value::optional_instant")]
    cancellable_until: Option<Instant>,
    #[serde(default, deserialize_with = "optional_next_term")]
    next_term: Option<Terms>,
    #[serde(default, deserialize_with = "value::optional_instant")]
    created_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(remote = "Terms", rename_all = "camelCase", deny_unknown_fields, expecting = "struct NextTerm")]
pub(super) struct NextTermForm {
    #[serde(deserialize_with = "value::whole")]
    quantity: i32,
    term: Term,
    billing_cycle: BillingCycle,
}

#[derive(Deserialize)]
#[serde(remote = "Assignment", rename_all = "camelCase", deny_unknown_fields)]
struct AssignmentForm {
    assignee_kind: AssigneeKind,
    #[serde(deserialize_with = "assignee")]
    assignee: String,
    roles: Vec<DelegatedRole>,
    #[serde(default)]
    label: Option<String>,
}

/// The status of a grant that names none; one that is over by the clock is stored as `EXPIRED` all the same.
fn active() -> GrantStatus {
    GrantStatus::Active
}

/// The status of a request that names none; one that is past its time is stored as `EXPIRED` all the same.
fn open() -> RequestStatus {
    RequestStatus::Open
}

fn assignee<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(canonical_assignee)
}

fn optional_next_term<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Terms>, D::Error> {
    #[derive(Deserialize)]
    struct OptionalNextTerm(#[serde(with = "NextTermForm")] Terms);
    Ok(Option::<OptionalNextTerm>::deserialize(deserializer)?.map(|next| next.0))
}

/// An assignment inside a list, of which serde takes no remote form.
#[derive(Deserialize)]
struct Listed(#[serde(with = "AssignmentForm")] Assignment);

fn assignments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Assignment>, D::Error> {
    let listed = Vec::<Listed>::deserialize(deserializer)?;
    Ok(listed.into_iter().map(|listed| listed.0).collect())
}

fn optional_assignments<'de, D>(deserializer: D) -> Result<Option<Vec<Assignment>>, D::Error>
where
    D: Deserializer<'de>,
{
    let listed = Option::<Vec<Listed>>::deserialize(deserializer)?;
    Ok(listed.map(|listed| listed.into_iter().map(|listed| listed.0).collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::import::object;

    #[test]
    fn what_is_wrong_inside_of_a_field_is_named_by_its_path() {
        for (field, value, reason) in [
            (
                "assignments",
                json!(["x"]),
                "assignments[0]: invalid type: string \"x\", expected struct Assignment",
            ),
            ("assignments", json!([{ "assigneeKind": 1 }]), "assignments[0].assigneeKind: "),
            ("assignments", json!(1), "assignments: invalid type: integer `1`, expected a sequence"),
            ("nextTerm", json!("x"), "nextTerm: invalid type: string \"x\", expected struct NextTerm"),
            ("nextTerm", json!({ "term": "P9Y" }), "nextTerm.term: unknown variant `P9Y`"),
        ] {
            let kind = if field == "nextTerm" { "subscription" } else { "grant" };
            let object = json!({ "type": kind, field: value }).as_object().cloned().unwrap_or_default();
            let said = object::read(object).err().unwrap_or_default();
            assert!(said.starts_with(reason), "{said}");
        }
    }
}
