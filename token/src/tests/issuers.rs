//! Which issuers can be configured, and whose tokens are whose.

use serde_json::{Value, json};

use super::samples::{AUDIENCE, ED, ISSUER, RSA, STRANGER, TEMPLATE, TENANT, TestKey, draft, jwks, now};
use super::setup::{Setup, config};
use crate::{IssuerConfig, IssuerError, Issuers, Rejection, Verifier};

fn issuer(members: Value) -> IssuerConfig {
    let mut all =
        json!({ "issuer": ISSUER, "tenant": TENANT, "audience": [AUDIENCE], "jwks_file": "keys.json" });
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    config(all)
}

fn error(members: Value) -> IssuerError {
    Issuers::new(vec![issuer(members)], None).unwrap_err()
}

fn overlap(names: [&str; 2]) -> Result<(), IssuerError> {
    let configs = names.map(|name| {
        let is_template = name.contains('{');
        issuer(if is_template {
            json!({ "issuer": name, "tenant": null })
        } else {
            json!({ "issuer": name })
        })
    });
    Issuers::new(configs.into(), None).map(drop)
}

#[test]
fn the_documented_configuration_is_read() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Whole {
        issuers: Vec<IssuerConfig>,
    }
    let text = r#"
        [[issuers]]
        issuer = "https://login.example.com/{tenantid}/v2.0"
        audience = ["api://copartner"]
        discovery = "https://login.example.com/common/v2.0/.well-known/openid-configuration"

        [[issuers]]
        issuer = "https://sso.contoso.example/realms/main"
        tenant = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
        audience = ["api://copartner"]
        algorithms = ["ES256", "EdDSA"]
        discovery = true

        [issuers.claims]
        subject = ["sub"]
        roles = "/realm_access/roles"
        mfa = { claim = "acr", value = "2" }
    "#;
    let whole: Whole = toml::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&whole.issuers[0].algorithms).unwrap(), json!(["RS256"]));
    assert_eq!(whole.issuers[0].claims.tenant, "tid");
    // What is left out of the claims keeps its usual name.
    assert_eq!(whole.issuers[1].claims.groups, "groups");

    let file = config::File::from_str(text, config::FileFormat::Toml);
    let layered: Whole =
        config::Config::builder().add_source(file).build().unwrap().try_deserialize().unwrap();
    assert_eq!(layered.issuers, whole.issuers);
    let shown = toml::to_string(&whole).unwrap();
    assert_eq!(toml::from_str::<Whole>(&shown).unwrap().issuers, whole.issuers);
    Issuers::new(whole.issuers, None).unwrap();
}

#[test]
fn what_is_misspelled_is_not_passed_over() {
    for text in [
        r#"issuer = "x""#,
        "issuer = 'x'\naudience = ['y']\njwks = 'z'",
        "issuer = 'x'\naudience = ['y']\nalgorithms = ['HS256']",
        "issuer = 'x'\naudience = ['y']\nalgorithms = ['none']",
        "issuer = 'x'\naudience = 'y'",
        "issuer = 'x'\naudience = ['y']\ntenant = 'contoso'",
        "issuer = 'x'\naudience = ['y']\nclaims = { role = 'z' }",
        "issuer = 'x'\naudience = ['y']\nclaims = { mfa = 'amr' }",
    ] {
        assert!(toml::from_str::<IssuerConfig>(text).is_err(), "{text}");
    }
}

