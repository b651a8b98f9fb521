//! What is not trusted any more is refused on every server, on open sockets and streams too; and whom the operator trusts besides the
//! configuration.

use access::Database;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::TenantRole;
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::live::{EVENTS, EventStream, Socket};
use crate::outside::Outside;
use crate::terminal::{copartner, words};
use crate::webhooks::until;
use crate::world::{Backend, Person, World};

/// The development issuer, as it is configured.
const DEVELOPMENT: &str = "urn:copartner:development:{tenantid}";

/// A part of a token, unverified: 0 is its header, 1 its claims.
fn part(token: &str, n: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(n).unwrap()).unwrap()).unwrap()
}

fn asking(url: &str, token: &str, query: &str) -> RequestBuilder {
    let request = reqwest::Client::new().post(format!("{url}/graphql")).bearer_auth(token);
    request.header("content-type", "application/json").body(json!({ "query": query }).to_string())
}

/// The status of a request with this token.
async fn status(url: &str, token: &str) -> u16 {
    asking(url, token, "{ viewer { kind } }").send().await.unwrap().status().as_u16()
}

/// Revokes something as the operator.
async fn revoke(world: &World, mut credential: Value) -> Value {
    credential["reason"] = json!("It was stolen.");
    world.done(&world.operator(), "revokeCredential", credential).await["credential"].take()
}

