//! GraphQL over HTTP: statuses, media types, limits, headers, and what the log says of it.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use crate::facts::{Facts, Partner, id};
use crate::log;
use crate::outside::Outside;
use crate::world::{Answer, Backend, World};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

async fn post(world: &World, accept: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = world.request(Method::POST, "/graphql").bearer_auth(world.token(&world.fabrikam()));
    world.send(request.header("content-type", JSON).header("accept", accept).body(body)).await
}

#[rstest]
#[case(r#"{"query":"{ viewer { kind } }"}"#, 200, 200, "")]
#[case(r#"{"query":"{ viewer { kind }"}"#, 400, 200, "GRAPHQL_PARSE_FAILED")]
#[case(r#"{"query":"{ nothing }"}"#, 422, 200, "GRAPHQL_VALIDATION_FAILED")]
#[case(r#"{"query":"query($id: ID!) { node(id: $id) { id } }"}"#, 422, 200, "GRAPHQL_VALIDATION_FAILED")]
#[case(r#"{"query":"{ a: viewer { kind } }","operationName":"b"}"#, 400, 200, "BAD_REQUEST")]
#[case(r#"{"query":"{"#, 400, 400, "BAD_REQUEST")]
#[case("{}", 400, 400, "BAD_REQUEST")]
#[case("[]", 400, 400, "BAD_REQUEST")]
#[case(r#"{"query":"{ viewer { kind } }","operationName":""}"#, 200, 200, "")]
#[case(r#"{"query":"{ viewer { kind } }","query":"{ offers { totalCount } }"}"#, 400, 400, "BAD_REQUEST")]
#[case(r#"{"query":"{ viewer { kind } }","variables":{"a":1,"a":2}}"#, 400, 400, "BAD_REQUEST")]
#[case(
    r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"a"}}}"#,
    400,
    400,
    "PERSISTED_QUERY_NOT_SUPPORTED"
)]
#[case(r#"[{"query":"{ viewer { kind } }"}]"#, 400, 400, "BAD_REQUEST")]
#[case(r#"{"query":7}"#, 400, 400, "BAD_REQUEST")]
#[case(r#"{"query":"{ viewer { kind } }","variables":[]}"#, 400, 400, "BAD_REQUEST")]
#[tokio::test]
async fn the_status_tells_how_far_a_request_got(
    #[case] body: &'static str,
    #[case] graphql: u16,
    #[case] json: u16,
    #[case] code: &str,
) {
    let world = World::cast(Backend::Sqlite).await;
    for (accept, status) in [(GRAPHQL, graphql), (JSON, json)] {
        let answer = post(&world, accept, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text);
        assert_eq!(answer.headers["content-type"], format!("{accept}; charset=utf-8"));
        if !code.is_empty() {
            let error = &answer.json()["errors"][0];
            assert_eq!(error["extensions"]["requestId"], answer.id());
            assert!(answer.json().get("data").is_none());
        }
    }
    world.end().await;
}

#[tokio::test]
async fn a_transport_that_is_not_understood_is_told_what_would_be() {
    let world = World::cast(Backend::Sqlite).await;
    let query = json!({ "query": "{ viewer { kind } }" }).to_string();
    let token = world.token(&world.fabrikam());
    let request = |method| world.request(method, "/graphql").bearer_auth(&token);
    let cases = [
        (request(Method::POST).header("content-type", "text/plain").body(query.clone()), 415),
        (request(Method::POST).body(query.clone()), 415),
        (
            request(Method::POST)
                .header("content-type", JSON)
                .header("accept", "text/csv")
                .body(query.clone()),
            406,
        ),
        (request(Method::PUT).header("content-type", JSON).body(query.clone()), 405),
        (request(Method::DELETE), 405),
        (request(Method::POST).header("content-type", JSON).body("x".repeat(300_000)), 413),
    ];
    for (request, status) in cases {
        let answer = world.send(request).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.code(), "BAD_REQUEST");
        if status == 405 {
            assert_eq!(answer.headers["allow"], "GET, HEAD, OPTIONS, POST");
        }
    }
    let get = |query: &str| {
        let path = format!(
            "/graphql?{}",
            url::form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish()
        );
        world.request(Method::GET, &path).bearer_auth(&token).header("accept", GRAPHQL)
    };
    assert_eq!(world.send(get("{ viewer { kind } }")).await.data()["viewer"]["kind"], "PARTNER");
    assert_eq!(world.send(get("{ viewer { kind ")).await.status, 400);
    world.end().await;
}