#[test]
fn each_fault_of_a_configuration_is_told_with_what_to_do() {
    let name = || ISSUER.to_owned();
    let of = |issuer: &str| issuer.to_owned();
    let no_file = json!(null);
    let errors = [
        (json!({ "issuer": "" }), IssuerError::NameEmpty),
        (json!({ "issuer": "https://a b" }), IssuerError::NameUnprintable { issuer: of("https://a b") }),
        (json!({ "issuer": "a\u{7}" }), IssuerError::NameUnprintable { issuer: of("a\u{7}") }),
        (json!({ "issuer": "https://{tenant}" }), IssuerError::NameBraces { issuer: of("https://{tenant}") }),
        (
            json!({ "issuer": "{tenantid}/{tenantid}", "tenant": null }),
            IssuerError::NameBraces { issuer: of("{tenantid}/{tenantid}") },
        ),
        (json!({ "tenant": null }), IssuerError::TenantMissing { issuer: name() }),
        (json!({ "issuer": TEMPLATE }), IssuerError::TenantOfTemplate { issuer: of(TEMPLATE) }),
        (json!({ "audience": [] }), IssuerError::AudienceEmpty { issuer: name() }),
        (json!({ "audience": [""] }), IssuerError::AudienceEmpty { issuer: name() }),
        (json!({ "algorithms": [] }), IssuerError::AlgorithmsEmpty { issuer: name() }),
        (json!({ "jwks_file": no_file }), IssuerError::SourceNotOne { issuer: name() }),
        (json!({ "jwks_url": "https://a.example" }), IssuerError::SourceNotOne { issuer: name() }),
        (json!({ "discovery": true }), IssuerError::SourceNotOne { issuer: name() }),
        (
            json!({ "jwks_file": null, "discovery": true, "keys_max_age_hours": 1 }),
            IssuerError::KeysMaxAge { issuer: name(), hours: 1 },
        ),
        (
            json!({ "jwks_file": null, "jwks_url": "https://a.example", "keys_max_age_hours": 721 }),
            IssuerError::KeysMaxAge { issuer: name(), hours: 721 },
        ),
        (json!({ "keys_max_age_hours": 24 }), IssuerError::KeysMaxAgeOfFile { issuer: name() }),
        (
            json!({ "issuer": TEMPLATE, "tenant": null, "jwks_file": null, "discovery": true }),
            IssuerError::DiscoveryOfTemplate { issuer: of(TEMPLATE) },
        ),
        (json!({ "claims": { "subject": [] } }), IssuerError::SubjectEmpty { issuer: name() }),
        (json!({ "claims": { "roles": "" } }), IssuerError::ClaimName { issuer: name(), name: of("") }),
        (
            json!({ "claims": { "groups": "/a~2" } }),
            IssuerError::ClaimName { issuer: name(), name: of("/a~2") },
        ),
        (
            json!({ "claims": { "subject": ["/~"] } }),
            IssuerError::ClaimName { issuer: name(), name: of("/~") },
        ),
    ];
    for (members, expected) in errors {
        assert_eq!(error(members), expected);
        assert!(expected.sentence().ends_with('.'), "{}", expected.sentence());
    }
}

#[test]
fn keys_are_asked_over_https_or_within_the_machine() {
    let with = |address: &str| {
        let config = issuer(json!({ "jwks_file": null, "jwks_url": address }));
        Issuers::new(vec![config], None).map(drop)
    };
    for good in [
        "https://keys.example/jwks?p=1",
        "http://localhost:8080/keys",
        "http://127.0.0.1/keys",
        "http://127.9.9.9/",
        "http://[::1]:1/",
    ] {
        assert_eq!(with(good), Ok(()), "{good}");
    }
    for bad in [
        "http://keys.example/",
        "http://localhost.example/",
        "http://a.localhost/",
        "http://127.0.0.1.example/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "ftp://localhost/",
        "file:///keys.json",
        "keys.json",
        "https://user@keys.example/",
        "https://:pass@keys.example/",
        "https://keys.example/#x",
    ] {
        assert!(matches!(with(bad), Err(IssuerError::SourceAddress { field: "jwks_url", .. })), "{bad}");
    }
    let urn = json!({ "issuer": "urn:x", "jwks_file": null, "discovery": true });
    assert!(matches!(error(urn), IssuerError::SourceAddress { field: "issuer", .. }));
}

#[test]
fn no_two_issuers_answer_for_one_iss() {
    for names in [
        ["https://a.example", "https://a.example"],
        [TEMPLATE, TEMPLATE],
        [ISSUER, TEMPLATE],
        [TEMPLATE, ISSUER],
        // The last group of one placeholder may be the first of the other.
        ["{tenantid}-0000-0000-0000-000000000000", "00000000-0000-0000-0000-0000{tenantid}"],
    ] {
        assert!(matches!(overlap(names), Err(IssuerError::Overlap { .. })), "{names:?}");
    }
    for names in [
        [TEMPLATE, "https://login.example.com/{tenantid}/"],
        [TEMPLATE, "https://login.example.com/common/v2.0"],
        [TEMPLATE, "https://login.example.org/{tenantid}/v2.0"],
        ["{tenantid}-0000-0000-0000-00000000000g", "00000000-0000-0000-0000-0000{tenantid}"],
        ["{tenantid}-0000-0000-0000-00000000000A", "00000000-0000-0000-0000-0000{tenantid}"],
        ["https://a.example", "https://a.example/"],
    ] {
        assert_eq!(overlap(names), Ok(()), "{names:?}");
    }
}

#[tokio::test]
async fn a_template_speaks_for_the_tenant_in_its_name() {
    let setup = Setup::template();
    for tenant in [TENANT, STRANGER] {
        let iss = TEMPLATE.replace("{tenantid}", tenant);
        let token = draft().claim("iss", iss).claim("tid", tenant).sign();
        assert_eq!(setup.accepts(&token).await.tenant.0.to_string(), tenant);
    }
    setup.refuses(&draft().claim("tid", STRANGER).sign(), Rejection::TenantMismatch).await;
    let iss = TEMPLATE.replace("{tenantid}", STRANGER);
    setup.refuses(&draft().claim("iss", iss).sign(), Rejection::TenantMismatch).await;
}

