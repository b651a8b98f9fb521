//! `validateOnly`: every mutation answers as the real call would, and nothing has happened.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::facts::FABRIKAM;
use crate::mutations::Subjects;
use crate::world::{Backend, Person, World};

/// All that there is, as those see it who see most.
async fn state(world: &World) -> Vec<Value> {
    let query = "{ events(first: 100) { totalCount nodes { id } } grants(first: 100) { nodes { id version } }
        relationshipRequests(first: 100) { nodes { id version } } subscriptions(first: 100) { nodes { id version } }
        partners(first: 100) { nodes { id version } } customers(first: 100) { nodes { id version } }
        offers(first: 100) { nodes { id maxQuantity } } webhooks { nodes { id version secretRotatedAt } } }";
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
            fields
                .retain(|name, _| !["id", "invitation", "invitationUrl", "secret"].contains(&name.as_str()));
            fields.values_mut().for_each(|value| *value = same(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = same(item.take())),
        _ => {}
    }
    payload
}

/// Does each thing twice under one key: as a dry run, then in earnest.
struct Stage<'w> {
    world: &'w World,
    tried: BTreeSet<&'static str>,
}

impl Stage<'_> {
    async fn mutate(&mut self, person: &Person, mutation: &'static str, mut input: Value) -> Value {
        let before = state(self.world).await;
        input["idempotencyKey"] = json!(uuid::Uuid::now_v7());
        input["validateOnly"] = json!(true);
        let would_be = self.world.done(person, mutation, input.clone()).await;
        for secret in ["invitation", "secret"] {
            assert_eq!(would_be[secret], Value::Null, "a dry run makes no secret");
        }
        assert_eq!(state(self.world).await, before, "{mutation} is a dry run");
        input["validateOnly"] = json!(false);
        let done = self.world.done(person, mutation, input).await;
        assert_eq!(same(would_be), same(done.clone()), "{mutation}");
        assert_ne!(state(self.world).await, before, "{mutation} is done");
        self.tried.insert(mutation);
        done
    }

    /// Mutates with the input that the table has.
    async fn of_table(&mut self, person: &Person, mutation: &'static str, about: &Subjects) -> Value {
        self.mutate(person, mutation, about.input(mutation)).await
    }
}

#[rstest]
#[tokio::test]
async fn every_mutation_has_a_dry_run(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::cast(backend).await;
    let (tailspin, contoso, operator) = (world.tailspin(), world.contoso(), world.operator());
    let mut stage = Stage { world: &world, tried: BTreeSet::new() };
    let mut about = Subjects { offer: offer(&world).await, ..Subjects::default() };
    let open = json!({ "displayName": "Open", "roles": ["GLOBAL_READER"], "duration": "P30D" });
    stage.mutate(&tailspin, "requestRelationship", open).await;
    let mut extending = about.input("requestRelationship");
    extending["roles"] = json!(["BILLING_ADMINISTRATOR", "GLOBAL_READER"]);
    extending["autoExtend"] = json!(true);
    extending["assignments"] = json!([{ "assigneeKind": "TENANT_ROLE", "assignee": "ADMIN_AGENT",
        "roles": ["BILLING_ADMINISTRATOR"] }]);
    let one = stage.mutate(&tailspin, "requestRelationship", extending).await;
    let many = stage.of_table(&tailspin, "requestRelationships", &about).await;
    for (person, mutation, request) in [
        (&tailspin, "withdrawRelationshipRequest", &many["results"][0]["request"]["id"]),
        (&contoso, "declineRelationshipRequest", &many["results"][1]["request"]["id"]),
        (&contoso, "acceptRelationshipRequest", &one["request"]["id"]),
    ] {
        about.request = request.clone();
        about.grant = stage.of_table(person, mutation, &about).await["grant"]["id"].clone();
    }
    for mutation in ["assignAccess", "unassignAccess"] {
        stage.of_table(&tailspin, mutation, &about).await;
    }
    for on in [false, true, false] {
        let switch = json!({ "grant": about.grant, "autoExtend": on });
        stage.mutate(&tailspin, "setGrantAutoExtend", switch).await;
    }
    stage.of_table(&tailspin, "renewGrant", &about).await;
    let bought = stage.of_table(&tailspin, "purchaseSubscription", &about).await;
    about.subscription = bought["subscription"]["id"].clone();
    for mutation in [
        "renameSubscription",
        "resizeSubscription",
        "scheduleSubscriptionNextTerm",
        "setSubscriptionAutoRenew",
        "suspendSubscription",
        "reactivateSubscription",
        "cancelSubscription",
    ] {
        stage.of_table(&tailspin, mutation, &about).await;
    }
    for mutation in ["narrowGrant", "terminateGrant"] {
        stage.of_table(&contoso, mutation, &about).await;
    }
    for mutation in ["registerCustomer", "upsertOffer"] {
        stage.of_table(&operator, mutation, &about).await;
    }
    about.tenant = stage.of_table(&operator, "registerPartner", &about).await["partner"]["id"].clone();
    for mutation in ["suspendTenant", "reinstateTenant", "updateTenantProfile", "closeTenant"] {
        stage.of_table(&operator, mutation, &about).await;
    }
    for mutation in ["trustIssuer", "revokeIssuer", "revokeCredential"] {
        stage.of_table(&operator, mutation, &about).await;
    }
    let grants = world.read(&world.northwind(), "{ grants(first: 1) { nodes { id } } }").await;
    about.grant = grants["grants"]["nodes"][0]["id"].clone();
    stage.of_table(&operator, "forceTerminateGrant", &about).await;
    let registered = stage.of_table(&contoso, "registerWebhook", &about).await;
    assert!(registered["secret"].as_str().unwrap().starts_with("whsec_"));
    about.webhook = registered["webhook"]["id"].clone();
    let newest = world.read(&contoso, "{ events(first: 1) { nodes { id } } }").await;
    about.event = newest["events"]["nodes"][0]["id"].clone();
    for mutation in ["updateWebhook", "rotateWebhookSecret", "replayWebhook", "removeWebhook"] {
        stage.of_table(&contoso, mutation, &about).await;
    }
    let all = crate::published::field_names("Mutation");
    assert_eq!(all.collect::<BTreeSet<_>>(), stage.tried);
    world.verify_log().await;
    world.end().await;
}

async fn offer(world: &World) -> Value {
    let offers = world.read(&world.tailspin(), "{ offers(first: 1) { nodes { id } } }").await;
    offers["offers"]["nodes"][0]["id"].clone()
}

#[rstest]
#[tokio::test]
async fn a_dry_run_is_no_way_to_ask_unseen_who_is_a_partner(
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
    // One whole dry run has one answer, and none within.
    let within = json!({ "requests": [{ "displayName": "One", "duration": "P90D", "roles": ["GLOBAL_READER"],
        "validateOnly": true }] });
    assert_eq!(world.refusal(&world.tailspin(), "requestRelationships", within).await, "INVALID");
    world.verify_log().await;
    world.end().await;
}
