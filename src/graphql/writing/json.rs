//! JSON, as it is written: what a value of the API becomes, without a tree of it in between.

use async_graphql::Value;
use async_graphql::resolver_utils::EnumType;
use serde::Serialize;

/// A piece of JSON text.
#[derive(Debug, Default)]
pub struct Json(Vec<u8>);

impl Json {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes back what was written since the text had this length.
    pub fn cut(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Text that is JSON already.
    pub fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// A string in which nothing has to be escaped.
    pub fn bare(&mut self, text: &str) {
        self.0.reserve(text.len() + 2);
        self.byte(b'"');
        self.raw(text);
        self.byte(b'"');
    }

    /// The name of a field, or the alias in its place: letters, digits and underscores.
    pub fn key(&mut self, name: &str) {
        self.bare(name);
        self.byte(b':');
    }

    /// A word of an enum; false when the enum does not have it.
    pub fn word<T: EnumType>(&mut self, word: T) -> bool {
        let item = T::items().iter().find(|item| item.value == word);
        item.map(|item| self.bare(item.name)).is_some()
    }

    /// Whatever serde can write.
    pub fn serialized(&mut self, value: &(impl Serialize + ?Sized)) {
        // Writing to memory does not fail, and nothing of ours has keys that JSON cannot have.
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    /// A value of the engine's. Of [`Value::Binary`], which no type of the schema has, it is what was written already.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Binary(written) => self.0.extend_from_slice(written),
            Value::List(items) => {
                self.byte(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.byte(b',');
                    }
                    self.value(item);
                }
                self.byte(b']');
            }
            Value::Object(fields) => {
                self.byte(b'{');
                for (index, (key, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        self.byte(b',');
                    }
                    // A scalar that is a map would have keys of any kind.
                    self.serialized(key.as_str());
                    self.byte(b':');
                    self.value(value);
                }
                self.byte(b'}');
            }
            Value::Null | Value::Number(_) | Value::String(_) | Value::Boolean(_) | Value::Enum(_) => {
                self.serialized(value);
            }
        }
    }

    /// The text, as a value that the engine carries without looking into it.
    pub fn into_value(self) -> Value {
        Value::Binary(self.0.into())
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The same text with each of these values at its place, in the order of the places.
    pub fn filled(self, values: impl Iterator<Item = (usize, Value)>) -> Self {
        let mut whole = Self(Vec::with_capacity(self.0.len() * 2));
        let mut taken = 0;
        for (place, value) in values {
            whole.0.extend_from_slice(self.0.get(taken..place).unwrap_or_default());
            whole.value(&value);
            taken = place;
        }
        whole.0.extend_from_slice(self.0.get(taken..).unwrap_or_default());
        whole
    }
}
