//! What the operator does with tenants: who is kept out is out at once, everywhere; what is corrected is in the log; and a grant
//! that is ended by force is ended for both.

use entity::TenantRole;
use rstest::rstest;
use serde_json::{Value, json};

use crate::live::{EVENTS, Socket, resize};
use crate::webhooks;
use crate::world::{Answer, Backend, Person, World};

/// The id of the tenant that someone is of, as the operator names it.
async fn own_id(world: &World, person: &Person) -> Value {
    let viewer = world.read(person, "{ viewer { partner { id } customer { id } } }").await["viewer"].take();
    let own = if viewer["partner"].is_null() { &viewer["customer"] } else { &viewer["partner"] };
    own["id"].clone()
}

/// Someone is told with 403 that its tenant is kept out, whatever it asks, and nothing else.
fn is_barred(answer: &Answer, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (403, "FORBIDDEN"), "{}", answer.text);
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 1);
    assert_eq!(errors[0]["extensions"]["reasons"][0]["code"], code);
    assert_eq!(answer.json()["data"], Value::Null);
}

const ASKED: [&str; 5] = [
    "{ viewer { kind } }",
    "{ customers { totalCount } }",
    "{ partners { nodes { name } } }",
    "{ events(first: 1) { nodes { kind } } }",
    "mutation { requestRelationship(input: { displayName: \"R\", roles: [GLOBAL_READER], duration: \"P30D\" }) {
        request { id } userErrors { code } } }",
];

