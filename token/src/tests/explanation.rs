//! What a token's holder is told by `copartner token check`.

use serde_json::json;

use super::samples::{ED, ISSUER, STRANGER, draft, encode, now, sign_text};
use super::setup::Setup;
use crate::{Rejection, TokenCheck};

async fn explain(token: &str) -> Vec<TokenCheck> {
    Setup::bound().verifier.explain(token, now()).await
}

fn names(checks: &[TokenCheck]) -> Vec<&str> {
    checks.iter().map(|check| check.name).collect()
}

fn rejections(checks: &[TokenCheck]) -> Vec<Rejection> {
    checks.iter().filter_map(|check| check.rejection).collect()
}

fn detail<'a>(checks: &'a [TokenCheck], name: &str) -> &'a str {
    &checks.iter().find(|check| check.name == name).unwrap().detail
}

#[tokio::test]
async fn every_check_of_a_good_token_is_shown_in_order() {
    let shown: Vec<_> = explain(&draft().by(&ED, "ed"))
        .await
        .into_iter()
        .map(|check| {
            let line =
                format!("{} {}: {}", if check.passed() { "ok" } else { "no" }, check.name, check.detail);
            line.trim_end().to_owned()
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    ok size: 569 bytes.
    ok parts:
    ok encoding:
    ok header:
    ok type: typ is "JWT".
    ok extensions:
    ok algorithm: alg is "EdDSA".
    ok claims:
    ok issuer: iss is "https://login.example.com/3f2504e0-4f89-41d3-9a0c-0305e82c3301/v2.0".
    ok allowed algorithm: The issuer's algorithms are RS256, ES256, EdDSA.
    ok key: kid is "ed". The issuer has 3 usable keys.
    ok signature:
    ok audience: aud is "api://copartner". This API is ["api://copartner"].
    ok expiry: exp is 1790003600. That is 2026-09-21T15:13:20Z, and now is 2026-09-21T14:13:20Z.
    ok not before: nbf is 1790000000. That is 2026-09-21T14:13:20Z, and now is 2026-09-21T14:13:20Z.
    ok issued at: iat is 1790000000. That is 2026-09-21T14:13:20Z, and now is 2026-09-21T14:13:20Z.
    ok tenant: The issuer speaks for 3f2504e0-4f89-41d3-9a0c-0305e82c3301. tid is "3f2504e0-4f89-41d3-9a0c-0305e82c3301".
    ok subject: "alice"
    ok roles: ["ADMIN_AGENT"].
    ok groups: ["7c9e6679-7425-40de-944b-e07fc1f90ae7"].
    ok second factor: Yes. amr is ["pwd","mfa"].
    ok application: No. No idtyp.
    "#);
}

#[tokio::test]
async fn all_that_is_wrong_is_shown_at_once() {
    let draft = draft().header("typ", "x").header("crit", json!(["x"])).claim("aud", "other").claim("exp", 1);
    let draft = draft.claim("nbf", "x").claim("iat", false).claim("tid", STRANGER).claim("oid", "");
    let token = draft.claim("roles", 1).claim("groups", 1).by(&ED, "rsa");
    let expected = [
        Rejection::TypeUnsupported,
        Rejection::CriticalHeader,
        Rejection::AlgorithmNotOfKey,
        Rejection::AudienceWrong,
        Rejection::Expired,
        Rejection::NotBeforeMalformed,
        Rejection::IssuedAtMalformed,
        Rejection::TenantMismatch,
        Rejection::SubjectMalformed,
        Rejection::RolesMalformed,
        Rejection::GroupsMalformed,
    ];
    assert_eq!(rejections(&explain(&token).await), expected);
}

#[tokio::test]
async fn what_builds_on_a_failed_check_is_not_asked() {
    // Without claims there is no issuer, and without it no key; the header can still be judged.
    let checks = explain(&sign_text(draft().header("typ", "x").header_text(), "x", &ED)).await;
    assert_eq!(rejections(&checks), [Rejection::TypeUnsupported, Rejection::ClaimsNotJson]);
    assert_eq!(names(&checks).last(), Some(&"claims"));

    // Without a header there is no key, and the claims can still be read.
    let checks = explain(&sign_text("x", draft().claim("exp", 1).claims_text(), &ED)).await;
    assert_eq!(rejections(&checks), [Rejection::HeaderNotJson, Rejection::Expired]);
    assert!(!names(&checks).contains(&"signature"));
    assert!(names(&checks).contains(&"roles"));

    // Of an unknown issuer only the dates can be read, because the names of its claims are unknown.
    let checks = explain(&draft().claim("iss", "x").claim("exp", 1).sign()).await;
    assert_eq!(rejections(&checks), [Rejection::IssuerUnknown, Rejection::Expired]);
    assert_eq!(names(&checks).last(), Some(&"issued at"));
}

#[tokio::test]
async fn an_issuer_that_differs_by_its_last_slash_is_shown_in_both_spellings() {
    let slashed = format!("{ISSUER}/");
    for (configured, iss) in [(ISSUER, slashed.as_str()), (slashed.as_str(), ISSUER)] {
        let setup = Setup::with(json!({ "issuer": configured, "tenant": super::samples::TENANT }));
        let checks = setup.verifier.explain(&draft().claim("iss", iss).sign(), now()).await;
        assert_eq!(
            detail(&checks, "issuer"),
            format!(
                "The token's `iss` is none of the configured issuers. iss is \"{iss}\". The issuer is known as \
                 \"{configured}\": mind the slash at the end."
            )
        );
    }
    let checks = explain(&draft().claim("iss", format!("{ISSUER}//")).sign()).await;
    assert!(!detail(&checks, "issuer").contains("slash"), "two slashes are no slip");
    let setup = Setup::template();
    let checks = setup.verifier.explain(&draft().claim("iss", slashed).sign(), now()).await;
    assert!(detail(&checks, "issuer").contains("known as \"https://login.example.com/{tenantid}/v2.0\""));
}

#[tokio::test]
async fn what_is_ignored_is_counted() {
    let token = draft().claim("roles", json!(["Owner", "ADMIN_AGENT"])).claim("groups", "admins").sign();
    let checks = explain(&token).await;
    assert_eq!(
        detail(&checks, "roles"),
        "[\"ADMIN_AGENT\"]. Ignored: 1, because such roles are not of this server."
    );
    assert_eq!(detail(&checks, "groups"), "[]. Ignored: 1, because such groups are no UUIDs.");
    let names = json!({ "groups": "src1" });
    let checks = explain(&draft().without("groups").claim("_claim_names", names).sign()).await;
    assert_eq!(detail(&checks, "groups"), "[]. The issuer left groups out, as too many.");
    let checks = explain(&draft().without("groups").claim("hasgroups", true).sign()).await;
    assert_eq!(detail(&checks, "groups"), "[]. The issuer left groups out, as too many.");
}

#[tokio::test]
async fn nothing_of_a_token_reaches_the_terminal_as_it_is() {
    let hostile = "\u{1b}[2J\u{202e}\r\n\u{9b}\u{7}x";
    let draft =
        draft().header("typ", hostile).header("kid", hostile).claim("iss", hostile).claim("tid", hostile);
    let tokens = [
        draft.sign(),
        draft.header("alg", hostile).sign(),
        self::draft().claim("oid", "\u{202e}x\u{feff}").claim("aud", hostile).claim("amr", hostile).sign(),
        format!("{}.{}.{}", encode(hostile), encode(hostile), encode(hostile)),
        hostile.into(),
    ];
    for token in tokens {
        for TokenCheck { detail, .. } in explain(&token).await {
            let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{200b}'..='\u{202e}' | '\u{feff}');
            assert!(detail.chars().all(is_plain), "{detail:?}");
        }
    }
    let checks = explain(&self::draft().claim("oid", "x".repeat(250)).sign()).await;
    assert!(detail(&checks, "subject").chars().count() < 210);
}