#[tokio::test]
async fn whoever_is_not_known_gets_one_answer_whatever_was_wrong() {
    let world = World::cast(Backend::Sqlite).await;
    let good = world.token(&world.fabrikam());
    let mut forged = good.clone();
    forged.replace_range(good.len() - 10..good.len() - 6, "AAAA");
    let bodies: Vec<_> = [None, Some("x".to_owned()), Some(forged), Some("a.b.c".repeat(4_000))]
        .into_iter()
        .map(|token| {
            let request = world.request(Method::POST, "/graphql").header("content-type", JSON);
            (
                token.is_some(),
                token.map_or_else(
                    || request.try_clone().unwrap(),
                    |token| request.try_clone().unwrap().bearer_auth(token),
                ),
            )
        })
        .collect();
    let mut texts = Vec::new();
    for (is_sent, request) in bodies {
        // Nothing of what is sent is read: this is not even JSON.
        let answer = world.send(request.body("{{{{")).await;
        assert_eq!(answer.status, 401);
        let challenge = if is_sent { "Bearer error=\"invalid_token\"" } else { "Bearer" };
        assert_eq!(answer.headers["www-authenticate"], challenge);
        assert!(!answer.line()["refusal"].is_empty(), "the log says why");
        texts.push(answer.text.replace(answer.id(), ""));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("UNAUTHENTICATED"));
    // A token that ran out is no better than none.
    world.clock.set(world.clock.now() + chrono::TimeDelta::days(3));
    let request =
        world.request(Method::POST, "/graphql").bearer_auth(&good).header("content-type", JSON).body("{}");
    let answer = world.send(request).await;
    assert_eq!((answer.status, answer.line()["refusal"].as_str()), (401, "expired"));
    world.end().await;
}

#[tokio::test]
async fn a_tenant_that_is_not_registered_is_told_so() {
    let world = World::cast(Backend::Sqlite).await;
    let nobody = crate::world::Person::of(uuid::Uuid::from_u128(99), entity::TenantRole::AdminAgent);
    let answer = world.query(&nobody, "{ viewer { kind } }", json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "FORBIDDEN"));
    let reason = answer.json()["errors"][0]["extensions"]["reasons"][0].clone();
    assert_eq!(reason["code"], "TENANT_NOT_REGISTERED");
    assert!(reason["remedy"].as_str().unwrap().contains("operator"));
    world.end().await;
}

/// Who a tenant is is remembered, that it is there never.
#[rstest]
#[tokio::test]
async fn a_tenant_that_is_removed_is_out_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let lamna = id("Lamna");
    let mut facts = Facts::cast();
    facts.partners.push(Partner { tenant: lamna, name: "Lamna".to_owned() });
    let world = World::of(backend, facts).await;
    let person = crate::world::Person::of(lamna, entity::TenantRole::AdminAgent);
    let seen = world.read(&person, "{ partners { nodes { name } } }").await;
    assert_eq!(seen["partners"]["nodes"][0]["name"], "Lamna");
    Outside::of(&world.database).await.run("DELETE FROM partner WHERE name = 'Lamna'").await;
    let ask = "mutation { requestRelationship(input: { customer: { domain: \"contoso.example\" }, displayName: \"R\",
        roles: [GLOBAL_READER], duration: \"P30D\" }) { request { id } userErrors { code } } }";
    for query in [
        "{ viewer { partner { name } } }",
        "{ partners { nodes { name } } }",
        "{ customers { totalCount } }",
        ask,
    ] {
        let answer = world.query(&person, query, json!({})).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "FORBIDDEN"), "{query}: {}", answer.text);
        assert!(
            answer.text.contains("TENANT_NOT_REGISTERED") && !answer.text.contains("Lamna"),
            "{}",
            answer.text
        );
    }
    world.end().await;
}

