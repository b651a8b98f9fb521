//! What an administrator is told for a colleague.

use entity::TenantRole;
use entity::Word;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{GROUP, PERMISSIONS};
use crate::facts::{CONTOSO, FABRIKAM, Facts, ROLES, id};
use crate::world::{Backend, GRANT, Person, SUBSCRIPTION, World, api_id};

const FOR_COLLEAGUE: &str =
    "query($target: ID!, $permission: Permission!, $at: DateTime, $principal: PrincipalInput) {
    it: explainAccess(target: $target, permission: $permission, at: $at, principal: $principal) {
        allowed checks { name passed reason { code message remedy } grant { id } } } }";

/// What someone is told for itself, or for a colleague.
async fn told(world: &World, person: &Person, (target, permission): (&str, &str), principal: Value) -> Value {
    let variables = json!({ "target": target, "permission": permission, "principal": principal });
    world.query(person, FOR_COLLEAGUE, variables).await.data()["it"].take()
}

fn principal(person: &Person) -> Value {
    json!({ "roles": person.roles.iter().map(Word::name).collect::<Vec<_>>(), "groups": person.groups,
        "mfa": person.mfa, "isApplication": person.is_application })
}

#[rstest]
#[tokio::test]
async fn an_administrator_asks_for_a_colleague_about_what_it_sees_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    let held =
        |assignee: &str, role| crate::facts::Assignment { assignee: assignee.to_owned(), roles: vec![role] };
    let shared = facts.grant(CONTOSO, FABRIKAM);
    shared.roles = ROLES[1..].to_vec();
    shared.assignments = vec![
        held("ADMIN_AGENT", "BILLING_ADMINISTRATOR"),
        held("SALES_AGENT", "GLOBAL_READER"),
        held(&GROUP.to_string(), "LICENSE_ADMINISTRATOR"),
    ];
    // Of Adatum the help desk sees what the administrator does not.
    facts.grant(crate::facts::ADATUM, FABRIKAM).assignments =
        vec![held("HELPDESK_AGENT", "BILLING_ADMINISTRATOR")];
    let secret = facts.sell(crate::facts::ADATUM, FABRIKAM, "Help desk's").id;
    let world = World::of(backend, facts).await;
    let tenant = world.facts.partners[FABRIKAM].tenant;
    let administrator = world.fabrikam();
    let colleagues = [
        Person::of(tenant, TenantRole::SalesAgent),
        Person::of(tenant, TenantRole::HelpdeskAgent),
        Person { groups: vec![GROUP], ..Person::of(tenant, TenantRole::HelpdeskAgent) },
        Person { groups: vec![GROUP], mfa: false, ..Person::of(tenant, TenantRole::SalesAgent) },
        Person { is_application: true, mfa: false, ..world.fabrikam() },
        Person { roles: Vec::new(), ..world.fabrikam() },
    ];
    let contoso =
        world.read(&administrator, "{ customer(by: { domain: \"contoso.example\" }) { id } }").await;
    let sold = api_id(SUBSCRIPTION, world.facts.subscriptions[0].id);
    let grant = api_id(GRANT, world.facts.grants[0].id);
    let (mut same, mut allowed) = (0, 0);
    for colleague in &colleagues {
        for target in [contoso["customer"]["id"].as_str().unwrap(), &sold, &grant] {
            for permission in PERMISSIONS {
                let own = told(&world, colleague, (target, permission), Value::Null).await;
                let asked = told(&world, &administrator, (target, permission), principal(colleague)).await;
                assert_eq!(asked["allowed"], own["allowed"], "{colleague:?} {target} {permission}");
                // What the colleague does not see, it is told less of.
                let checks = own["checks"].as_array().unwrap();
                if checks.len() > 5 {
                    assert_eq!(asked, own, "{colleague:?} {target} {permission}");
                    same += 1;
                }
                allowed += usize::from(own["allowed"] == true);
            }
        }
    }
    assert!(same > 60 && allowed > 20, "{same} {allowed}");
    // What the administrator neither sees nor saw is as if it were not there, whoever it asks for.
    let helpdesk = Person::of(tenant, TenantRole::HelpdeskAgent);
    let (secret, nothing) = (api_id(SUBSCRIPTION, secret), api_id(SUBSCRIPTION, Uuid::from_u128(9)));
    assert_eq!(told(&world, &helpdesk, (&secret, "SUBSCRIPTION_READ"), Value::Null).await["allowed"], true);
    let hidden = told(&world, &administrator, (&nothing, "SUBSCRIPTION_READ"), principal(&helpdesk)).await;
    assert_eq!(
        told(&world, &administrator, (&secret, "SUBSCRIPTION_READ"), principal(&helpdesk)).await,
        hidden
    );
    assert_eq!(hidden["checks"].as_array().unwrap().last().unwrap()["reason"]["code"], "TARGET_NOT_VISIBLE");
    // The tenant stays the asker's.
    let northwind =
        told(&world, &world.northwind(), (&sold, "SUBSCRIPTION_READ"), principal(&administrator)).await;
    assert_eq!(northwind, hidden);
    // A customer's administrator asks for its readers; the operator for its own people.
    let reader = Person::of(id("Contoso"), TenantRole::CustomerReader);
    for (asker, colleague, permission, is_allowed) in [
        (world.contoso(), reader.clone(), "SUBSCRIPTION_READ", true),
        (world.contoso(), reader.clone(), "SUBSCRIPTION_MANAGE", false),
        (world.operator(), world.operator(), "SUBSCRIPTION_READ", false),
    ] {
        let asked = told(&world, &asker, (&sold, permission), principal(&colleague)).await;
        assert_eq!(asked["allowed"], is_allowed, "{asker:?} {permission}");
    }
    // Nobody else does.
    for person in [reader, helpdesk, Person { roles: Vec::new(), ..world.operator() }] {
        let variables =
            json!({ "target": sold, "permission": "CUSTOMER_READ", "principal": principal(&person) });
        let refused = world.query(&person, FOR_COLLEAGUE, variables).await;
        assert_eq!(refused.code(), "FORBIDDEN", "{person:?} {}", refused.text);
        let reasons = &refused.json()["errors"][0]["extensions"]["reasons"];
        assert_eq!(reasons[0]["code"], "TENANT_ROLE_MISSING", "{person:?}");
    }
    world.end().await;
}
