//! Identity providers that are broken or hostile, and keys from files and by discovery.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::{header, path};
use wiremock::{Mock, ResponseTemplate};

use super::provider::{Provider, TIME_LIMIT, error, lasting, verifier, verify_at};
use super::samples::{ED, ISSUER, TEMPLATE, TestKey, jwks, now};
use crate::{KeyError, Rejection};

#[tokio::test]
async fn each_fault_of_an_answer_is_told() {
    for (answer, expected) in [
        (ResponseTemplate::new(500), KeyError::Status(500)),
        (ResponseTemplate::new(301).insert_header("Location", "/keys"), KeyError::Status(301)),
        (ResponseTemplate::new(201).set_body_string(jwks([ED.jwk("ed")])), KeyError::Status(201)),
        (ResponseTemplate::new(200), KeyError::NotJson),
        (ResponseTemplate::new(200).set_body_bytes([0xff, 0xfe]), KeyError::NotJson),
        (ResponseTemplate::new(200).set_body_string(r#"{"keys":[]}"#), KeyError::NothingUsable),
        (ResponseTemplate::new(200).set_body_string(" ".repeat(256 * 1024 + 1)), KeyError::TooLarge),
        (ResponseTemplate::new(200).set_delay(TIME_LIMIT * 3), KeyError::Slow),
    ] {
        let provider = Provider::answering(answer).await;
        assert_eq!(error(&provider.verifier()).await.as_ref(), Some(&expected));
        assert!(expected.sentence().ends_with('.'));
        assert_eq!(provider.asked().await, 1);
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let drip: &[u8] = b"1\r\n \r\n";
    let flood = format!("8000\r\n{}\r\n", " ".repeat(0x8000)).into_bytes();
    for (chunk, pause, expected) in
        [(drip, Duration::from_millis(20), KeyError::Slow), (&flood, Duration::ZERO, KeyError::TooLarge)]
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
        assert_eq!(error(&verifier(json!({ "jwks_url": address }))).await, Some(expected));
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
    assert_eq!(error(&verifier(json!({ "jwks_url": address }))).await, Some(KeyError::Unreachable));
}

#[tokio::test]
async fn no_one_listening_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/keys", listener.local_addr().unwrap());
    drop(listener);
    let verifier = verifier(json!({ "jwks_url": address }));
    assert_eq!(error(&verifier).await, Some(KeyError::Unreachable));
    assert_eq!(verify_at(&verifier, &lasting().by(&ED, "ed"), 0).await, Err(Rejection::KeysUnavailable));
    let checks = verifier.explain(&lasting().by(&ED, "ed"), now()).await;
    let key = checks.iter().find(|check| check.name == "key").unwrap();
    assert!(key.detail.contains("cannot be reached"), "{}", key.detail);
}

#[tokio::test]
async fn a_file_is_read_again_within_a_minute_or_two() {
    let setup = super::setup::Setup::bound();
    let token = lasting().by(&ED, "ed");
    let new = TestKey::ed();
    verify_at(&setup.verifier, &token, 0).await.unwrap();
    setup.write_keys(&jwks([new.jwk("new")]));
    verify_at(&setup.verifier, &lasting().by(&new, "new"), 1).await.unwrap();
    assert_eq!(verify_at(&setup.verifier, &token, 1).await, Err(Rejection::KeyUnknown));
    std::fs::remove_file(setup.directory.path().join("keys.json")).unwrap();
    verify_at(&setup.verifier, &lasting().by(&new, "new"), 9).await.unwrap();
    let keys = setup.verifier.load_keys(now() + TimeDelta::minutes(9)).await;
    assert_eq!((keys[0].usable, &keys[0].error), (1, &Some(KeyError::File("entity not found".into()))));
    setup.write_keys(&" ".repeat(256 * 1024 + 1));
    let keys = setup.verifier.load_keys(now() + TimeDelta::minutes(19)).await;
    assert_eq!(keys[0].error, Some(KeyError::TooLarge));
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
        assert_eq!(error(&verifier()).await, Some(KeyError::OtherIssuer));
    }
    let slashed = format!("{TEMPLATE}/");
    serve(&slashed).await;
    let error = error(&verifier()).await.unwrap();
    assert_eq!(error, KeyError::IssuerSlash { published: slashed.clone(), configured: TEMPLATE.into() });
    assert!(error.sentence().contains(&format!("it is `{slashed}`, and `{TEMPLATE}` is configured")));
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
        error(&verifier(json!({ "issuer": issuer, "discovery": true }))).await
    };
    for address in
        ["http://keys.example/", "file:///etc/passwd", "http://169.254.169.254/latest", "/keys", ""]
    {
        assert!(matches!(ask(json!(address)).await, Some(KeyError::Address(_))), "{address}");
    }
    assert_eq!(ask(json!(1)).await, Some(KeyError::NotJson));
    assert_eq!(ask(json!(null)).await, Some(KeyError::NotJson));
    assert_eq!(ask(json!(provider.address("/elsewhere"))).await, Some(KeyError::Status(404)));
    assert_eq!(ask(json!(provider.address("/keys"))).await, None);
}
