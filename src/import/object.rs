//! A JSON object becomes a record, or a reason that says what to change.

use serde_json::{Map, Value};
use serde_path_to_error::{Deserializer, Track};

use super::form::{
    AnyRecordForm, CustomerForm, GrantForm, OfferForm, PartnerForm, RequestForm, SubscriptionForm,
};
use super::reason::without_place;
use access::{AnyRecord, RECORD_KINDS, RecordKind};

/// The record that an object is.
pub(super) fn read(object: Map<String, Value>) -> Result<AnyRecord, String> {
    AnyRecordForm::deserialize(&object).map_err(|error| explain(object, &error))
}

/// What is wrong with an object that is not a record. Slower than reading it, and so only done for those.
pub(super) fn explain(mut object: Map<String, Value>, error: &serde_json::Error) -> String {
    let kind = object.shift_remove("type");
    let kind =
        RECORD_KINDS.into_iter().find(|known| kind.as_ref().and_then(Value::as_str) == Some(known.name()));
    let Some(kind) = kind else {
        let names: Vec<_> = RECORD_KINDS.iter().map(|kind| kind.name()).collect();
        return format!("type is not one of {}", names.join(", "));
    };
    // What only the first reading sees is a field that is there twice.
    reason_of(kind, object).unwrap_or_else(|| without_place(&error.to_string()))
}

/// Why an object is no record of a kind, and which field it is.
fn reason_of(kind: RecordKind, object: Map<String, Value>) -> Option<String> {
    let mut track = Track::new();
    let from = Deserializer::new(Value::Object(object), &mut track);
    let record = match kind {
        RecordKind::Partner => PartnerForm::deserialize(from).map(drop),
        RecordKind::Customer => CustomerForm::deserialize(from).map(drop),
        RecordKind::Offer => OfferForm::deserialize(from).map(drop),
        RecordKind::Grant => GrantForm::deserialize(from).map(drop),
        RecordKind::RelationshipRequest => RequestForm::deserialize(from).map(drop),
        RecordKind::Subscription => SubscriptionForm::deserialize(from).map(drop),
    };
    let error = record.err()?;
    let path = track.path().to_string();
    let reason = without_place(&error.to_string());
    // A missing or an unknown field is named by the reason itself.
    let names_itself =
        path == "." || reason.starts_with("unknown field") || reason.starts_with("missing field");
    Some(if names_itself { reason } else { format!("{path}: {reason}") })
}
