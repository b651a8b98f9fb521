//! `validateOnly`: every mutation answers as the real call would, and nothing has happened.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::{FABRIKAM, id};
use crate::world::{Backend, OFFER, Person, World, api_id};

/// All that there is, as those see it who see most.
async fn state(world: &World) -> Vec<Value> {
    let query = "{ events(first: 100) { totalCount nodes { id } } grants(first: 100) { nodes { id version } }
        relationshipRequests(first: 100) { nodes { id version } } subscriptions(first: 100) { nodes { id version } }
        partners(first: 100) { nodes { id } } customers(first: 100) { nodes { id } }
        offers(first: 100) { nodes { id maxQuantity } } }";
    let mut seen = Vec::new();
    for person in [world.contoso(), world.tailspin(), world.operator()] {
        seen.push(world.read(&person, query).await);
    }
    seen
}

/// Without what is another each time: the ids of what is new, and secrets.
fn same(mut payload: Value) -> Value {
    match &mut payload {
        Value::Object(fields) => {
            fields.retain(|name, _| !["id", "invitation", "invitationUrl"].contains(&name.as_str()));
            fields.values_mut().for_each(|value| *value = same(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = same(item.take())),
        _ => {}
    }
    payload
}

/// Rehearses and then does each thing under one key.
struct Stage<'w> {
    world: &'w World,
    tried: BTreeSet<&'static str>,
}

impl Stage<'_> {
    async fn mutate(&mut self, person: &Person, mutation: &'static str, mut input: Value) -> Value {
        let before = state(self.world).await;
        input["idempotencyKey"] = json!(uuid::Uuid::now_v7());
        input["validateOnly"] = json!(true);
        let rehearsed = self.world.done(person, mutation, input.clone()).await;
        assert_eq!(rehearsed["invitation"], Value::Null, "a rehearsal makes no secret");
        assert_eq!(state(self.world).await, before, "{mutation} is only rehearsed");
        input["validateOnly"] = json!(false);
        let done = self.world.done(person, mutation, input).await;
        assert_eq!(same(rehearsed), same(done.clone()), "{mutation}");
        assert_ne!(state(self.world).await, before, "{mutation} is done");
        self.tried.insert(mutation);
        done
    }
}

