//! Identity providers that are slow, down, broken or hostile, and such as change their keys.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::desk::config;
use super::forge::{AUDIENCE, Draft, EC, ED, ISSUER, Pen, TEMPLATE, TENANT, draft, jwks, now};
use crate::token::fetcher::Fetcher;
use crate::token::{Issuers, KeyFault, Refusal, Verifier};

/// Long enough for an answer from this machine, short enough to wait for.
const TIME_LIMIT: Duration = Duration::from_millis(500);

/// An identity provider that answers on `/keys`.
struct Provider {
    server: MockServer,
}

impl Provider {
    async fn with(keys: impl IntoIterator<Item = Value>) -> Self {
        Self::answering(ResponseTemplate::new(200).set_body_string(jwks(keys))).await
    }

    async fn answering(answer: ResponseTemplate) -> Self {
        let provider = Self { server: MockServer::start().await };
        provider.now_answers(answer).await;
        provider
    }

    async fn now_answers(&self, answer: ResponseTemplate) {
        self.server.reset().await;
        Mock::given(method("GET")).and(path("/keys")).respond_with(answer).mount(&self.server).await;
    }

    async fn now_has(&self, keys: impl IntoIterator<Item = Value>) {
        self.now_answers(ResponseTemplate::new(200).set_body_string(jwks(keys))).await;
    }

    /// How often it was asked since its answer changed.
    async fn asked(&self) -> usize {
        self.server.received_requests().await.unwrap().len()
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.server.uri())
    }

    fn verifier(&self) -> Verifier {
        verifier(json!({ "jwks_url": self.address("/keys") }))
    }
}

fn verifier(members: Value) -> Verifier {
    let mut all = json!({
        "issuer": ISSUER,
        "tenant": TENANT,
        "audience": [AUDIENCE],
        "algorithms": ["RS256", "ES256", "EdDSA"],
    });
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let fetcher = Fetcher::new(TIME_LIMIT).unwrap();
    Verifier::new(Issuers::with_fetcher(vec![config(all)], None, &fetcher).unwrap())
}

/// A token that is valid for days.
fn lasting() -> Draft {
    draft().claim("exp", now().timestamp() + 1_000_000)
}

async fn verify_at(verifier: &Verifier, token: &str, minutes: i64) -> Result<(), Refusal> {
    verifier.verify_token(token, now() + TimeDelta::minutes(minutes)).await.map(drop)
}

/// Why the keys of the only issuer are not there.
async fn fault(verifier: &Verifier) -> Option<KeyFault> {
    let keys = verifier.load_keys(now()).await;
    assert_eq!(keys.len(), 1);
    keys.into_iter().next().unwrap().fault
}

/// Waits until a background attempt is through.
async fn settle<T: PartialEq>(mut ask: impl AsyncFnMut() -> T, expected: T) {
    for _ in 0..500 {
        if ask().await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(ask().await == expected, "it did not come");
}

#[tokio::test]
async fn keys_are_asked_once_for_many_tokens() {
    let provider = Provider::with([ED.jwk("ed"), EC.jwk("ec")]).await;
    let verifier = provider.verifier();
    for index in 0..20 {
        verify_at(&verifier, &lasting().claim("n", index).by(&ED, "ed"), 0).await.unwrap();
        verify_at(&verifier, &lasting().claim("n", index).by(&EC, "ec"), 59).await.unwrap();
    }
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn an_issuer_is_not_asked_before_a_token_comes_or_start_up() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    assert_eq!(provider.asked().await, 0);
    let keys = verifier.load_keys(now()).await;
    assert_eq!((keys[0].issuer.as_str(), keys[0].usable, &keys[0].fault), (ISSUER, 1, &None));
    verify_at(&verifier, &lasting().by(&ED, "ed"), 0).await.unwrap();
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn a_new_key_works_at_once() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    verify_at(&verifier, &lasting().by(&ED, "ed"), 0).await.unwrap();
    provider.now_has([ED.jwk("ed"), EC.jwk("ec")]).await;
    verify_at(&verifier, &lasting().by(&EC, "ec"), 1).await.unwrap();
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn unknown_keys_are_asked_for_once_a_minute() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    for minute in 0..3 {
        for index in 0..50 {
            let token = lasting().by(&ED, &format!("unknown-{index}"));
            assert_eq!(verify_at(&verifier, &token, minute).await, Err(Refusal::KeyUnknown));
        }
        assert_eq!(provider.asked().await, usize::try_from(minute + 1).unwrap());
    }
    // Whoever has a known key is not disturbed.
    verify_at(&verifier, &lasting().by(&ED, "ed"), 3).await.unwrap();
}

#[tokio::test]
async fn a_token_that_cannot_be_of_the_issuer_does_not_make_it_be_asked() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    for token in [
        lasting().header("alg", "PS256").header("kid", "unknown").sign(),
        lasting().header("alg", "none").header("kid", "unknown").sign(),
        lasting().header("crit", json!(["x"])).by(&ED, "unknown"),
        lasting().claim("iss", "https://other.example").by(&ED, "unknown"),
        "x.y.z".into(),
    ] {
        assert!(verify_at(&verifier, &token, 0).await.is_err());
    }
    assert_eq!(provider.asked().await, 0);
}