#[tokio::test]
async fn one_line_tells_of_each_request_and_holds_no_secret() {
    let world = World::cast(Backend::Sqlite).await;
    let query = "query Who($id: ID!) { node(id: $id) { id } viewer { kind } }";
    let answer = world.query(&world.fabrikam(), query, json!({ "id": "a-secret-value" })).await;
    let line = answer.line();
    assert_eq!(line["operation"], "query");
    assert_eq!(line["name"], "Who");
    assert_eq!(line["tenant"], world.facts.partners[0].tenant.to_string());
    assert_eq!(line["subject"], "someone");
    assert_eq!(line["status"], "200");
    assert_eq!(line["statements"], "1");
    let log = log::text();
    assert!(!log.contains("a-secret-value") && !log.contains("eyJ") && !log.contains("viewer {"), "{log}");
    world.end().await;
}

#[tokio::test]
async fn the_house_is_open_where_it_should_be_and_closed_elsewhere() {
    let world = World::cast(Backend::Sqlite).await;
    world.read(&world.fabrikam(), "{ viewer { kind } }").await;
    for (path, part) in [
        ("/healthz", "ok"),
        ("/readyz", "ready"),
        ("/schema.graphql", "type CustomerSubscription implements Node"),
        ("/development/jwks.json", "OKP"),
    ] {
        let answer = world.send(world.request(Method::GET, path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text.contains(part), "{path}: {}", answer.text);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers.get("access-control-allow-origin").is_none());
    }
    let page = world.send(world.request(Method::GET, "/graphql").header("accept", "text/html")).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'")
            && !policy.contains("unsafe-eval")
            && !policy.contains("__NONCE__")
    );
    assert!(!page.text.contains("__NONCE__") && !page.text.contains("__CONFIG__"));
    let foreign = world.request(Method::POST, "/graphql").header("origin", "https://evil.example");
    let answer = world.send(foreign.header("content-type", JSON).body("{}")).await;
    assert!(answer.headers.get("access-control-allow-origin").is_none());
    world.end().await;
}

#[tokio::test]
async fn the_metrics_are_not_where_the_tenants_are() {
    let world = World::cast(Backend::Sqlite).await;
    world.read(&world.fabrikam(), "{ viewer { kind } }").await;
    assert_eq!(world.send(world.request(Method::GET, "/metrics")).await.status, 404);
    let metrics = world.metrics().await;
    assert_eq!(
        (metrics.status, &metrics.headers["x-content-type-options"]),
        (200, &"nosniff".parse().unwrap())
    );
    assert!(metrics.text.contains("copartner_requests_total"), "{}", metrics.text);
    world.end().await;
}

/// Documents nested or repeated without end, over each route: refused at once, and the server lives.
#[rstest]
#[case::list_values("query { offers(filter: { search: ", "[", "]", " }) { totalCount } }")]
#[case::object_values("query { offers(filter: ", "{ search: ", "}", ") { totalCount } }")]
#[case::selections("query ", "{ a ", "}", "")]
#[case::types("query($v: ", "[", "]", ") { viewer { kind } }")]
#[tokio::test]
async fn a_document_without_end_is_refused_and_the_server_lives(
    #[case] head: &str,
    #[case] open: &str,
    #[case] close: &str,
    #[case] tail: &str,
    #[values(500, 5_000, 30_000)] depth: usize,
) {
    let world = World::cast(Backend::Sqlite).await;
    let document = format!("{head}{}1{}{tail}", open.repeat(depth), close.repeat(depth));
    let started = std::time::Instant::now();
    let answer = post(&world, GRAPHQL, json!({ "query": document }).to_string()).await;
    assert!(started.elapsed().as_secs() < 2);
    assert!((400..=422).contains(&answer.status), "{} {}", answer.status, answer.text);
    let parameter = url::form_urlencoded::byte_serialize(document.as_bytes()).collect::<String>();
    if parameter.len() < 30_000 {
        let get = world.request(Method::GET, &format!("/graphql?query={parameter}"));
        let answer =
            world.send(get.bearer_auth(world.token(&world.fabrikam())).header("accept", GRAPHQL)).await;
        assert!((400..=422).contains(&answer.status), "{} {}", answer.status, answer.text);
    }
    assert_eq!(world.read(&world.fabrikam(), "{ viewer { kind } }").await["viewer"]["kind"], "PARTNER");
    world.end().await;
}

