//! From an issuer's claims to this server's words.

use entity::TenantRole;
use serde_json::{Value, json};
use uuid::Uuid;

use super::samples::{Draft, ISSUER, STRANGER, TENANT, draft};
use super::setup::Setup;
use crate::Rejection;

fn with_claims(claims: Value) -> Setup {
    Setup::with(json!({ "issuer": ISSUER, "tenant": TENANT, "claims": claims }))
}

async fn roles(draft: Draft) -> Vec<TenantRole> {
    Setup::bound().accepts(&draft.sign()).await.roles
}

async fn groups(draft: Draft) -> Vec<Uuid> {
    Setup::bound().accepts(&draft.sign()).await.groups
}

#[tokio::test]
async fn the_usual_claims_are_read_without_configuration() {
    let identity = Setup::bound().accepts(&draft().sign()).await;
    assert_eq!(identity.tenant.0.to_string(), TENANT);
    assert_eq!(identity.subject, "alice");
    assert_eq!(identity.roles, [TenantRole::AdminAgent]);
    assert_eq!(identity.groups, [Uuid::parse_str(STRANGER).unwrap()]);
    assert!(identity.mfa);
    assert!(!identity.is_application);
}

#[tokio::test]
async fn the_subject_is_oid_or_else_sub() {
    let setup = Setup::bound();
    assert_eq!(setup.accepts(&draft().without("oid").sign()).await.subject, "pairwise");
    assert_eq!(setup.accepts(&draft().claim("oid", Value::Null).sign()).await.subject, "pairwise");
    // A broken oid is not passed over: it would make one user another.
    setup.refuses(&draft().claim("oid", 1).sign(), Rejection::SubjectMalformed).await;
    assert_eq!(
        setup.accepts(&draft().claim("oid", "ü".repeat(255)).sign()).await.subject.chars().count(),
        255
    );
}

#[tokio::test]
async fn roles_are_one_or_a_list_and_unknown_ones_give_nothing() {
    assert_eq!(roles(draft().claim("roles", "SALES_AGENT")).await, [TenantRole::SalesAgent]);
    let all = [
        "ADMIN_AGENT",
        "SALES_AGENT",
        "HELPDESK_AGENT",
        "CUSTOMER_ADMINISTRATOR",
        "CUSTOMER_READER",
        "OPERATOR",
    ];
    assert_eq!(roles(draft().claim("roles", json!(all))).await.len(), 6);
    for nothing in
        [json!([]), json!(""), json!(null), json!("admin_agent"), json!(["AdminAgent", "ADMIN_AGENT "])]
    {
        assert_eq!(roles(draft().claim("roles", nothing)).await, []);
    }
    assert_eq!(roles(draft().without("roles")).await, []);
    let repeated = json!(["ADMIN_AGENT", "Owner", "ADMIN_AGENT"]);
    assert_eq!(roles(draft().claim("roles", repeated)).await, [TenantRole::AdminAgent]);
    // A list within a text is one unknown role.
    assert_eq!(roles(draft().claim("roles", "ADMIN_AGENT SALES_AGENT")).await, []);
}

#[tokio::test]
async fn groups_are_uuids_and_others_give_nothing() {
    let stranger = Uuid::parse_str(STRANGER).unwrap();
    assert_eq!(groups(draft().claim("groups", STRANGER.to_uppercase())).await, [stranger]);
    let mixed =
        json!([STRANGER, "admins", STRANGER, STRANGER.replace('-', ""), "", format!("{{{STRANGER}}}")]);
    assert_eq!(groups(draft().claim("groups", mixed)).await, [stranger]);
    assert_eq!(groups(draft().without("groups")).await, [] as [Uuid; 0]);
}

#[tokio::test]
async fn a_second_factor_is_what_amr_says() {
    let mfa = async |draft: Draft| Setup::bound().accepts(&draft.sign()).await.mfa;
    assert!(mfa(draft().claim("amr", "mfa")).await);
    for without in
        [json!("pwd"), json!([]), json!("MFA"), json!("pwd mfa"), json!({ "mfa": true }), json!([["mfa"]])]
    {
        assert!(!mfa(draft().claim("amr", without)).await);
    }
    assert!(!mfa(draft().without("amr")).await);
}

#[tokio::test]
async fn an_application_is_what_idtyp_says() {
    let setup = Setup::bound();
    assert!(setup.accepts(&draft().claim("idtyp", "app").sign()).await.is_application);
    for user in ["user", "", "APP"] {
        assert!(!setup.accepts(&draft().claim("idtyp", user).sign()).await.is_application);
    }
}

#[tokio::test]
async fn an_issuer_says_whether_its_applications_need_a_second_factor() {
    let asks = |asks: bool| {
        Setup::with(json!({ "issuer": ISSUER, "tenant": TENANT, "applications_need_mfa": asks }))
    };
    let token = draft().claim("idtyp", "app").sign();
    assert!(asks(true).accepts(&token).await.applications_need_mfa);
    assert!(!asks(false).accepts(&token).await.applications_need_mfa);
    assert!(!Setup::bound().accepts(&token).await.applications_need_mfa);
}

#[tokio::test]
async fn each_claim_can_have_another_name_and_value() {
    let setup = with_claims(json!({
        "tenant": "org",
        "subject": ["uid"],
        "roles": "/realm_access/roles",
        "groups": "https://example.com/groups",
        "mfa": { "claim": "acr", "value": 2 },
        "application": { "claim": "is_service", "value": true },
    }));
    let draft = draft().without("tid").without("oid").without("sub").without("roles").without("groups");
    let draft = draft.claim("org", TENANT).claim("uid", "u-1").claim("acr", 2).claim("is_service", true);
    let draft = draft.claim("realm_access", json!({ "roles": ["SALES_AGENT"] }));
    let identity = setup.accepts(&draft.clone().claim("https://example.com/groups", STRANGER).sign()).await;
    assert_eq!((identity.subject.as_str(), identity.mfa, identity.is_application), ("u-1", true, true));
    assert_eq!(identity.roles, [TenantRole::SalesAgent]);
    assert_eq!(identity.groups.len(), 1);

    // The usual names mean nothing then, and a text is not the number or the flag that it spells.
    let other = draft.claim("acr", "2").claim("is_service", "true").claim("amr", "mfa").claim("idtyp", "app");
    let identity = setup.accepts(&other.clone().claim("roles", "OPERATOR").sign()).await;
    assert_eq!((identity.mfa, identity.is_application), (false, false));
    assert_eq!(identity.roles, [TenantRole::SalesAgent]);
    setup.refuses(&other.clone().claim("org", STRANGER).sign(), Rejection::TenantMismatch).await;
    setup.refuses(&other.without("uid").claim("oid", "alice").sign(), Rejection::SubjectMissing).await;
}

#[tokio::test]
async fn a_pointer_finds_a_claim_with_any_name() {
    let setup = with_claims(json!({ "roles": "/https:~1~1example.com~1roles/0" }));
    let token = draft().claim("https://example.com/roles", json!(["ADMIN_AGENT", "OPERATOR"])).sign();
    assert_eq!(setup.accepts(&token).await.roles, [TenantRole::AdminAgent]);
}