#[tokio::test]
async fn a_removed_key_stops_working_within_an_hour() {
    let provider = Provider::with([ED.jwk("ed"), EC.jwk("ec")]).await;
    let verifier = provider.verifier();
    let token = lasting().by(&EC, "ec");
    verify_at(&verifier, &token, 0).await.unwrap();
    provider.now_has([ED.jwk("ed")]).await;
    verify_at(&verifier, &token, 59).await.unwrap();
    assert_eq!(provider.asked().await, 0);
    // The request that notices the age is not held up; soon after it the key is gone.
    verify_at(&verifier, &token, 60).await.unwrap();
    settle(async || verify_at(&verifier, &token, 60).await, Err(Refusal::KeyUnknown)).await;
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn after_a_long_silence_a_removed_key_does_not_work_even_once() {
    let provider = Provider::with([ED.jwk("ed"), EC.jwk("ec")]).await;
    let verifier = provider.verifier();
    let token = lasting().by(&EC, "ec");
    verify_at(&verifier, &token, 0).await.unwrap();
    provider.now_has([ED.jwk("ed")]).await;
    assert_eq!(verify_at(&verifier, &token, 120).await, Err(Refusal::KeyUnknown));
}

#[tokio::test]
async fn an_outage_harms_no_one_whose_key_is_known() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    let token = |index: i64| lasting().claim("n", index).by(&ED, "ed");
    verify_at(&verifier, &token(-1), 0).await.unwrap();
    for (index, answer) in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_string(r#"{"keys":[]}"#),
        ResponseTemplate::new(200).set_body_string(jwks([json!({ "kty": "oct", "k": "AAAA" })])),
        ResponseTemplate::new(200).set_body_string(" ".repeat(256 * 1024 + 1)),
        ResponseTemplate::new(200).set_body_string(jwks([ED.jwk("ed")])).set_delay(TIME_LIMIT * 3),
        ResponseTemplate::new(302).insert_header("Location", "/elsewhere"),
        ResponseTemplate::new(204),
        ResponseTemplate::new(404),
    ]
    .into_iter()
    .enumerate()
    {
        provider.now_answers(answer).await;
        let hours = (i64::try_from(index).unwrap() + 1) * 180;
        verify_at(&verifier, &token(hours), hours).await.unwrap();
        assert_eq!(provider.asked().await, 1, "for answer {index}");
    }
    drop(provider);
    verify_at(&verifier, &token(9999), 9999).await.unwrap();
}

#[tokio::test]
async fn during_an_outage_the_issuer_is_asked_once_a_minute_and_no_one_waits() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    let token = lasting().by(&ED, "ed");
    verify_at(&verifier, &token, 0).await.unwrap();
    provider.now_answers(ResponseTemplate::new(500).set_delay(Duration::from_millis(200))).await;
    for minute in 60..64 {
        let begin = std::time::Instant::now();
        for _ in 0..5 {
            verify_at(&verifier, &token, minute).await.unwrap();
        }
        assert!(begin.elapsed() < Duration::from_millis(150), "someone waited");
        let expected = usize::try_from(minute - 59).unwrap();
        // The attempt of the minute before may not have ended yet: then this one's comes after it.
        let asked = async || {
            verify_at(&verifier, &token, minute).await.unwrap();
            provider.asked().await
        };
        settle(asked, expected).await;
    }
    provider.now_has([EC.jwk("ec")]).await;
    settle(async || verify_at(&verifier, &token, 64).await, Err(Refusal::KeyUnknown)).await;
}

