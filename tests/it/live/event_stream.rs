//! A client of server-sent events.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::EVENTS;
use crate::world::{Person, World};

/// A stream of server-sent events, read block by block.
pub struct EventStream {
    pub response: reqwest::Response,
    text: String,
}

/// Asks for someone's stream of events.
pub fn request(world: &World, person: &Person, variables: &Value) -> reqwest::RequestBuilder {
    let body = json!({ "query": EVENTS, "variables": variables });
    let request = world.request(Method::POST, "/graphql").bearer_auth(world.token(person));
    request
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(body.to_string())
}

/// The same of any operation, at one of the servers.
pub fn request_at(world: &World, url: &str, person: &Person, query: &str) -> reqwest::RequestBuilder {
    let request = reqwest::Client::new().post(format!("{url}/graphql")).bearer_auth(world.token(person));
    request
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(json!({ "query": query }).to_string())
}

impl EventStream {
    pub async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, text: String::new() }
    }

    /// The next block; None at the end.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let rest = self.text.split_off(end + 2);
                self.text.truncate(end);
                return Some(std::mem::replace(&mut self.text, rest));
            }
            let chunk = timeout(Duration::from_secs(10), self.response.chunk()).await.unwrap().unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event: its id and its result.
    pub async fn event(&mut self) -> (String, Value) {
        loop {
            let block = self.block().await.unwrap();
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            if let Some(event) = field("event") {
                assert_eq!(event, "next", "{block}");
                let result = serde_json::from_str(field("data").unwrap()).unwrap();
                return (field("id").unwrap_or_default().to_owned(), result);
            }
        }
    }

    /// All events up to one of this kind.
    pub async fn events_to(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.event().await.1["data"]["events"].take());
            if events.last().unwrap()["kind"] == kind {
                return events;
            }
        }
    }
}
