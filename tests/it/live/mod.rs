//! Events as they commit: over sockets, as server-sent events, across servers, and where rights end.

mod deaf_pooler;
mod endings;
mod event_stream;
mod events;
mod hostile;
mod notifications;
mod protocol;
mod relay;
mod revocation;
mod servers;
mod silence;
mod socket;
mod streams;
mod unread;

use serde_json::{Value, json};

use crate::world::{Person, SUBSCRIPTION, World, api_id};

pub use event_stream::EventStream;
pub use socket::Socket;

/// What the streams of these tests select.
pub const EVENTS: &str = "subscription($after: ID, $filter: EventFilter) { events(after: $after, filter: $filter) { \
    id kind subject { id } changes { field after } sequence } }";

/// The id of a subscription of the cast, by its place.
pub fn sold(world: &World, n: usize) -> String {
    api_id(SUBSCRIPTION, world.facts.subscriptions[n].id)
}

/// Has a partner resize one of the cast's subscriptions, which makes one event.
pub async fn resize(world: &World, person: &Person, n: usize, quantity: usize) {
    resize_at(world, &world.url, person, (n, quantity)).await;
}

/// [`resize`], at another server.
pub async fn resize_at(world: &World, url: &str, person: &Person, (n, quantity): (usize, usize)) {
    let input = json!({ "subscription": sold(world, n), "quantity": quantity });
    let done = world.mutate_at(url, person, "resizeSubscription", input).await;
    assert_eq!(done["userErrors"], json!([]));
}

/// A socket on which someone's stream of all events is open, as `1`.
pub async fn listening(world: &World, person: &Person) -> Socket {
    let mut socket = Socket::of(world, person).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    socket.opened().await;
    socket
}

/// All that someone may see of the feed now, the oldest first, as ids.
pub async fn feed(world: &World, person: &Person) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = "query($after: String) { it: eventFeed(first: 200, after: $after) { nodes { id } \
            pageInfo { endCursor hasNextPage } } }";
        let page = world.query(person, query, json!({ "after": after })).await.data()["it"].take();
        ids.extend(
            page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] == false {
            return ids;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}