#[tokio::test]
async fn each_fault_of_an_answer_is_told() {
    for (answer, expected) in [
        (ResponseTemplate::new(500), KeyFault::Status(500)),
        (ResponseTemplate::new(301).insert_header("Location", "/keys"), KeyFault::Status(301)),
        (ResponseTemplate::new(201).set_body_string(jwks([ED.jwk("ed")])), KeyFault::Status(201)),
        (ResponseTemplate::new(200), KeyFault::NotJson),
        (ResponseTemplate::new(200).set_body_bytes([0xff, 0xfe]), KeyFault::NotJson),
        (ResponseTemplate::new(200).set_body_string(r#"{"keys":[]}"#), KeyFault::NothingUsable),
        (ResponseTemplate::new(200).set_body_string(" ".repeat(256 * 1024 + 1)), KeyFault::TooLarge),
        (ResponseTemplate::new(200).set_delay(TIME_LIMIT * 3), KeyFault::Slow),
    ] {
        let provider = Provider::answering(answer).await;
        assert_eq!(fault(&provider.verifier()).await.as_ref(), Some(&expected));
        assert!(expected.sentence().ends_with('.'));
        assert_eq!(provider.asked().await, 1);
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let drip: &[u8] = b"1\r\n \r\n";
    let flood = format!("8000\r\n{}\r\n", " ".repeat(0x8000)).into_bytes();
    for (chunk, pause, expected) in
        [(drip, Duration::from_millis(20), KeyFault::Slow), (&flood, Duration::ZERO, KeyFault::TooLarge)]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/keys", listener.local_addr().unwrap());
        let chunk = chunk.to_vec();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            while stream.write_all(&chunk).await.is_ok() {
                tokio::time::sleep(pause).await;
            }
        });
        assert_eq!(fault(&verifier(json!({ "jwks_url": address }))).await, Some(expected));
        server.await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/keys", listener.local_addr().unwrap());
    let body = jwks([ED.jwk("ed")]);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len() + 1);
        stream.write_all(head.as_bytes()).await.unwrap();
    });
    assert_eq!(fault(&verifier(json!({ "jwks_url": address }))).await, Some(KeyFault::Unreachable));
}

#[tokio::test]
async fn no_one_listening_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/keys", listener.local_addr().unwrap());
    drop(listener);
    let verifier = verifier(json!({ "jwks_url": address }));
    assert_eq!(fault(&verifier).await, Some(KeyFault::Unreachable));
    assert_eq!(verify_at(&verifier, &lasting().by(&ED, "ed"), 0).await, Err(Refusal::KeysUnavailable));
    let checks = verifier.explain(&lasting().by(&ED, "ed"), now()).await;
    let key = checks.iter().find(|check| check.name == "key").unwrap();
    assert!(key.detail.contains("cannot be reached"), "{}", key.detail);
}

#[tokio::test]
async fn requests_that_come_together_wait_for_one_answer() {
    let keys = jwks([ED.jwk("ed")]);
    let answer = ResponseTemplate::new(200).set_body_string(keys).set_delay(Duration::from_millis(100));
    let provider = Provider::answering(answer).await;
    let verifier = Arc::new(provider.verifier());
    let requests: Vec<_> = (0..50)
        .map(|index| {
            let verifier = Arc::clone(&verifier);
            let id = if index % 2 == 0 { "ed" } else { "unknown" };
            let token = lasting().claim("n", index).by(&ED, id);
            tokio::spawn(async move { verify_at(&verifier, &token, 0).await })
        })
        .collect();
    for (index, request) in requests.into_iter().enumerate() {
        let expected = if index % 2 == 0 { Ok(()) } else { Err(Refusal::KeyUnknown) };
        assert_eq!(request.await.unwrap(), expected);
    }
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn a_client_that_leaves_does_not_end_what_others_wait_for() {
    let keys = jwks([ED.jwk("ed")]);
    let answer = ResponseTemplate::new(200).set_body_string(keys).set_delay(Duration::from_millis(200));
    let provider = Provider::answering(answer).await;
    let verifier = provider.verifier();
    let token = lasting().by(&ED, "ed");
    let left = tokio::time::timeout(Duration::from_millis(50), verify_at(&verifier, &token, 0)).await;
    assert!(left.is_err());
    verify_at(&verifier, &token, 0).await.unwrap();
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn worker_threads_share_one_answer() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = Arc::new(provider.verifier());
    let workers: Vec<_> = (0..4)
        .map(|index| {
            let verifier = Arc::clone(&verifier);
            thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    for round in 0..10 {
                        let token = lasting().claim("n", index * 100 + round).by(&ED, "ed");
                        verify_at(&verifier, &token, 0).await.unwrap();
                    }
                });
            })
        })
        .collect();
    tokio::task::spawn_blocking(move || workers.into_iter().for_each(|worker| worker.join().unwrap()))
        .await
        .unwrap();
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_stop_new_keys() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    verify_at(&verifier, &lasting().by(&ED, "ed"), 600).await.unwrap();
    provider.now_has([EC.jwk("ec")]).await;
    verify_at(&verifier, &lasting().by(&EC, "ec"), 0).await.unwrap();
}

