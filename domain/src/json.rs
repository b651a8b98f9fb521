//! JSON that can be read in one way only.
//!
//! Two readers of one text must not see two objects: one with a member twice, at any depth, is refused rather than read
//! with the first or the last (RFC 7515 section 4, RFC 7519 section 4, RFC 8259 section 4), and so is nesting that nobody
//! needs. Deliberately absent: leniency. Neither comments nor a byte order mark nor anything after the value passes.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, map::Entry};

/// Why bytes are not one JSON value.
#[derive(Debug)]
pub enum JsonError {
    /// Not UTF-8, not JSON, nested too deeply, or with a number that no machine number holds.
    Unreadable { line: usize, column: usize },
    /// An object in it has a member twice.
    RepeatedMember { line: usize, column: usize },
}

/// The same, in words for whoever has the file.
#[derive(Debug)]
pub struct ExplainedJsonError {
    pub line: usize,
    pub column: usize,
    /// The first member that an object in it has twice, which is the reason then.
    pub repeated: Option<String>,
    /// Whether it breaks off where more is needed.
    pub breaks_off: bool,
    pub reason: String,
}

/// Reads exactly one value, in which arrays and objects nest at most `depth` deep, the outermost counted.
pub fn read(bytes: &[u8], depth: usize) -> Result<Value, JsonError> {
    explain(bytes, depth).map_err(|ExplainedJsonError { line, column, repeated, .. }| match repeated {
        Some(_) => JsonError::RepeatedMember { line, column },
        None => JsonError::Unreadable { line, column },
    })
}

/// Reads like [`read`], and says more about what cannot be read.
pub fn explain(bytes: &[u8], depth: usize) -> Result<Value, ExplainedJsonError> {
    let repeated = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { levels_left: depth, repeated: &repeated }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| ExplainedJsonError {
        line: error.line(),
        column: error.column(),
        breaks_off: error.is_eof(),
        reason: error.to_string(),
        repeated: repeated.take(),
    })
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    levels_left: usize,
    /// Set when the reason is a repeated member, because the reader's own error can only carry text.
    repeated: &'a RefCell<Option<String>>,
}

impl Strict<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let levels_left = self.levels_left.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { levels_left, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON without repeated members")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            match object.entry(name) {
                Entry::Vacant(place) => drop(place.insert(members.next_value_seed(inner)?)),
                Entry::Occupied(there) => {
                    self.repeated.replace(Some(there.key().clone()));
                    return Err(A::Error::custom("a member is there twice"));
                }
            }
        }
        Ok(Value::Object(object))
    }
}
