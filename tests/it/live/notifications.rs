//! What servers on one PostgreSQL tell each other of their commits: little, and beside the acts.

use std::time::Duration;

use access::{Database, StoreOptions};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use tokio_postgres::Notification;

use super::deaf_pooler::DeafPooler;
use super::{EVENTS, Socket, resize, sold};
use crate::facts::{Customer, FABRIKAM, Facts, id};
use crate::outside::{Outside, notifications};
use crate::webhooks::until;
use crate::world::{Backend, Person, World, options, postgres_url};

/// As many characters of four bytes each.
fn crabs(count: usize) -> String {
    "\u{1f980}".repeat(count)
}

/// Keeps which connections have written entries of the log.
const KEEP_WRITERS: &str = "
    CREATE TABLE writer (pid integer NOT NULL);
    CREATE FUNCTION keep_writer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO writer VALUES (pg_backend_pid()); RETURN NULL; END $$;
    CREATE TRIGGER writer_is_kept AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION keep_writer()";

/// A world, and what is heard of what is done in it.
struct Heard<'w> {
    world: &'w World,
    outside: Outside,
    notifications: UnboundedReceiver<Notification>,
    all: Vec<Notification>,
}

impl<'w> Heard<'w> {
    async fn of(world: &'w World) -> Self {
        let outside = Outside::of(&world.database).await;
        outside.run(KEEP_WRITERS).await;
        let notifications = notifications(&postgres_url(&world.database), "copartner_feed").await;
        Self { world, outside, notifications, all: Vec::new() }
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        let heard = timeout(Duration::from_secs(10), self.notifications.recv()).await;
        self.all.push(heard.expect("something is notified").unwrap());
    }

    /// Does something, which is notified.
    async fn done(&mut self, person: &Person, mutation: &str, input: Value) -> Value {
        let payload = self.world.done(person, mutation, input).await;
        self.next().await;
        payload
    }

