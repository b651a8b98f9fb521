//! What was trusted and is not any more, each within its issuer.

use serde_json::json;

use super::samples::{AUDIENCE, ED, ISSUER, TEMPLATE, TENANT, draft, jwks, now};
use super::setup::{Setup, config};
use crate::{Rejection, Revocation, Verifier};

fn revoke(verifier: &Verifier, revoked: impl IntoIterator<Item = Revocation>) {
    assert_eq!(verifier.replace(&[], revoked.into_iter().collect()), []);
}

fn text(text: &str) -> String {
    text.to_owned()
}

#[tokio::test]
async fn each_kind_of_revocation_refuses_what_was_accepted_and_nothing_else() {
    let setup = Setup::bound();
    let token = draft().claim("jti", "one").by(&ED, "ed");
    let other = draft().claim("jti", "two").claim("oid", "bob").sign();
    for (revocation, rejection, hits_other) in [
        (Revocation::Token(text(ISSUER), text("one")), Rejection::TokenRevoked, false),
        (Revocation::Key(text(ISSUER), text("ed")), Rejection::KeyRevoked, false),
        (Revocation::Principal(text(ISSUER), text("alice"), now()), Rejection::PrincipalRevoked, false),
        (Revocation::Issuer(text(ISSUER), now()), Rejection::IssuerRevoked, true),
    ] {
        revoke(&setup.verifier, []);
        setup.accepts(&token).await;
        setup.accepts(&other).await;
        revoke(&setup.verifier, [revocation.clone()]);
        setup.refuses(&token, rejection).await;
        if hits_other {
            setup.refuses(&other, rejection).await;
        } else {
            setup.accepts(&other).await;
        }
        // Under another issuer's name it is nothing to this one; that of a slash more is another.
        let elsewhere = |name: &str| match revocation.clone() {
            Revocation::Token(_, id) => Revocation::Token(text(name), id),
            Revocation::Key(_, id) => Revocation::Key(text(name), id),
            Revocation::Principal(_, id, until) => Revocation::Principal(text(name), id, until),
            Revocation::Issuer(_, since) => Revocation::Issuer(text(name), since),
        };
        revoke(&setup.verifier, [elsewhere("https://other.example.com"), elsewhere(&format!("{ISSUER}/"))]);
        setup.accepts(&token).await;
    }
}

#[tokio::test]
async fn of_a_principal_what_was_issued_up_to_and_in_that_second_is_refused() {
    let setup = Setup::bound();
    let until = now() + chrono::TimeDelta::milliseconds(500);
    revoke(&setup.verifier, [Revocation::Principal(text(ISSUER), text("alice"), until)]);
    let second = now().timestamp();
    for (issued, is_good) in [
        (json!(second - 1), false),
        (json!(second), false),
        (json!(f64::from(i32::try_from(second).unwrap()) + 0.9), false),
        (json!(second + 1), true),
        (json!(null), false),
    ] {
        let token = draft().claim("iat", issued.clone());
        let token = if issued.is_null() { token.without("iat") } else { token }.by(&ED, "ed");
        if is_good {
            setup.accepts(&token).await;
        } else {
            setup.refuses(&token, Rejection::PrincipalRevoked).await;
        }
    }
    // Of two the later counts, in whichever order they are told.
    let earlier = now() - chrono::TimeDelta::hours(1);
    let both = [until, earlier].map(|until| Revocation::Principal(text(ISSUER), text("alice"), until));
    revoke(&setup.verifier, both);
    setup.refuses(&draft().claim("iat", second).by(&ED, "ed"), Rejection::PrincipalRevoked).await;
}

#[tokio::test]
async fn of_a_template_a_tenants_own_name_can_be_revoked() {
    let setup = Setup::template();
    let token = draft().by(&ED, "ed");
    setup.accepts(&token).await;
    revoke(&setup.verifier, [Revocation::Issuer(text(ISSUER), now())]);
    setup.refuses(&token, Rejection::IssuerRevoked).await;
    revoke(&setup.verifier, [Revocation::Key(text(TEMPLATE), text("ed"))]);
    setup.refuses(&token, Rejection::KeyRevoked).await;
}

#[tokio::test]
async fn an_issuer_can_be_trusted_and_let_go_while_tokens_come() {
    let setup = Setup::with(json!({ "issuer": "https://one.example.com", "tenant": TENANT }));
    let token = draft().by(&ED, "ed");
    setup.refuses(&token, Rejection::IssuerUnknown).await;
    let keys = setup.directory.path().join("more.json");
    std::fs::write(&keys, jwks([ED.jwk("ed")])).unwrap();
    let more = |issuer: &str| {
        config(json!({ "issuer": issuer, "tenant": TENANT, "audience": [AUDIENCE], "algorithms": ["EdDSA"],
            "jwks_file": keys }))
    };
    setup.verifier.check_issuer(&more(ISSUER)).unwrap();
    assert_eq!(setup.verifier.replace(&[more(ISSUER)], [].into_iter().collect()), []);
    setup.accepts(&token).await;
    // The same again keeps its keys; what overlaps is left out, and told.
    let errors =
        setup.verifier.replace(&[more(ISSUER), more("https://one.example.com")], [].into_iter().collect());
    assert_eq!(errors.len(), 1);
    setup.accepts(&token).await;
    let names: Vec<_> =
        setup.verifier.issuers(now()).into_iter().map(|issuer| (issuer.name, issuer.is_configured)).collect();
    assert_eq!(names, [(text("https://one.example.com"), true), (text(ISSUER), false)]);
    setup.verifier.replace(&[], [].into_iter().collect());
    setup.refuses(&token, Rejection::IssuerUnknown).await;
}
