//! Where only trusted documents are run, no other is, on no way in.

use copartner::http::{DocumentMode, DocumentSettings, TrustedDocuments};
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::live::{EVENTS, EventStream, Socket, resize};
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
    let settings = DocumentSettings { mode: DocumentMode::Enforce, manifests: manifests(&directory) };
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
    let settings = DocumentSettings { mode: DocumentMode::Log, manifests: manifests(&directory) };
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
        let settings = DocumentSettings { mode: DocumentMode::Enforce, manifests: files };
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
}