#[rstest]
#[tokio::test]
async fn what_is_revoked_is_refused_on_every_server_and_nothing_else_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let servers = [world.another_server().await, world.another_server().await];
    let [second, third] = servers.each_ref().map(|other| format!("http://{}", other.address));
    let urls = [world.url.clone(), second, third];
    let (fabrikam, northwind) = (world.fabrikam(), world.northwind());
    let one = world.token(&fabrikam);
    let others = [world.token(&fabrikam), world.token(&northwind), world.token(&world.operator())];
    let is_refused = async |token: &str| {
        for url in &urls {
            until("it is refused", async || status(url, token).await == 401).await;
        }
    };
    // Known to all servers before it is revoked.
    let are_good = async |tokens: &[String]| {
        for (url, token) in urls.iter().flat_map(|url| tokens.iter().map(move |token| (url, token))) {
            assert_eq!(status(url, token).await, 200);
        }
    };
    are_good(std::slice::from_ref(&one)).await;
    are_good(&others).await;
    let id = part(&one, 1)["jti"].clone();
    let revoked = revoke(&world, json!({ "issuer": DEVELOPMENT, "token": id })).await;
    assert_eq!((&revoked["kind"], &revoked["value"]), (&json!("TOKEN"), &id));
    is_refused(&one).await;
    are_good(&others).await;
    // A principal's tokens of until now, and of this second; what is issued later is good again.
    revoke(&world, json!({ "issuer": DEVELOPMENT, "principal": fabrikam.subject })).await;
    is_refused(&others[0]).await;
    is_refused(&world.token(&fabrikam)).await;
    world.clock.set(world.clock.now() + chrono::TimeDelta::seconds(1));
    are_good(&[world.token(&fabrikam)]).await;
    // Everyone of one tenant, by the name that the issuer has for it.
    let of_tenant = DEVELOPMENT.replace("{tenantid}", &northwind.tenant.to_string());
    let input = json!({ "issuer": of_tenant, "reason": "It speaks for someone else now." });
    world.done(&world.operator(), "revokeIssuer", input).await;
    is_refused(&world.token(&northwind)).await;
    are_good(&[world.token(&fabrikam)]).await;
    let log = "{ events(first: 3) { nodes { kind subject { id } changes { field after } } } }";
    let log = world.read(&world.operator(), log).await["events"]["nodes"].take();
    let kinds: Vec<_> = log.as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["ISSUER_REVOKED", "CREDENTIAL_REVOKED", "CREDENTIAL_REVOKED"]);
    assert!(log[2]["changes"].as_array().unwrap().contains(&json!({ "field": "token", "after": id })));
    assert_eq!(log[0]["subject"], Value::Null);
    // The key of everyone, last of all.
    revoke(&world, json!({ "issuer": DEVELOPMENT, "key": part(&one, 0)["kid"] })).await;
    is_refused(&world.token(&world.operator())).await;
    for other in servers {
        other.stop().await;
    }
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn sockets_and_streams_that_are_idle_end_with_what_they_were_opened_by(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let other = world.another_server().await;
    let url = format!("http://{}", other.address);
    let token = world.token(&world.fabrikam());
    let mut revoked = Socket::at(&url, &token).await;
    revoked.subscribe("1", EVENTS, json!({})).await;
    revoked.opened().await;
    let mut goes_on = Socket::at(&url, &world.token(&world.fabrikam())).await;
    goes_on.subscribe("1", EVENTS, json!({})).await;
    goes_on.opened().await;
    let request = asking(&url, &token, EVENTS).header("accept", "text/event-stream");
    let mut stream = EventStream::open(request).await;
    stream.block().await.unwrap();
    let mut suspended = Socket::at(&url, &world.token(&world.contoso())).await;
    suspended.subscribe("1", EVENTS, json!({ "filter": { "kind": [] } })).await;
    suspended.opened().await;

    revoke(&world, json!({ "issuer": DEVELOPMENT, "token": part(&token, 1)["jti"] })).await;
    assert_eq!(revoked.closed().await.0, 4401, "a client that is told so stays away");
    let (_, ended) = stream.event().await;
    assert_eq!(ended["errors"][0]["extensions"]["reason"], "TOKEN_REVOKED");
    assert!(stream.block().await.unwrap().starts_with("event: complete"));

    let contoso = world.read(&world.contoso(), "{ viewer { customer { id } } }").await;
    let suspend = json!({ "tenant": contoso["viewer"]["customer"]["id"], "reason": "A look." });
    world.done(&world.operator(), "suspendTenant", suspend).await;
    let (code, reason) = suspended.closed().await;
    assert_eq!((code, reason.as_str()), (4403, "Forbidden: this tenant is suspended."));
    // What has nothing to do with it goes on.
    crate::live::resize(&world, &world.fabrikam(), 0, 40).await;
    assert_eq!(goes_on.event("1").await["changes"][0]["after"], "40");
    other.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn an_issuer_is_trusted_revoked_and_trusted_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let operator = world.operator();
    let tenant = world.fabrikam().tenant;
    let trust = json!({ "issuer": "https://login.example.org/", "tenantId": tenant, "audience": ["api://copartner"],
        "algorithms": ["ES256", "EdDSA"], "jwksUrl": "https://login.example.org/keys", "keysMaxAgeHours": 48 });
    let done = world.done(&operator, "trustIssuer", trust.clone()).await["issuer"].take();
    assert_eq!((&done["fromConfiguration"], &done["revokedAt"]), (&json!(false), &Value::Null));
    let query = "{ issuers { name tenantId audience algorithms fromConfiguration usableKeys keysMaxAgeHours revokedAt } }";
    let listed = async |person: &Person| world.read(person, query).await["issuers"].take();
    let has = async |person: &Person, name: &str| {
        listed(person).await.as_array().unwrap().iter().any(|issuer| issuer["name"] == name)
    };
    until("it is trusted", async || has(&operator, "https://login.example.org/").await).await;
    let theirs = listed(&world.fabrikam()).await;
    assert_eq!(
        theirs[1],
        json!({ "name": "https://login.example.org/", "tenantId": tenant, "audience": ["api://copartner"],
            "algorithms": ["ES256", "EdDSA"], "fromConfiguration": false, "usableKeys": 0, "keysMaxAgeHours": 48, "revokedAt": null })
    );
    assert_eq!(
        listed(&world.northwind()).await.as_array().unwrap().len(),
        1,
        "it does not speak for Northwind"
    );
    for (change, value) in [
        ("audience", json!([])),
        ("algorithms", json!(["HS256"])),
        ("algorithms", json!([])),
        ("tenantId", Value::Null),
        ("keysMaxAgeHours", json!(1)),
        ("keysMaxAgeHours", json!(721)),
        ("keysMaxAgeHours", json!(-1)),
        ("jwksUrl", json!("http://login.example.org/keys")),
        ("jwksUrl", Value::Null),
        ("discovery", json!("https://login.example.org/also")),
        ("issuer", json!("urn:copartner:development:{tenantid}0")),
    ] {
        let mut input = trust.clone();
        input[change] = value;
        assert_eq!(world.refusal(&operator, "trustIssuer", input.clone()).await, "INVALID", "{input}");
    }
    let overlapping = DEVELOPMENT.replace("{tenantid}", &tenant.to_string());
    let mut input = trust.clone();
    input["issuer"] = json!(overlapping);
    assert_eq!(world.refusal(&operator, "trustIssuer", input).await, "INVALID");
    // A slash less is another name, and is told which there are.
    let input = json!({ "issuer": "https://login.example.org", "reason": "Gone." });
    let payload = world.mutate(&operator, "revokeIssuer", input).await;
    let error = &payload["userErrors"][0];
    assert_eq!(error["code"], "NOT_FOUND");
    assert!(error["message"].as_str().unwrap().contains("`https://login.example.org/`"), "{error}");
    let input = json!({ "issuer": "https://login.example.org/", "reason": "Gone." });
    let done = world.done(&operator, "revokeIssuer", input).await["issuer"].take();
    assert_ne!(done["revokedAt"], Value::Null);
    let is_revoked = async || {
        listed(&operator).await.as_array().unwrap().iter().any(|issuer| !issuer["revokedAt"].is_null())
    };
    until("it is revoked", is_revoked).await;
    world.done(&operator, "trustIssuer", trust).await;
    until("it is trusted again", async || !is_revoked().await).await;
    // What is nobody else's to decide, nobody else is told of.
    for person in [world.fabrikam(), world.contoso()] {
        let input = json!({ "issuer": "https://nobody.example.org", "reason": "Spite." });
        let payload = world.mutate(&person, "revokeIssuer", input).await;
        assert_eq!(payload["userErrors"][0]["code"], "FORBIDDEN");
        assert!(!payload.to_string().contains("login.example.org"), "{payload}");
        let input = json!({ "issuer": DEVELOPMENT, "principal": "someone", "reason": "Spite." });
        assert_eq!(world.refusal(&person, "revokeCredential", input).await, "FORBIDDEN");
    }
    for input in [
        json!({ "issuer": DEVELOPMENT, "reason": "None." }),
        json!({ "issuer": DEVELOPMENT, "token": "a", "key": "b", "reason": "Two." }),
        json!({ "issuer": DEVELOPMENT, "token": "", "reason": "Empty." }),
    ] {
        assert_eq!(world.refusal(&operator, "revokeCredential", input.clone()).await, "INVALID", "{input}");
    }
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn a_server_that_cannot_look_lets_nobody_in_and_turns_nobodys_token_down(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let server = world.server_that_looks_every_second().await;
    let url = format!("http://{}", server.address);
    let (good, revoked) = (world.token(&world.northwind()), world.token(&world.fabrikam()));
    until("it looks", async || status(&url, &good).await == 200).await;
    let mut idle = Socket::at(&url, &revoked).await;
    idle.subscribe("1", EVENTS, json!({})).await;
    idle.opened().await;
    let outside = Outside::of(&world.database).await;
    outside.run("ALTER TABLE trust_revision RENAME TO hidden").await;
    until("it cannot look", async || status(&url, &good).await == 503).await;
    let id = Uuid::now_v7();
    let jti = part(&revoked, 1)["jti"].as_str().unwrap().to_owned();
    let id = match backend {
        Backend::Sqlite => format!("x'{}'", id.simple()),
        Backend::Postgres => format!("'{id}'"),
    };
    outside.run("ALTER TABLE hidden RENAME TO trust_revision").await;
    outside
        .run(&format!(
            "INSERT INTO revocation (id, issuer, kind, value, revoked_at, reason, revoked_by)
             VALUES ({id}, '{DEVELOPMENT}', 'TOKEN', '{jti}', '2026-06-15T12:00:00.000Z', 'Stolen.', 'someone')"
        ))
        .await;
    until("all is well again", async || status(&url, &good).await == 200).await;
    until("what was revoked is known", async || status(&url, &revoked).await == 401).await;
    assert_eq!(idle.closed().await.0, 4401, "what was opened before the outage ends, too");
    let another = Person::of(world.fabrikam().tenant, TenantRole::HelpdeskAgent);
    until("others go on", async || status(&url, &world.token(&another)).await == 200).await;
    server.stop().await;
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn the_command_that_explains_a_token_knows_what_was_revoked(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    // The command asks the machine's clock.
    world.clock.set(copartner::clock::now());
    let token = world.token(&world.fabrikam());
    let address = match &world.database {
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.clone(),
    };
    let check = |address: &str| {
        let arguments = ["token", "check", "--development-issuer", "--database", address, &token];
        let output = copartner(world.directory.path(), &arguments);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), told, words(&output))
    };
    let (is_accepted, told, notes) = check(&address);
    assert!(is_accepted && notes.is_empty(), "{told}{notes}");
    revoke(&world, json!({ "issuer": DEVELOPMENT, "token": part(&token, 1)["jti"] })).await;
    let (is_accepted, told, _) = check(&address);
    assert!(!is_accepted && told.contains("The token itself was revoked."), "{told}");
    // Without the database it says what it leaves out.
    let (is_accepted, told, notes) = check("sqlite:nowhere.sqlite");
    assert!(is_accepted && notes.contains("what was revoked at run time"), "{told}{notes}");
    world.end().await;
}