#[tokio::test]
async fn nothing_but_a_tenant_stands_for_the_placeholder() {
    let setup = Setup::template();
    let urn = format!("urn:uuid:{TENANT}");
    for spelled in [
        "{tenantid}",
        "common",
        "",
        "..",
        "/",
        &TENANT.to_uppercase(),
        &TENANT.replace('-', ""),
        &format!("{{{TENANT}}}"),
        &urn,
        &format!("{TENANT}/"),
        &format!("/{TENANT}"),
        &format!("{TENANT}/v2.0/../{STRANGER}"),
        &format!("{STRANGER}/../{TENANT}"),
        &format!("{TENANT}%2F"),
        &format!("{TENANT}?"),
        &format!("{TENANT}#"),
        &format!("{TENANT}\u{0}"),
        &format!(" {TENANT}"),
        "3f2504e0-4f89-41d3-9a0c-0305e82c330g",
        "3f2504e0-4f89-41d3-9a0c-0305e82c330１",
    ] {
        let iss = TEMPLATE.replace("{tenantid}", spelled);
        setup.refuses(&draft().claim("iss", iss).sign(), Rejection::IssuerUnknown).await;
    }
    for iss in [
        ISSUER.replace("https", "http"),
        ISSUER.replace("example.com", "example.com.evil.example"),
        ISSUER.replace("/v2.0", "/v2.0/"),
        ISSUER.replace("/v2.0", "/V2.0"),
        ISSUER.replace("/v2.0", ""),
        ISSUER.replace("login.example.com", "login.example.com:443"),
        "https://login.example.com/v2.0".into(),
        "https://login.example.com//v2.0".into(),
    ] {
        setup.refuses(&draft().claim("iss", iss).sign(), Rejection::IssuerUnknown).await;
    }
}

#[tokio::test]
async fn a_bound_issuer_speaks_for_its_tenant_alone() {
    let setup = Setup::bound();
    assert_eq!(setup.accepts(&draft().without("tid").sign()).await.tenant.0.to_string(), TENANT);
    assert_eq!(
        setup.accepts(&draft().claim("tid", TENANT.to_uppercase()).sign()).await.tenant.0.to_string(),
        TENANT
    );
    setup.refuses(&draft().claim("tid", STRANGER).sign(), Rejection::TenantMismatch).await;
}

#[tokio::test]
async fn an_issuer_cannot_sign_for_another() {
    let directory = tempfile::TempDir::new().unwrap();
    let file = |name: &str, secret_key: &TestKey| {
        let path = directory.path().join(name);
        std::fs::write(&path, jwks([secret_key.jwk("same")])).unwrap();
        path
    };
    let other = format!("https://sso.example/{STRANGER}");
    let ours = file("ours.json", &RSA);
    let theirs = file("theirs.json", &ED);
    let configs = vec![
        issuer(json!({ "jwks_file": ours, "algorithms": ["RS256", "EdDSA"] })),
        issuer(
            json!({ "issuer": other, "tenant": STRANGER, "jwks_file": theirs, "algorithms": ["RS256", "EdDSA"] }),
        ),
    ];
    let verifier = Verifier::new(Issuers::new(configs, None).unwrap());
    let verify =
        async |token: String| verifier.verify_token(&token, now()).await.map(|identity| identity.tenant.0);
    let theirs = || draft().claim("iss", other.as_str()).claim("tid", STRANGER);

    assert_eq!(verify(draft().by(&RSA, "same")).await.unwrap().to_string(), TENANT);
    assert_eq!(verify(theirs().by(&ED, "same")).await.unwrap().to_string(), STRANGER);
    assert_eq!(verify(draft().by(&ED, "same")).await, Err(Rejection::AlgorithmNotOfKey));
    assert_eq!(verify(theirs().by(&RSA, "same")).await, Err(Rejection::AlgorithmNotOfKey));
    assert_eq!(verify(theirs().by(&TestKey::ed(), "same")).await, Err(Rejection::SignatureInvalid));
    assert_eq!(verify(theirs().claim("tid", TENANT).by(&ED, "same")).await, Err(Rejection::TenantMismatch));
}

#[tokio::test]
async fn a_key_of_a_shared_set_signs_for_the_issuer_it_is_published_for() {
    let with = |published_for: &str| {
        let mut key = RSA.jwk("rsa");
        key["issuer"] = published_for.into();
        Setup::with_keys(json!({ "issuer": TEMPLATE }), &jwks([key]))
    };
    with(TEMPLATE).accepts(&draft().sign()).await;
    with(ISSUER).accepts(&draft().sign()).await;
    let stranger = TEMPLATE.replace("{tenantid}", STRANGER);
    with(&stranger).refuses(&draft().sign(), Rejection::KeyOfOtherIssuer).await;
    with(&stranger).accepts(&draft().claim("iss", stranger.as_str()).claim("tid", STRANGER).sign()).await;
}
