//! The configuration's JSON Schema, for editors and for what checks files before they are deployed.

use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{Schema, schema_for};

use super::Config;

/// The schema, as it stands in `docs/configuration.schema.json`.
#[must_use]
pub fn schema() -> String {
    let mut schema = schema_for!(Config);
    RecursiveTransform(without_table_default).transform(&mut schema);
    format!("{:#}\n", schema.to_value())
}

/// A table's default is that of its settings, each of which has its own.
fn without_table_default(schema: &mut Schema) {
    if schema.get("default").is_some_and(serde_json::Value::is_object) {
        schema.remove("default");
    }
}

/// For a setting whose default depends on the machine.
pub(crate) fn without_default(schema: &mut Schema) {
    schema.remove("default");
}
