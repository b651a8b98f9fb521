//! Identity providers that are away for days: how old keys may be, and that they are read again whether or not tokens come.

use serde_json::json;
use wiremock::ResponseTemplate;

use super::provider::{Provider, lasting, settle, verifier, verify_at};
use super::samples::{EC, ED, jwks, now};
use super::setup::Setup;
use crate::{Rejection, Verifier};
use chrono::TimeDelta;

const HOUR: i64 = 60;

fn look_after(verifier: &Verifier, minutes: i64) {
    verifier.look_after_keys(now() + TimeDelta::minutes(minutes));
}

fn usable(verifier: &Verifier, minutes: i64) -> usize {
    verifier.known_keys(now() + TimeDelta::minutes(minutes))[0].usable
}

#[tokio::test]
async fn keys_that_could_not_be_read_again_for_a_day_are_not_used_until_they_can_be() {
    let provider = Provider::with([ED.jwk("ed"), EC.jwk("ec")]).await;
    let verifier = provider.verifier();
    let (seen, unseen) = (lasting().by(&ED, "ed"), lasting().claim("n", 1).by(&ED, "ed"));
    verify_at(&verifier, &seen, 0).await.unwrap();
    provider.now_answers(ResponseTemplate::new(500)).await;
    verify_at(&verifier, &seen, 24 * HOUR).await.unwrap();
    assert_eq!(usable(&verifier, 24 * HOUR), 2);
    let late = 24 * HOUR + 1;
    assert_eq!(usable(&verifier, late), 0);
    for token in [&seen, &unseen, &lasting().by(&ED, "unknown")] {
        assert_eq!(verify_at(&verifier, token, late).await, Err(Rejection::KeysTooOld));
    }
    let checks = verifier.explain(&unseen, now() + TimeDelta::minutes(late)).await;
    let key = checks.iter().find(|check| check.name == "key").unwrap();
    assert!(key.detail.contains("keys_max_age_hours") && key.detail.contains("500"), "{}", key.detail);
    // The same keys as before: nothing is newer about them than that they are still there.
    provider.now_has([ED.jwk("ed"), EC.jwk("ec")]).await;
    settle(async || verify_at(&verifier, &seen, late + 1).await, Ok(())).await;
    verify_at(&verifier, &unseen, late + 1).await.unwrap();
    assert_eq!(usable(&verifier, late + 1), 2);
}

#[tokio::test]
async fn the_age_is_the_issuer_s_own_and_a_file_has_none() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = verifier(json!({ "jwks_url": provider.address("/keys"), "keys_max_age_hours": 72 }));
    let token = lasting().by(&ED, "ed");
    verify_at(&verifier, &token, 0).await.unwrap();
    provider.now_answers(ResponseTemplate::new(404)).await;
    verify_at(&verifier, &token, 72 * HOUR).await.unwrap();
    assert_eq!(verify_at(&verifier, &token, 72 * HOUR + 1).await, Err(Rejection::KeysTooOld));

    let setup = Setup::bound();
    verify_at(&setup.verifier, &token, 0).await.unwrap();
    std::fs::remove_file(setup.directory.path().join("keys.json")).unwrap();
    verify_at(&setup.verifier, &token, 200 * HOUR).await.unwrap();
}

#[tokio::test]
async fn what_is_due_is_read_although_no_token_comes() {
    let provider = Provider::with([ED.jwk("ed")]).await;
    let verifier = provider.verifier();
    look_after(&verifier, 0);
    settle(async || usable(&verifier, 0), 1).await;
    assert_eq!(provider.asked().await, 1);
    look_after(&verifier, 59);
    assert_eq!(provider.asked().await, 1);
    look_after(&verifier, 60);
    settle(async || provider.asked().await, 2).await;
    // An attempt that fails is made again after a minute, and the one that comes then finds nothing to wait for.
    provider.now_answers(ResponseTemplate::new(500)).await;
    look_after(&verifier, 120);
    settle(async || verifier.known_keys(now())[0].error.is_some(), true).await;
    look_after(&verifier, 120);
    assert_eq!(provider.asked().await, 1);
    provider.now_has([EC.jwk("ec")]).await;
    look_after(&verifier, 121);
    settle(async || verifier.known_keys(now())[0].error.is_none(), true).await;
    assert_eq!(verify_at(&verifier, &lasting().by(&ED, "ed"), 180).await, Err(Rejection::KeyUnknown));
    verify_at(&verifier, &lasting().by(&EC, "ec"), 180).await.unwrap();
}

#[tokio::test]
async fn whoever_was_let_in_is_told_of_keys_that_changed_and_that_are_too_old_and_of_nothing_else() {
    let provider = Provider::with([ED.jwk("ed"), EC.jwk("ec")]).await;
    let verifier = provider.verifier();
    verify_at(&verifier, &lasting().by(&ED, "ed"), 0).await.unwrap();
    let first = verifier.revision();
    look_after(&verifier, 60);
    settle(async || provider.asked().await, 2).await;
    verify_at(&verifier, &lasting().by(&ED, "ed"), 60).await.unwrap();
    assert_eq!(verifier.revision(), first, "the same keys were read again");
    provider.now_has([ED.jwk("ed")]).await;
    look_after(&verifier, 120);
    settle(async || verifier.revision() == first, false).await;
    let second = verifier.revision();
    provider.now_answers(ResponseTemplate::new(200).set_body_string(jwks([]))).await;
    let late = 26 * HOUR + 1;
    look_after(&verifier, late);
    settle(async || provider.asked().await, 1).await;
    let mut told = Vec::from([second]);
    for (answer, at) in [([].as_slice(), late), (&[ED.jwk("ed")], late + 1)] {
        provider.now_has(answer.iter().cloned()).await;
        let looked = async || {
            look_after(&verifier, at);
            told.contains(&verifier.revision())
        };
        settle(looked, false).await;
        told.push(verifier.revision());
        look_after(&verifier, at);
        assert_eq!(verifier.revision(), told[told.len() - 1], "told twice");
    }
    verify_at(&verifier, &lasting().by(&ED, "ed"), late + 1).await.unwrap();
}