#[rstest]
#[tokio::test]
async fn every_mutation_can_be_rehearsed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let (tailspin, contoso, operator) = (world.tailspin(), world.contoso(), world.operator());
    let mut stage = Stage { world: &world, tried: BTreeSet::new() };
    let asked = |name: &str, extends: bool| {
        json!({ "customer": { "domain": "contoso.example" }, "displayName": name, "duration": "P90D",
            "roles": ["BILLING_ADMINISTRATOR", "GLOBAL_READER"], "autoExtend": extends, "assignments": [{
            "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT", "roles": ["BILLING_ADMINISTRATOR"] }] })
    };
    let open = json!({ "displayName": "Open", "roles": ["GLOBAL_READER"], "duration": "P30D" });
    stage.mutate(&tailspin, "requestRelationship", open).await;
    let one = stage.mutate(&tailspin, "requestRelationship", asked("One", true)).await;
    let many = json!({ "requests": [asked("Two", false), asked("Three", false), asked("Four", false)] });
    let many = stage.mutate(&tailspin, "requestRelationships", many).await;
    let request = |n: usize| many["results"][n]["request"]["id"].clone();
    stage.mutate(&tailspin, "withdrawRelationshipRequest", json!({ "request": request(0) })).await;
    let decline = json!({ "request": { "id": request(1) }, "reason": "No." });
    stage.mutate(&contoso, "declineRelationshipRequest", decline).await;
    let accept = json!({ "request": { "id": one["request"]["id"] } });
    let grant = stage.mutate(&contoso, "acceptRelationshipRequest", accept).await["grant"]["id"].clone();
    let desk =
        json!({ "assigneeKind": "TENANT_ROLE", "assignee": "HELPDESK_AGENT", "roles": ["GLOBAL_READER"] });
    stage.mutate(&tailspin, "assignAccess", json!({ "grant": grant, "assignment": desk })).await;
    let desk = json!({ "grant": grant, "assigneeKind": "TENANT_ROLE", "assignee": "HELPDESK_AGENT" });
    stage.mutate(&tailspin, "unassignAccess", desk).await;
    for on in [false, true, false] {
        stage.mutate(&tailspin, "setGrantAutoExtend", json!({ "grant": grant, "autoExtend": on })).await;
    }
    stage.mutate(&tailspin, "renewGrant", json!({ "grant": grant, "duration": "P30D" })).await;
    let purchase = json!({ "customer": { "domain": "contoso.example" }, "offer": api_id(OFFER, offer(&world).await),
        "quantity": 5, "term": "P1Y", "billingCycle": "ANNUAL" });
    let bought = stage.mutate(&tailspin, "purchaseSubscription", purchase).await;
    let with = |more: Value| {
        let mut input = json!({ "subscription": bought["subscription"]["id"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let next = json!({ "quantity": 9, "term": "P1Y", "billingCycle": "ANNUAL" });
    for (mutation, input) in [
        ("renameSubscription", with(json!({ "friendlyName": "Mail" }))),
        ("resizeSubscription", with(json!({ "quantity": 6 }))),
        ("scheduleSubscriptionNextTerm", with(json!({ "nextTerm": next }))),
        ("setSubscriptionAutoRenew", with(json!({ "autoRenew": false }))),
        ("suspendSubscription", with(json!({ "reason": "OTHER" }))),
        ("reactivateSubscription", with(json!({}))),
        ("cancelSubscription", with(json!({}))),
    ] {
        stage.mutate(&tailspin, mutation, input).await;
    }
    stage.mutate(&contoso, "narrowGrant", json!({ "grant": grant, "roles": ["GLOBAL_READER"] })).await;
    stage.mutate(&contoso, "terminateGrant", json!({ "grant": grant, "reason": "Thank you." })).await;
    for (mutation, input) in [
        (
            "registerPartner",
            json!({ "tenantId": id("Lamna"), "partnerNumber": "77", "name": "Lamna", "kind": "ADVISOR" }),
        ),
        (
            "registerCustomer",
            json!({ "tenantId": id("Proseware"), "name": "Proseware", "domain": "proseware.example", "country": "NL" }),
        ),
        (
            "upsertOffer",
            json!({ "sku": "NEW", "name": "Suite", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 300,
                "terms": ["P1Y"], "billingCycles": ["ANNUAL"] }),
        ),
    ] {
        stage.mutate(&operator, mutation, input).await;
    }
    let schema = apollo_compiler::Schema::parse(copartner::graphql::sdl(), "schema.graphql").unwrap();
    let all = schema.get_object("Mutation").unwrap().fields.keys().map(apollo_compiler::Name::as_str);
    assert_eq!(all.collect::<BTreeSet<_>>(), stage.tried);
    world.verify_log().await;
    world.end().await;
}

async fn offer(world: &World) -> uuid::Uuid {
    let offers = world.read(&world.tailspin(), "{ offers(first: 1) { nodes { id } } }").await;
    crate::world::row(offers["offers"]["nodes"][0]["id"].as_str().unwrap())
}

#[rstest]
#[tokio::test]
async fn a_rehearsal_is_no_way_to_ask_unseen_who_is_a_partner(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let ask = json!({ "customer": { "tenantId": tenant }, "displayName": "One", "duration": "P90D",
        "roles": ["GLOBAL_READER"], "validateOnly": true });
    let code = world.refusal(&world.tailspin(), "requestRelationship", ask).await;
    assert_eq!(code, "PARTNER_CANNOT_BE_CUSTOMER");
    let query = "{ events(first: 9) { nodes { kind changes { after } } } }";
    let told = json!([{ "kind": "RELATIONSHIP_REQUEST_REFUSED", "changes": [{ "after": tenant }] }]);
    assert_eq!(world.read(&world.operator(), query).await["events"]["nodes"], told);
    // One whole rehearsal has one answer, and none within.
    let within = json!({ "requests": [{ "displayName": "One", "duration": "P90D", "roles": ["GLOBAL_READER"],
        "validateOnly": true }] });
    assert_eq!(world.refusal(&world.tailspin(), "requestRelationships", within).await, "INVALID");
    world.verify_log().await;
    world.end().await;
}