#[tokio::test]
async fn what_can_be_read_can_be_looked_at_and_says_what_it_takes() {
    let world = World::cast(Backend::Sqlite).await;
    for path in ["/healthz", "/readyz", "/schema.graphql", "/development/jwks.json", "/favicon.ico"] {
        let get = world.send(world.request(Method::GET, path)).await;
        let head = world.send(world.request(Method::HEAD, path)).await;
        assert_eq!((get.status, head.status, head.text.as_str()), (200, 200, ""), "{path}");
        assert_eq!(get.headers["content-type"], head.headers["content-type"], "{path}");
        let options = world.send(world.request(Method::OPTIONS, path)).await;
        assert_eq!((options.status, options.headers["allow"].to_str().unwrap()), (204, "GET, HEAD, OPTIONS"));
        assert_eq!(world.send(world.request(Method::POST, path)).await.status, 405, "{path}");
    }
    let options = world.send(world.request(Method::OPTIONS, "/graphql")).await;
    assert_eq!(
        (options.status, options.headers["allow"].to_str().unwrap()),
        (204, "GET, HEAD, OPTIONS, POST")
    );
    let query = world.request(Method::HEAD, "/graphql?query=%7Bviewer%7Bkind%7D%7D");
    let query = world.send(query.bearer_auth(world.token(&world.fabrikam())).header("accept", GRAPHQL)).await;
    assert_eq!((query.status, query.text.as_str()), (200, ""));
    world.end().await;
}

#[tokio::test]
async fn a_compressed_body_is_told_what_is_read() {
    let world = World::cast(Backend::Sqlite).await;
    let request = world.request(Method::POST, "/graphql").bearer_auth(world.token(&world.fabrikam()));
    let request =
        request.header("content-type", JSON).header("content-encoding", "gzip").body(vec![31, 139, 8]);
    let answer = world.send(request).await;
    assert_eq!((answer.status, answer.headers["accept-encoding"].to_str().unwrap()), (415, "identity"));
    let query = "/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22a%22%7D%7D";
    let answer =
        world.send(world.request(Method::GET, query).bearer_auth(world.token(&world.fabrikam()))).await;
    // GET takes a header that no page of elsewhere can send, or a media type.
    assert!(answer.status == 400, "{}", answer.text);
    assert_eq!(answer.json()["errors"][0]["message"], "PersistedQueryNotSupported");
    world.end().await;
}

#[tokio::test]
async fn no_answer_is_fit_for_a_cache_that_others_share() {
    let world = World::cast(Backend::Sqlite).await;
    let token = world.token(&world.fabrikam());
    for (query, token, status) in [
        ("{viewer{kind}}", token.as_str(), 200),
        ("{viewer{kind}}", "none", 401),
        ("{viewer{nothing}}", &token, 422),
        ("mutation{removeWebhook(input:{webhook:\"1\"}){userErrors{code}}}", &token, 405),
    ] {
        let mut address = url::Url::parse(&format!("{}/graphql", world.url)).unwrap();
        address.query_pairs_mut().append_pair("query", query);
        let request = reqwest::Client::new().get(address).bearer_auth(token).header("accept", GRAPHQL);
        let answer = world.send(request).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.headers["cache-control"], "private, no-store");
        let vary: Vec<_> = answer.headers.get_all("vary").iter().map(|one| one.to_str().unwrap()).collect();
        let vary = vary.join(", ").to_lowercase();
        assert!(vary.contains("authorization") && vary.contains("accept"), "{vary}");
    }
    world.end().await;
}