/// Nobody could answer for it; what was sold before is still its partner's to end.
#[rstest]
#[tokio::test]
async fn with_a_customer_that_is_closed_nothing_new_begins(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (operator, fabrikam, contoso) = (world.operator(), world.fabrikam(), world.contoso());
    let customer = own_id(&world, &contoso).await;
    let sold = crate::live::sold(&world, 0);
    let input = json!({ "tenant": customer, "reason": "It is dissolved." });
    world.done(&operator, "closeTenant", input).await;
    let actions = "{ customers(filter: { search: \"Contoso\" }) { nodes { status
        availableActions { available reasons { code } } } } offers(first: 1) { nodes { id } } }";
    let mut seen = world.read(&fabrikam, actions).await;
    let node = &seen["customers"]["nodes"][0];
    assert_eq!(node["status"], "CLOSED");
    let is_closed = json!({ "available": false, "reasons": [{ "code": "TENANT_CLOSED" }] });
    assert_eq!(node["availableActions"], json!([is_closed, is_closed]));
    let offer = seen["offers"]["nodes"][0]["id"].take();
    let (by_id, by_domain) = (json!({ "id": customer }), json!({ "domain": "contoso.example" }));
    let strangers = [(&fabrikam, &by_id), (&fabrikam, &by_domain), (&world.tailspin(), &by_domain)];
    for (person, customer) in strangers {
        let asked = json!({ "customer": customer, "displayName": "More", "roles": ["GLOBAL_READER"],
            "duration": "P30D" });
        assert_eq!(world.refusal(person, "requestRelationship", asked).await, "ILLEGAL_TRANSITION");
    }
    for customer in [by_id, by_domain] {
        let order = json!({ "customer": customer, "offer": offer, "quantity": 1, "term": "P1Y",
            "billingCycle": "ANNUAL" });
        assert_eq!(world.refusal(&fabrikam, "purchaseSubscription", order).await, "ILLEGAL_TRANSITION");
    }
    let rename = json!({ "subscription": sold, "friendlyName": "Of the dissolved" });
    world.done(&fabrikam, "renameSubscription", rename).await;
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn who_is_suspended_is_out_at_once_on_all_servers_and_comes_back_as_it_was(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let other = world.another_server().await;
    let urls = [world.url.clone(), format!("http://{}", other.address)];
    let (operator, fabrikam, contoso) = (world.operator(), world.fabrikam(), world.contoso());
    for person in [&fabrikam, &contoso] {
        let own = own_id(&world, person).await;
        let seen = "{ customers { nodes { name } } subscriptions { totalCount } grants { totalCount } }";
        let before = world.read(person, seen).await;
        let suspend = json!({ "tenant": own, "reason": "It did not pay." });
        for query in ASKED {
            // Remembered by both servers, whatever is asked first afterwards.
            for url in &urls {
                world.query_at(url, person, json!({ "query": seen })).await.data();
            }
            let done = world.done(&operator, "suspendTenant", suspend.clone()).await["tenant"].take();
            assert_eq!(
                (&done["status"], &done["statusReason"]),
                (&json!("SUSPENDED"), &json!("It did not pay."))
            );
            for url in &urls {
                let answer = world.query_at(url, person, json!({ "query": query })).await;
                is_barred(&answer, "TENANT_SUSPENDED");
            }
            assert_eq!(
                world.refusal(&operator, "suspendTenant", suspend.clone()).await,
                "ILLEGAL_TRANSITION"
            );
            world.done(&operator, "reinstateTenant", json!({ "tenant": own })).await;
        }
        assert_eq!(world.read(person, seen).await, before, "nothing has become of what it had");
        assert_eq!(
            world.refusal(&operator, "reinstateTenant", json!({ "tenant": own })).await,
            "ILLEGAL_TRANSITION"
        );
        // Afterwards it reads why.
        let log = "{ events(first: 2) { nodes { kind actor { kind } changes { field after } } } }";
        let log = world.read(person, log).await["events"]["nodes"].take();
        assert_eq!([&log[0]["kind"], &log[1]["kind"]], ["TENANT_REINSTATED", "TENANT_SUSPENDED"]);
        assert_eq!(log[1]["actor"]["kind"], "OPERATOR");
        let why = json!({ "field": "statusReason", "after": "It did not pay." });
        assert!(log[1]["changes"].as_array().unwrap().contains(&why));
    }
    other.stop().await;
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn who_is_closed_stays_out_and_its_customers_keep_their_history(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (operator, fabrikam, contoso) = (world.operator(), world.fabrikam(), world.contoso());
    let own = own_id(&world, &fabrikam).await;
    resize(&world, &fabrikam, 0, 40).await;
    let query =
        "{ subscriptions { nodes { friendlyName partnerOfRecord { name } } } grants { nodes { id status } }
        events { nodes { kind } } }";
    let before = world.read(&contoso, query).await;
    let close = json!({ "tenant": own, "reason": "It is dissolved.", "expectedVersion": 1 });
    world.done(&operator, "closeTenant", close.clone()).await;
    for query in ASKED {
        is_barred(&world.query(&fabrikam, query, json!({})).await, "TENANT_CLOSED");
    }
    assert_eq!(world.read(&contoso, query).await, before);
    // Whoever sees the partner sees that it is closed and since when, and only the operator why.
    let partners = "{ partners { nodes { name status statusSince statusReason } } }";
    let is_it = |seen: &Value| {
        let partners = seen["partners"]["nodes"].as_array().unwrap().clone();
        partners.into_iter().find(|partner| partner["name"] == "Fabrikam").unwrap()
    };
    let seen = is_it(&world.read(&contoso, partners).await);
    assert_eq!((&seen["status"], &seen["statusReason"]), (&json!("CLOSED"), &Value::Null));
    let since: entity::Instant = serde_json::from_value(seen["statusSince"].clone()).unwrap();
    assert_eq!(since, world.clock.now());
    assert_eq!(is_it(&world.read(&operator, partners).await)["statusReason"], "It is dissolved.");
    for (mutation, code) in [
        ("closeTenant", "VERSION_CONFLICT"),
        ("suspendTenant", "VERSION_CONFLICT"),
        ("reinstateTenant", "VERSION_CONFLICT"),
    ] {
        let mut input = close.clone();
        if mutation == "reinstateTenant" {
            input = json!({ "tenant": own, "expectedVersion": 1 });
        }
        assert_eq!(world.refusal(&operator, mutation, input.clone()).await, code);
        input["expectedVersion"] = Value::Null;
        assert_eq!(world.refusal(&operator, mutation, input).await, "ILLEGAL_TRANSITION");
    }
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn what_is_known_of_a_tenant_can_be_corrected(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (operator, fabrikam, contoso) = (world.operator(), world.fabrikam(), world.contoso());
    let customer = own_id(&world, &contoso).await;
    let profile =
        json!({ "tenant": customer, "name": "Contoso Group", "domain": "group.example", "country": "FR" });
    let done = world.done(&operator, "updateTenantProfile", profile).await["tenant"].take();
    assert_eq!((&done["country"], &done["version"]), (&json!("FR"), &json!(2)));
    // Its partners find it by what it is called now.
    let found = "{ customers(filter: { search: \"contoso gr\" }) { nodes { name domain } }
        customer(by: { domain: \"group.example\" }) { country } old: customer(by: { domain: \"contoso.example\" }) { name } }";
    let found = world.read(&fabrikam, found).await;
    assert_eq!(found["customers"]["nodes"], json!([{ "name": "Contoso Group", "domain": "group.example" }]));
    assert_eq!((&found["customer"]["country"], &found["old"]), (&json!("FR"), &Value::Null));
    let log = "{ events(first: 1) { nodes { kind subject { id } changes { field before after } } } }";
    let told = world.read(&contoso, log).await["events"]["nodes"][0].take();
    let change = |field, before, after| json!({ "field": field, "before": before, "after": after });
    assert_eq!(
        told,
        json!({ "kind": "TENANT_PROFILE_CHANGED", "subject": { "id": customer }, "changes": [
            change("name", "Contoso", "Contoso Group"), change("domain", "contoso.example", "group.example"),
            change("country", "NL", "FR") ] })
    );
    // What is the same is no change.
    world.done(&operator, "updateTenantProfile", json!({ "tenant": customer, "country": "FR" })).await;
    let seen = world.read(&contoso, "{ customers { nodes { version } } }").await;
    assert_eq!(seen["customers"]["nodes"][0]["version"], 2);
    let partner = own_id(&world, &fabrikam).await;
    for (input, field) in [
        (json!({ "tenant": customer, "domain": "adatum.example" }), "domain"),
        (json!({ "tenant": customer, "domain": "No Domain" }), "domain"),
        (json!({ "tenant": customer, "country": "Netherlands" }), "country"),
        (json!({ "tenant": customer, "name": "" }), "name"),
        (json!({ "tenant": customer }), "name"),
        (json!({ "tenant": partner, "domain": "fabrikam.example" }), "domain"),
    ] {
        let payload = world.mutate(&operator, "updateTenantProfile", input.clone()).await;
        let error = &payload["userErrors"][0];
        assert_eq!(
            (&error["code"], &error["path"]),
            (&json!("INVALID"), &json!(["input", field])),
            "{input}"
        );
    }
    world.done(&operator, "updateTenantProfile", json!({ "tenant": partner, "name": "Fabrikam SE" })).await;
    let log = world.read(&fabrikam, "{ events(first: 1) { nodes { kind } } }").await;
    assert_eq!(log["events"]["nodes"][0]["kind"], "TENANT_PROFILE_CHANGED");
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn tenants_are_the_operators_alone_to_administer(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let own = own_id(&world, &world.fabrikam()).await;
    let random = crate::world::api_id(1, uuid::Uuid::now_v7());
    let (northwind, contoso) = (world.northwind(), world.contoso());
    for person in [&world.fabrikam(), &northwind, &contoso] {
        for tenant in [&own, &json!(random)] {
            let input = json!({ "tenant": tenant, "reason": "Spite." });
            assert_eq!(world.refusal(person, "suspendTenant", input.clone()).await, "FORBIDDEN");
            assert_eq!(world.refusal(person, "closeTenant", input).await, "FORBIDDEN");
        }
    }
    let subscription = crate::live::sold(&world, 0);
    for tenant in [random, subscription, String::new()] {
        let input = json!({ "tenant": tenant, "reason": "Nobody." });
        assert_eq!(world.refusal(&world.operator(), "suspendTenant", input).await, "NOT_FOUND");
    }
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_grant_that_the_operator_ends_is_ended_for_both_and_both_read_why(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (operator, fabrikam, contoso) = (world.operator(), world.fabrikam(), world.contoso());
    let grant =
        world.read(&fabrikam, "{ grants { nodes { id } } }").await["grants"]["nodes"][0]["id"].clone();
    let northwinds = world.read(&world.northwind(), "{ subscriptions { totalCount } }").await;
    let input = json!({ "grant": grant, "reason": "By order of a court." });
    for person in [&fabrikam, &contoso] {
        assert_eq!(world.refusal(person, "forceTerminateGrant", input.clone()).await, "FORBIDDEN");
    }
    let blank = json!({ "grant": grant, "reason": " " });
    assert_eq!(world.refusal(&operator, "forceTerminateGrant", blank).await, "INVALID");
    let done = world.done(&operator, "forceTerminateGrant", input.clone()).await;
    assert_eq!(done["grant"]["status"], "TERMINATED");
    assert_eq!((&done["grant"]["assignments"], &done["impact"]), (&json!([]), &Value::Null));
    let seen = world.read(&fabrikam, "{ customers { totalCount } subscriptions { totalCount } }").await;
    assert_eq!(
        (&seen["customers"]["totalCount"], &seen["subscriptions"]["totalCount"]),
        (&json!(0), &json!(0))
    );
    for person in [&fabrikam, &contoso] {
        let query = format!(
            "{{ grant(id: {grant}) {{ status terminatedBy terminationReason }}
                events(first: 1) {{ nodes {{ kind actor {{ kind }} }} }} }}"
        );
        let seen = world.read(person, &query).await;
        assert_eq!(
            seen["grant"],
            json!({ "status": "TERMINATED", "terminatedBy": "OPERATOR", "terminationReason": "By order of a court." })
        );
        assert_eq!(
            seen["events"]["nodes"][0],
            json!({ "kind": "GRANT_TERMINATED", "actor": { "kind": "OPERATOR" } })
        );
    }
    assert_eq!(world.read(&world.northwind(), "{ subscriptions { totalCount } }").await, northwinds);
    assert_eq!(world.refusal(&operator, "forceTerminateGrant", input).await, "GRANT_NOT_ACTIVE");
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_while_a_tenant_is_suspended_is_sent_to_its_webhook_afterwards(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let (operator, contoso) = (world.operator(), world.contoso());
    let receiver = webhooks::Receiver::willing().await;
    webhooks::register(&world, &contoso, &receiver.url).await;
    let worker = webhooks::worker(&world);
    receiver.gets(1).await;
    let own = own_id(&world, &contoso).await;
    world.done(&operator, "suspendTenant", json!({ "tenant": own, "reason": "A look." })).await;
    resize(&world, &world.fabrikam(), 0, 40).await;
    // Another tenant's is sent, which comes later in the log.
    webhooks::register(&world, &world.tailspin(), &format!("{}/tailspin", receiver.url)).await;
    let sent = receiver.gets(2).await;
    assert_eq!(sent.iter().filter(|message| message.path == "/").count(), 1, "nothing goes to the suspended");
    world.done(&operator, "reinstateTenant", json!({ "tenant": own })).await;
    world.clock.set(world.clock.now() + chrono::TimeDelta::minutes(2));
    receiver.gets(5).await;
    let kinds: Vec<_> = receiver.at_path("/").iter().map(webhooks::Received::kind).collect();
    assert_eq!(
        kinds,
        ["WEBHOOK_REGISTERED", "TENANT_SUSPENDED", "SUBSCRIPTION_RESIZED", "TENANT_REINSTATED"]
    );
    worker.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_stream_of_a_tenant_that_is_kept_out_ends_with_the_reason(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let contoso = world.contoso();
    let mut socket = Socket::of(&world, &contoso).await;
    socket.subscribe("1", EVENTS, json!({})).await;
    socket.opened().await;
    let own = own_id(&world, &contoso).await;
    world.done(&world.operator(), "suspendTenant", json!({ "tenant": own, "reason": "A look." })).await;
    assert_eq!(socket.end("1").await, ("TENANT_SUSPENDED".to_owned(), Value::Null));
    let reader = Person::of(contoso.tenant, TenantRole::CustomerReader);
    is_barred(&world.query(&reader, "{ viewer { kind } }", json!({})).await, "TENANT_SUSPENDED");
    world.end().await;
}
