//! Where only trusted documents are run, no other is, on no way in.

use copartner::graphql::gate;
use copartner::http::{DocumentMode, DocumentSettings, TrustedDocuments};
use entity::TenantRole;
use gate::Limits;
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::live::{EVENTS, EventStream, Socket, resize};
use crate::webhooks::until;
use crate::world::{Answer, Backend, World};

const KIND: &str = "query Kind { viewer { kind } }";
const RENAME: &str = "mutation Rename($input: RenameSubscriptionInput!) {
    renameSubscription(input: $input) { subscription { friendlyName } userErrors { code } } }";

/// Relay's file and Apollo's, with the trusted documents `kind`, `rename` and `events`.
fn manifests(directory: &TempDir) -> Vec<std::path::PathBuf> {
    let relays = json!({ "kind": KIND, "rename": RENAME });
    let operation = json!({ "id": "events", "body": EVENTS, "name": "Events", "type": "subscription" });
    let apollos =
        json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation] });
    let files = [("relay.json", relays), ("apollo.json", apollos)];
    files.map(|(name, content)| write(directory, name, &content)).to_vec()
}

fn write(directory: &TempDir, name: &str, content: &Value) -> std::path::PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path
}

fn ways(world: &World, url: &str, members: &Value) -> [RequestBuilder; 3] {
    let client = reqwest::Client::new();
    let mut address = url::Url::parse(&format!("{url}/graphql")).unwrap();
    for (name, value) in members.as_object().unwrap() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        address.query_pairs_mut().append_pair(name, &value);
    }
    let token = world.token(&world.fabrikam());
    let post = client.post(format!("{url}/graphql")).header("content-type", "application/json");
    let post = post.body(members.to_string()).bearer_auth(&token);
    [
        post.try_clone().unwrap().header("accept", "application/graphql-response+json"),
        client.get(address).bearer_auth(&token).header("accept", "application/graphql-response+json"),
        post.header("accept", "application/graphql-response+json, text/event-stream"),
    ]
}

async fn sent(world: &World, request: RequestBuilder) -> Answer {
    world.send(request).await
}