    /// All that was heard is the same short word, by connections that have written nothing: whoever notifies within an act has
    /// all acts in the database commit one after another.
    async fn is_beside_the_acts(&self) {
        let payload = self.all[0].payload();
        assert_eq!(payload.len(), 16, "{payload}");
        let writers = self.outside.rows("SELECT DISTINCT pid FROM writer").await.concat();
        assert!(!writers.is_empty());
        for heard in &self.all {
            assert_eq!(heard.payload(), payload);
            assert!(!writers.contains(&heard.process_id().to_string()), "{heard:?}, {writers:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_texts_are_committed_and_notified_in_as_few_bytes_as_any() {
    let world = World::cast(Backend::Postgres).await;
    let mut heard = Heard::of(&world).await;
    let (fabrikam, tailspin) = (world.fabrikam(), world.tailspin());
    let (contoso, operator) = (world.contoso(), world.operator());
    let (name, message) = (crabs(200), crabs(2_000));
    let assignment = |assignee: &str| {
        json!({ "assigneeKind": "SECURITY_GROUP", "assignee": id(assignee), "label": name,
            "roles": ["GLOBAL_READER"] })
    };
    let asked = |display_name: &str| {
        json!({ "customer": { "domain": "contoso.example" }, "displayName": display_name, "message": message,
            "roles": ["GLOBAL_READER"], "duration": "P30D", "assignments": [assignment("ours")] })
    };
    let asking = heard.done(&tailspin, "requestRelationship", asked(&name)).await;
    let request = &asking["request"]["id"];
    let decline = json!({ "request": { "id": request }, "reason": message });
    heard.done(&contoso, "declineRelationshipRequest", decline).await;
    let many = json!({ "requests": [asked(&crabs(199)), asked(&crabs(198))] });
    let asking = heard.done(&tailspin, "requestRelationships", many).await;
    let request = &asking["results"][0]["request"]["id"];
    let accept = json!({ "request": { "id": request } });
    let accepted = heard.done(&contoso, "acceptRelationshipRequest", accept).await;
    let grant = &accepted["grant"]["id"];
    let assign = json!({ "grant": grant, "assignment": assignment("others") });
    heard.done(&tailspin, "assignAccess", assign).await;
    let renew = json!({ "grant": grant, "duration": "P30D", "message": message });
    heard.done(&tailspin, "renewGrant", renew).await;
    heard.done(&contoso, "terminateGrant", json!({ "grant": grant, "reason": message })).await;
    let offers = world.read(&fabrikam, "{ offers(first: 1) { nodes { id } } }").await;
    let purchase = json!({ "customer": { "domain": "contoso.example" }, "offer": offers["offers"]["nodes"][0]["id"],
        "quantity": 5, "term": "P1Y", "billingCycle": "ANNUAL", "friendlyName": name });
    heard.done(&fabrikam, "purchaseSubscription", purchase).await;
    let rename = json!({ "subscription": sold(&world, 0), "friendlyName": name });
    heard.done(&fabrikam, "renameSubscription", rename).await;
    let partner =
        json!({ "tenantId": id("Lamna"), "partnerNumber": "9".repeat(100), "name": name, "kind": "ADVISOR" });
    let partner = heard.done(&operator, "registerPartner", partner).await["partner"]["id"].take();
    let profile = json!({ "tenant": partner, "name": crabs(199) });
    heard.done(&operator, "updateTenantProfile", profile).await;
    for mutation in ["suspendTenant", "closeTenant"] {
        heard.done(&operator, mutation, json!({ "tenant": partner, "reason": message })).await;
    }
    let template = "urn:copartner:development:{tenantid}";
    let revoke = json!({ "issuer": template, "principal": crabs(1_000), "reason": message });
    heard.done(&operator, "revokeCredential", revoke).await;
    let customer =
        json!({ "tenantId": id("Proseware"), "name": name, "domain": "proseware.example", "country": "NL" });
    heard.done(&operator, "registerCustomer", customer).await;
    let offer = json!({ "sku": "S".repeat(100), "name": name, "publisher": name, "minQuantity": 1,
        "maxQuantity": 300, "terms": ["P1Y"], "billingCycles": ["ANNUAL"] });
    heard.done(&operator, "upsertOffer", offer).await;
    let host = "https://hooks.example.com/";
    let url = |first: &str| format!("{host}{first}{}", crabs(999 - host.len()));
    let hook = json!({ "url": url("1"), "description": name });
    let hook = heard.done(&contoso, "registerWebhook", hook).await["webhook"]["id"].take();
    let other = json!({ "webhook": hook, "url": url("2"), "description": crabs(199) });
    heard.done(&contoso, "updateWebhook", other).await;
    // Whatever is done.
    let resized = json!({ "subscription": sold(&world, 0), "quantity": 9 });
    heard.done(&fabrikam, "resizeSubscription", resized).await;
    heard.is_beside_the_acts().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_act_notifies_however_many_are_done_at_once() {
    const WRITERS: usize = 32;
    let mut facts = Facts::cast();
    let first = facts.subscriptions.len();
    for n in 0..WRITERS {
        let name = format!("Customer {n:02}");
        facts.customers.push(Customer { tenant: id(&name), name });
        let customer = facts.customers.len() - 1;
        facts.grant(customer, FABRIKAM);
        facts.sell(customer, FABRIKAM, "Suite");
    }
    let world = World::of(Backend::Postgres, facts).await;
    let mut heard = Heard::of(&world).await;
    let fabrikam = world.fabrikam();
    let writing = (first..first + WRITERS).map(async |n| {
        for quantity in 20..25 {
            resize(&world, &fabrikam, n, quantity).await;
        }
    });
    join_all(writing).await;
    // One that comes after all others.
    heard.outside.run("NOTIFY copartner_feed, 'the end'").await;
    loop {
        heard.next().await;
        if heard.all.last().unwrap().payload() == "the end" {
            break;
        }
    }
    heard.all.pop();
    heard.is_beside_the_acts().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hears_no_notifications_says_what_to_set_and_looks_by_itself() {
    let world = World::cast(Backend::Postgres).await;
    let pooler = DeafPooler::before(&postgres_url(&world.database)).await;
    let through = Database::Postgres(pooler.url.clone());
    let deaf = world.server_with(StoreOptions { database: through, ..options(&world.database) }).await;
    let warnings = || {
        let (lines, _) = crate::log::since(0);
        lines
            .into_iter()
            .filter(|line| line["message"].contains("notifications do not arrive"))
            .collect::<Vec<_>>()
    };
    let mut socket = Socket::at(&format!("http://{}", deaf.address), &world.token(&world.fabrikam())).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    socket.opened().await;
    until("it is told", async || !warnings().is_empty()).await;
    // The first may be found as soon as that was told.
    for quantity in [20, 21] {
        resize(&world, &world.fabrikam(), 0, quantity).await;
        assert_eq!(socket.event("1").await["changes"][0]["after"], quantity.to_string());
    }
    // The world's own server hears.
    let warnings = warnings();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0]["level"], "WARN");
    assert!(warnings[0]["message"].contains("set `pool.pooling` to"), "{warnings:?}");
    deaf.stop().await;
    world.end().await;
}