#[tokio::test]
async fn a_file_is_read_again_within_a_minute_or_two() {
    let desk = super::desk::Desk::bound();
    let token = lasting().by(&ED, "ed");
    let new = Pen::ed();
    verify_at(&desk.verifier, &token, 0).await.unwrap();
    desk.write_keys(&jwks([new.jwk("new")]));
    verify_at(&desk.verifier, &lasting().by(&new, "new"), 1).await.unwrap();
    assert_eq!(verify_at(&desk.verifier, &token, 1).await, Err(Refusal::KeyUnknown));
    std::fs::remove_file(desk.directory.path().join("keys.json")).unwrap();
    verify_at(&desk.verifier, &lasting().by(&new, "new"), 9).await.unwrap();
    let keys = desk.verifier.load_keys(now() + TimeDelta::minutes(9)).await;
    assert_eq!((keys[0].usable, &keys[0].fault), (1, &Some(KeyFault::File("entity not found".into()))));
    desk.write_keys(&" ".repeat(256 * 1024 + 1));
    let keys = desk.verifier.load_keys(now() + TimeDelta::minutes(19)).await;
    assert_eq!(keys[0].fault, Some(KeyFault::TooLarge));
}

#[tokio::test]
async fn keys_are_found_by_discovery() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let issuer = provider.address("/tenant/v2.0");
    for issuer in [issuer.clone(), format!("{issuer}/")] {
        let document = json!({ "issuer": issuer, "jwks_uri": provider.address("/keys"), "other": [1] });
        provider.now_has([ED.jwk("ed")]).await;
        Mock::given(path("/tenant/v2.0/.well-known/openid-configuration"))
            .and(header("accept", "application/json"))
            .respond_with(ResponseTemplate::new(200).set_body_string(document.to_string()))
            .mount(&provider.server)
            .await;
        let verifier = verifier(json!({ "issuer": issuer, "discovery": true }));
        let token = lasting().claim("iss", issuer.as_str()).by(&ED, "ed");
        verify_at(&verifier, &token, 0).await.unwrap();
        assert_eq!(provider.asked().await, 2);
    }
}

#[tokio::test]
async fn a_template_s_document_has_the_placeholder_in_it() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let document = |issuer: &str| {
        let document = json!({ "issuer": issuer, "jwks_uri": provider.address("/keys") });
        ResponseTemplate::new(200).set_body_string(document.to_string())
    };
    let address = provider.address("/common/.well-known/openid-configuration");
    let verifier = || verifier(json!({ "issuer": TEMPLATE, "tenant": null, "discovery": address }));
    let serve = async |issuer: &str| {
        provider.now_has([ED.jwk("ed")]).await;
        let matcher = path("/common/.well-known/openid-configuration");
        Mock::given(matcher).respond_with(document(issuer)).mount(&provider.server).await;
    };
    serve(TEMPLATE).await;
    verify_at(&verifier(), &lasting().by(&ED, "ed"), 0).await.unwrap();
    for other in [ISSUER, "https://login.example.com/common/v2.0", ""] {
        serve(other).await;
        assert_eq!(fault(&verifier()).await, Some(KeyFault::OtherIssuer));
    }
}

#[tokio::test]
async fn a_discovery_document_cannot_send_this_server_anywhere() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let issuer = provider.address("");
    let ask = async |jwks_uri: Value| {
        let document = json!({ "issuer": issuer, "jwks_uri": jwks_uri }).to_string();
        provider.now_has([ED.jwk("ed")]).await;
        let answer = ResponseTemplate::new(200).set_body_string(document);
        Mock::given(path("/.well-known/openid-configuration"))
            .respond_with(answer)
            .mount(&provider.server)
            .await;
        fault(&verifier(json!({ "issuer": issuer, "discovery": true }))).await
    };
    for address in
        ["http://keys.example/", "file:///etc/passwd", "http://169.254.169.254/latest", "/keys", ""]
    {
        assert!(matches!(ask(json!(address)).await, Some(KeyFault::Address(_))), "{address}");
    }
    assert_eq!(ask(json!(1)).await, Some(KeyFault::NotJson));
    assert_eq!(ask(json!(null)).await, Some(KeyFault::NotJson));
    assert_eq!(ask(json!(provider.address("/elsewhere"))).await, Some(KeyFault::Status(404)));
    assert_eq!(ask(json!(provider.address("/keys"))).await, None);
}