#[rstest]
#[tokio::test]
async fn what_is_not_trusted_is_refused_with_one_code_on_every_way(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::cast(backend).await;
    let directory = TempDir::new().unwrap();
    let settings = DocumentSettings {
        mode: DocumentMode::Enforce,
        manifests: manifests(&directory),
        ..Default::default()
    };
    let server = world.server_with_documents(&settings).await;
    let url = format!("http://{}", server.address);
    let hash = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let untrusted = [
        json!({ "query": "{ viewer { kind } }" }),
        // A trusted text is no id.
        json!({ "query": KIND }),
        json!({ "query": "{ __typename }" }),
        json!({ "query": "query IntrospectionQuery { __schema { queryType { name } } }" }),
        json!({ "query": "{ viewer { kind } }", "documentId": "kind" }),
        json!({ "query": "{ viewer { kind } }", "extensions": hash("kind") }),
        json!({ "query": "{ viewer { kind } }", "extensions": hash("new") }),
        json!({ "documentId": "unknown" }),
        json!({ "documentId": "" }),
        json!({ "documentId": "KIND" }),
        json!({ "extensions": hash("unknown") }),
    ];
    for members in &untrusted {
        for request in ways(&world, &url, members) {
            let answer = sent(&world, request).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "DOCUMENT_NOT_TRUSTED"), "{members}");
        }
        let mut socket = Socket::at(&url, &world.token(&world.fabrikam())).await;
        socket.say(json!({ "type": "subscribe", "id": "1", "payload": members })).await;
        let refused = socket.next().await;
        assert_eq!(refused["type"], "error");
        assert_eq!(refused["payload"][0]["extensions"]["code"], "DOCUMENT_NOT_TRUSTED", "{members}");
    }
    for members in [
        json!({ "documentId": "kind" }),
        json!({ "query": KIND, "documentId": "kind" }),
        json!({ "extensions": hash("kind"), "operationName": "Kind" }),
    ] {
        for request in ways(&world, &url, &members) {
            let answer = sent(&world, request).await;
            assert_eq!(answer.status, 200, "{members}: {}", answer.text);
            assert!(answer.text.contains("PARTNER"));
        }
    }
    // What was trusted is still bounded by what each way takes.
    let input = json!({ "subscription": crate::live::sold(&world, 0), "friendlyName": "Trusted" });
    let rename = json!({ "documentId": "rename", "variables": { "input": input } });
    let [post, get, _] = ways(&world, &url, &rename);
    assert_eq!(sent(&world, post).await.data()["renameSubscription"]["userErrors"], json!([]));
    assert_eq!(sent(&world, get).await.status, 405);
    let mut socket = Socket::at(&url, &world.token(&world.fabrikam())).await;
    let payload = json!({ "documentId": "events" });
    socket.say(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    let [_, _, stream] = ways(&world, &url, &payload);
    let mut stream = EventStream::open(stream.header("accept", "text/event-stream")).await;
    stream.block().await.unwrap();
    socket.say(json!({ "type": "subscribe", "id": "2", "payload": { "documentId": "kind" } })).await;
    assert_eq!(socket.result("2").await["data"]["viewer"]["kind"], "PARTNER");
    socket.next().await;
    resize(&world, &world.fabrikam(), 0, 40).await;
    assert_eq!(socket.event("1").await["changes"][0]["after"], "40");
    assert_eq!(stream.event().await.1["data"]["events"]["changes"][0]["after"], "40");
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn where_it_is_only_logged_all_is_run_and_where_it_is_off_no_id_is() {
    let world = World::cast(Backend::Sqlite).await;
    let directory = TempDir::new().unwrap();
    let settings =
        DocumentSettings { mode: DocumentMode::Log, manifests: manifests(&directory), ..Default::default() };
    let server = world.server_with_documents(&settings).await;
    let url = format!("http://{}", server.address);
    for (members, status) in [
        (json!({ "query": "{ viewer { kind } }" }), 200),
        (json!({ "query": "{ viewer { kind } }", "documentId": "unknown" }), 200),
        (json!({ "documentId": "kind" }), 200),
        (json!({ "query": "{ viewer { kind } }", "documentId": "kind" }), 400),
        (json!({ "documentId": "unknown" }), 400),
    ] {
        for request in ways(&world, &url, &members) {
            assert_eq!(sent(&world, request).await.status, status, "{members}");
        }
    }
    for request in ways(&world, &world.url, &json!({ "documentId": "kind" })) {
        assert_eq!(sent(&world, request).await.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
    }
    server.stop().await;
    world.end().await;
}

#[test]
fn a_file_that_holds_no_documents_keeps_the_server_from_starting() {
    let directory = TempDir::new().unwrap();
    let refusal = |files: Vec<std::path::PathBuf>| {
        let settings =
            DocumentSettings { mode: DocumentMode::Enforce, manifests: files, ..Default::default() };
        TrustedDocuments::read(&settings).map(drop).unwrap_err().to_string()
    };
    assert!(refusal(vec![directory.path().join("missing.json")]).contains("cannot be read"));
    for content in
        [json!([]), json!({ "a": 1 }), json!({ "format": "other", "version": 1, "operations": [] })]
    {
        let words = refusal(vec![write(&directory, "wrong.json", &content)]);
        assert!(words.contains("holds no trusted documents"), "{words}");
    }
    let one = write(&directory, "one.json", &json!({ "same": "{ a }" }));
    let other = write(&directory, "other.json", &json!({ "same": "{ b }" }));
    assert!(refusal(vec![one, other]).contains("`same` has two texts"));
    assert!(refusal(vec![]).contains("names none"));
    let both = DocumentSettings { mode: DocumentMode::Enforce, automatic: true, ..Default::default() };
    let words = TrustedDocuments::read(&both).map(drop).unwrap_err().to_string();
    assert!(words.contains("automatic = false"), "{words}");
}

/// What is asked of a document that is registered under a hash, or is to be.
fn by_hash(hash: &str, text: Option<&str>) -> Value {
    let mut members = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } });
    if let Some(text) = text {
        members["query"] = text.into();
    }
    members
}

fn sha256(text: &str) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap());
    Sha256::digest(text).iter().flat_map(digits).collect()
}

