//! The items of all pages of a file, one by one.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::{
    place::{Place, Spot},
    reason::{shown, without_place},
};
use super::{
    pages::{MAX_PAGE, Page, Pages},
    resource::Resource,
};

/// An item of a collection, or a resource that stands alone.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) place: Place,
    /// About how much of the file it is.
    pub(super) bytes: usize,
    /// Where the collection that it is in was taken from.
    pub(super) collection: Option<Arc<str>>,
    pub(super) resource: Result<Resource, String>,
}

/// Values, each with where its collection was taken from.
type Waiting = VecDeque<(Option<Arc<str>>, Value)>;

/// The items of a file.
#[derive(Debug)]
pub(super) struct Items<R> {
    file: Arc<str>,
    pages: Pages<R>,
    /// How many there were so far.
    number: u64,
    /// Those of the page at hand.
    waiting: Waiting,
    bytes: usize,
}

impl<R: BufRead> Items<R> {
    pub(super) fn of(file: Arc<str>, reader: R) -> Self {
        Self { file, pages: Pages::of(reader), number: 0, waiting: VecDeque::new(), bytes: 0 }
    }

    /// How many bytes were read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.pages.bytes()
    }

    /// The next item, None at the end. A page that cannot be read counts as one, placed by its line.
    pub(super) fn next(&mut self) -> io::Result<Option<Item>> {
        while self.waiting.is_empty() {
            let Some(page) = self.pages.next()? else { return Ok(None) };
            let length = page.text.map_or(0, <[u8]>::len);
            match open(&page) {
                Ok(items) => self.waiting = items,
                Err((line, reason)) => {
                    let place = Place { file: Arc::clone(&self.file), spot: Spot::Line(line) };
                    return Ok(Some(Item { place, bytes: 0, collection: None, resource: Err(reason) }));
                }
            }
            self.bytes = length / self.waiting.len().max(1);
        }
        Ok(self.waiting.pop_front().map(|(collection, value)| {
            self.number += 1;
            let id = value.get("id").and_then(Value::as_str).map(shown);
            let resource = match value {
                Value::Object(object) => Ok(Resource::from(object)),
                _ => Err("is not a JSON object".to_owned()),
            };
            let place = Place { file: Arc::clone(&self.file), spot: Spot::Item(self.number, id) };
            Item { place, bytes: self.bytes, collection, resource }
        }))
    }
}

/// The items of a page, or on which line something is wrong with it.
fn open(page: &Page<'_>) -> Result<Waiting, (u64, String)> {
    let too_long =
        || (page.line, format!("holds a page of more than {MAX_PAGE} bytes: fetch it in smaller pages"));
    let document = serde_json::from_slice(page.text.ok_or_else(too_long)?).map_err(|error| {
        let line = page.line + (error.line() as u64).saturating_sub(1);
        (line, format!("is not JSON: {}", without_place(&error.to_string())))
    })?;
    let mut items = Waiting::new();
    unfold(document, &mut items).map_err(|reason| (page.line, reason))?;
    Ok(items)
}

/// Puts the items of a document in line: those of a collection, of a list, or itself.
fn unfold(document: Value, waiting: &mut Waiting) -> Result<(), String> {
    match document {
        Value::Object(mut object) if object.contains_key("items") => {
            let collection = uri(&object);
            match object.remove("items") {
                Some(Value::Array(items)) => {
                    waiting.extend(items.into_iter().map(|item| (collection.clone(), item)));
                    Ok(())
                }
                Some(Value::Null) | None => Ok(()),
                Some(_) => Err("holds a collection whose items are not a list".to_owned()),
            }
        }
        Value::Array(documents) => documents.into_iter().try_for_each(|document| unfold(document, waiting)),
        resource => {
            waiting.push_back((None, resource));
            Ok(())
        }
    }
}

/// Where a collection says that it is.
fn uri(collection: &Map<String, Value>) -> Option<Arc<str>> {
    let uri = collection.get("links")?.get("self")?.get("uri")?;
    uri.as_str().map(Into::into)
}
