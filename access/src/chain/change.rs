//! What the log tells of a change to a row: which of its columns, and in which words.

use entity::EventKind;
use sea_orm::{EntityTrait, Iterable, ModelTrait, Value};
use uuid::Uuid;

use crate::chain::entry::Entry;
use crate::nouns::{Change, Changed};
use domain::history::FieldChange;

impl Entry {
    /// What the log tells of what became of a row, or of nothing.
    pub(crate) fn of<E: Changed>(kind: EventKind, before: Option<&E::Model>, after: &E::Model) -> Self {
        let audited = E::Column::iter().filter_map(|column| match E::change(column) {
            Change::Audited(field) => Some((field, column)),
            Change::Never | Change::Unaudited => None,
        });
        let mut audited: Vec<_> = audited.collect();
        audited.sort_unstable_by_key(|(field, _)| *field);
        let changes = audited.into_iter().map(|(field, column)| {
            FieldChange::of(field, before.and_then(|before| text(before, column)), text(after, column))
        });
        Self {
            customer: E::customer(after),
            partner: E::partner(after),
            kind,
            subject: match after.get(E::ID) {
                Value::Uuid(Some(id)) => id,
                _ => Uuid::nil(),
            },
            changes: changes.filter(FieldChange::is_one).collect(),
            grant: None,
            is_by_the_clock: false,
            keeps_subscriptions: E::KEEPS_SUBSCRIPTIONS,
        }
    }
}

/// The row's value of a column as the log tells it; None for null, and for an empty list.
fn text<M: ModelTrait>(row: &M, column: <M::Entity as EntityTrait>::Column) -> Option<String> {
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