#[rstest]
#[case::plain("{ viewer { kind } }")]
#[case::lines_of_windows("{\r\n  viewer { kind }\r\n}")]
#[case::a_byte_order_mark("\u{feff}{ viewer { kind } }")]
#[case::a_comment("# What am I?\n{ viewer { kind } } # \u{e9}")]
#[tokio::test]
async fn a_document_is_registered_under_the_hash_of_its_very_bytes_and_no_other(#[case] text: &str) {
    let world = World::cast(Backend::Sqlite).await;
    let settings = DocumentSettings { automatic: true, ..Default::default() };
    let server = world.server_with_documents(&settings).await;
    let url = format!("http://{}", server.address);
    let hash = sha256(text);
    let wrong = [
        sha256("{ viewer { tenantId } }"),
        hash.to_uppercase(),
        hash[1..].to_owned(),
        format!("{hash}0"),
        String::new(),
    ];
    for wrong in &wrong {
        for request in ways(&world, &url, &by_hash(wrong, Some(text))) {
            let answer = sent(&world, request).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "BAD_REQUEST"),
                "{wrong}: {}",
                answer.text
            );
        }
    }
    let unknown = async || {
        for hash in wrong.iter().chain([&hash]) {
            for request in ways(&world, &url, &by_hash(hash, None)) {
                let answer = sent(&world, request).await;
                assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_FOUND", "{hash}");
                assert_eq!(answer.json()["errors"][0]["message"], "PersistedQueryNotFound");
            }
        }
    };
    unknown().await;
    let [post, get, stream] = ways(&world, &url, &by_hash(&hash, Some(text)));
    assert_eq!(sent(&world, get).await.data()["viewer"]["kind"], "PARTNER");
    for request in [post, stream].into_iter().chain(ways(&world, &url, &by_hash(&hash, None))) {
        assert_eq!(sent(&world, request).await.data()["viewer"]["kind"], "PARTNER");
    }
    let mut socket = Socket::at(&url, &world.token(&world.fabrikam())).await;
    socket.say(json!({ "type": "subscribe", "id": "1", "payload": by_hash(&hash, None) })).await;
    assert_eq!(socket.next().await["payload"]["data"]["viewer"]["kind"], "PARTNER");
    // Another tenant has registered nothing.
    let other = world.query_at(&url, &world.northwind(), by_hash(&hash, None)).await;
    assert_eq!(other.code(), "PERSISTED_QUERY_NOT_FOUND");
    // Nor does an id that is no hash mean one.
    let by_id = world.query_at(&url, &world.fabrikam(), json!({ "documentId": hash })).await;
    assert_eq!(by_id.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
    server.stop().await;
    world.end().await;
}

#[tokio::test]
async fn what_is_registered_is_bounded() {
    let world = World::cast(Backend::Sqlite).await;
    let settings = DocumentSettings { automatic: true, automatic_bytes: 2_000, ..Default::default() };
    let server = world.server_with_documents(&settings).await;
    let url = format!("http://{}", server.address);
    let texts: Vec<String> = (0..40).map(|n| format!("query N{n} {{ viewer {{ kind }} }}")).collect();
    for text in &texts {
        let answer = world.query_at(&url, &world.fabrikam(), by_hash(&sha256(text), Some(text))).await;
        assert_eq!(answer.status, 200);
    }
    let known = async || {
        let mut known = 0;
        for text in &texts {
            let answer = world.query_at(&url, &world.fabrikam(), by_hash(&sha256(text), None)).await;
            known += usize::from(answer.status == 200);
        }
        known
    };
    until("what is too much is forgotten", async || (1..20).contains(&known().await)).await;
    server.stop().await;
    world.end().await;
}

#[rstest]
#[case::nobody(vec![], 403, 403)]
#[case::some(vec![TenantRole::AdminAgent], 200, 403)]
#[tokio::test]
async fn the_schema_is_told_to_whom_it_is_to_be(
    #[case] roles: Vec<TenantRole>,
    #[case] for_an_agent: u16,
    #[case] for_a_reader: u16,
) {
    let world = World::cast(Backend::Sqlite).await;
    let settings = DocumentSettings { introspection_roles: Some(roles), ..Default::default() };
    let server = world.server_with_documents(&settings).await;
    let url = format!("http://{}", server.address);
    let (agent, reader) = (world.fabrikam(), world.contoso());
    for query in
        ["{ __schema { queryType { name } } }", "{ viewer { kind } __type(name: \"Customer\") { name } }"]
    {
        for (person, status) in [(&agent, for_an_agent), (&reader, for_a_reader)] {
            let answer = world.query_at(&url, person, json!({ "query": query })).await;
            assert_eq!(answer.status, status, "{}", answer.text);
            if status == 403 {
                assert_eq!(answer.code(), "FORBIDDEN");
                assert_eq!(answer.json().get("data"), None);
            }
        }
    }
    // What is no question about the schema is answered.
    let plain = json!({ "query": "{ __typename viewer { __typename } }" });
    assert_eq!(world.query_at(&url, &reader, plain).await.status, 200);
    assert_eq!(reqwest::get(format!("{url}/schema.graphql")).await.unwrap().status(), 404);
    assert_eq!(reqwest::get(format!("{}/schema.graphql", world.url)).await.unwrap().status(), 200);
    server.stop().await;
    world.end().await;
}

#[test]
fn a_document_that_the_schema_does_not_take_is_told() {
    let directory = TempDir::new().unwrap();
    let content = json!({ "good": KIND, "old": "{ viewer { nothing } }", "broken": "{" });
    let manifests = vec![write(&directory, "some.json", &content)];
    let settings = DocumentSettings { mode: DocumentMode::Log, manifests, ..Default::default() };
    let documents = TrustedDocuments::read(&settings).unwrap();
    let faults = documents.faults(&gate(Limits::default()).unwrap());
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("the trusted document `broken` "), "{faults:?}");
    assert!(
        faults[1].starts_with("the trusted document `old` ") && faults[1].contains("nothing"),
        "{faults:?}"
    );
}
