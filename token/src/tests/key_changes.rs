//! Identity providers that change their keys, are slow or are down: when they are asked, and who waits.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;
use wiremock::ResponseTemplate;

use super::provider::{Provider, TIME_LIMIT, lasting, settle, verify_at};
use super::samples::{EC, ED, ISSUER, jwks, now};
use crate::Rejection;

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
    assert_eq!((keys[0].issuer.as_str(), keys[0].usable, &keys[0].error), (ISSUER, 1, &None));
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
            assert_eq!(verify_at(&verifier, &token, minute).await, Err(Rejection::KeyUnknown));
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
    settle(async || verify_at(&verifier, &token, 60).await, Err(Rejection::KeyUnknown)).await;
    assert_eq!(provider.asked().await, 1);
}

#[tokio::test]
async fn after_a_long_silence_a_removed_key_does_not_work_even_once() {
    let provider = Provider::with([ED.jwk("ed"), EC.jwk("ec")]).await;
    let verifier = provider.verifier();
    let token = lasting().by(&EC, "ec");
    verify_at(&verifier, &token, 0).await.unwrap();
    provider.now_has([ED.jwk("ed")]).await;
    assert_eq!(verify_at(&verifier, &token, 120).await, Err(Rejection::KeyUnknown));
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
        let minutes = (i64::try_from(index).unwrap() + 1) * 150;
        verify_at(&verifier, &token(minutes), minutes).await.unwrap();
        assert_eq!(provider.asked().await, 1, "for answer {index}");
    }
    drop(provider);
    verify_at(&verifier, &token(0), 24 * 60).await.unwrap();
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
    settle(async || verify_at(&verifier, &token, 64).await, Err(Rejection::KeyUnknown)).await;
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
        let expected = if index % 2 == 0 { Ok(()) } else { Err(Rejection::KeyUnknown) };
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
