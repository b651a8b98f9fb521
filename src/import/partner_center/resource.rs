//! A resource of Partner Center's, whose fields are taken out one by one. What remains are fields that are ignored.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use entity::Instant;
use serde_json::{Map, Value};
use uuid::Uuid;

use domain::{
    instant::{is_none, settle},
    number::whole,
};

/// Links to other resources and the name of the resource's type: fields that need not be imported.
const METADATA: [&str; 2] = ["links", "objectType"];

/// A resource, or what was not taken out of it yet.
#[derive(Clone, Debug)]
pub(super) struct Resource(Map<String, Value>);

impl From<Map<String, Value>> for Resource {
    fn from(object: Map<String, Value>) -> Self {
        Self(object)
    }
}

impl Resource {
    /// Whether a field has a value.
    pub(super) fn has(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(is_filled)
    }

    /// The text at a path, which stays where it is.
    pub(super) fn peek(&self, path: &[&str]) -> Option<&str> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(*first)?, |value, field| value.get(field))?.as_str()
    }

    /// Takes the value at a path, such as `companyProfile.domain`. Empty text counts as none.
    pub(super) fn take(&mut self, path: &str) -> Option<Value> {
        let (outer, field) = path.rsplit_once('.').unwrap_or(("", path));
        let mut fields = outer.split('.').filter(|field| !field.is_empty());
        let object = fields.try_fold(&mut self.0, |object, field| object.get_mut(field)?.as_object_mut());
        object?.remove(field).filter(is_filled)
    }

    /// Puts back a value that was taken, under a name that says why it is ignored.
    pub(super) fn put_back(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn text(&mut self, path: &str) -> Result<Option<String>, String> {
        match self.take(path) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{path} is not text")),
        }
    }

    pub(super) fn truth(&mut self, path: &str) -> Result<Option<bool>, String> {
        match self.take(path) {
            None => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(_) => Err(format!("{path} is neither true nor false")),
        }
    }

    pub(super) fn number(&mut self, path: &str) -> Result<Option<i32>, String> {
        let Some(value) = self.take(path) else { return Ok(None) };
        let number = value.as_f64().and_then(whole);
        number.map(Some).ok_or_else(|| {
            format!("{path} is {value}, which is not a whole number such as 15, up to {}", i32::MAX)
        })
    }

    /// An id, in whatever case it is written.
    pub(super) fn id(&mut self, path: &str) -> Result<Option<Uuid>, String> {
        let Some(text) = self.text(path)? else { return Ok(None) };
        Uuid::try_parse(&text).map(Some).map_err(|_| format!("{path} is `{text}`, which is not a UUID"))
    }

    /// An instant. One without a zone is in UTC, as all that Partner Center says. What .NET writes where there is none is
    /// put back.
    pub(super) fn instant(&mut self, path: &str) -> Result<Option<Instant>, String> {
        let unfit = |value: Value| {
            format!(
                "{path} is {value}, which is not an instant such as 2026-01-14T16:57:14Z, from 1970 to 9999"
            )
        };
        let text = match self.take(path) {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(value) => return Err(unfit(value)),
        };
        if is_none(&text) {
            self.put_back(&format!("{path} (no date)"), text);
            return Ok(None);
        }
        let zoned = DateTime::parse_from_rfc3339(&text).map(|instant| instant.with_timezone(&Utc));
        let instant = zoned.or_else(|_| {
            NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").map(|local| local.and_utc())
        });
        match instant.ok().and_then(settle) {
            Some(instant) if instant.year() >= 1970 => Ok(Some(instant)),
            _ => Err(unfit(text.into())),
        }
    }

    /// The paths of all values that were not taken.
    pub(super) fn rest(&self) -> Vec<String> {
        let mut paths = Vec::new();
        collect("", &self.0, &mut paths);
        paths
    }
}

/// The value at a path that must have one.
pub(super) fn needed<T>(path: &str, found: Option<T>) -> Result<T, String> {
    found.ok_or_else(|| format!("{path} is missing"))
}

fn collect(above: &str, object: &Map<String, Value>, paths: &mut Vec<String>) {
    for (field, value) in object.iter().filter(|(field, _)| !METADATA.contains(&field.as_str())) {
        match value {
            Value::Object(inner) => collect(&format!("{above}{field}."), inner, paths),
            value if is_filled(value) => paths.push(format!("{above}{field}")),
            _ => {}
        }
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}
