//! What a permit is not for, on both databases.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use domain::action::GrantAction;
use domain::identity::Identity;
use domain::request::{Addressee, NewRequest};
use ed25519_dalek::SigningKey;
use entity::{
    DelegatedRole, GrantId, GrantStatus, RequestId, TenantId, TenantRole, delegated_admin_grant as grant,
    partner, relationship_request as request, subscription,
};
use sea_orm::Iterable;
use uuid::Uuid;

use crate::bulk::tests::records::{self, id};
use crate::bulk::tests::{load, today};
use crate::trial::{Trial, trials};
use crate::{Change, Changed, Error, LogKey, Permit, Principal, View};

/// Two partners, and a customer that has a grant for the first.
async fn furnish(trial: &Trial) {
    let grant = records::grant(4, 1, 3, GrantStatus::Active);
    load(&trial.store, today(), vec![records::partner(1), records::partner(2), records::customer(3), grant])
        .await;
    trial.store.claim_log(LogKey::from(SigningKey::from_bytes(&[7; 32]))).await.unwrap();
}

/// An administrator of this partner's.
async fn admitted(trial: &Trial, tenant: u32) -> View {
    let identity = Identity {
        tenant: TenantId(id(tenant)),
        subject: "anna".to_owned(),
        is_application: false,
        mfa: true,
        applications_need_mfa: false,
        roles: vec![TenantRole::AdminAgent],
        groups: Vec::new(),
        expires_at: today(),
    };
    trial.store.doorkeeper().admit(identity, today()).await.unwrap().unwrap()
}

fn own(view: &View) -> &partner::Model {
    let Principal::Partner(own) = view.viewer().principal() else { unreachable!() };
    own
}

#[tokio::test]
async fn a_request_is_made_in_the_name_of_the_permitted_partner_only() {
    for trial in trials().await {
        furnish(&trial).await;
        let (one, other) = (admitted(&trial, 1).await, admitted(&trial, 2).await);
        let asked = NewRequest {
            display_name: "Care".to_owned(),
            message: None,
            roles: vec![DelegatedRole::GlobalReader],
            duration_days: 30,
            auto_extend: false,
            assignments: None,
            renews: None,
            valid_days: 30,
        };
        let to_anyone = || Addressee { customer: None, invitation_hash: Some(vec![1; 32]) };
        let rows =
            |view: &View| asked.clone().rows(RequestId(Uuid::now_v7()), own(view).id, to_anyone(), today());
        let mut act = one.transaction().await.unwrap();
        let permit = act.permit_request().unwrap();
        let outcome = act.create_request(&permit, rows(&other)).await;
        assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
        let outcome = act.create_request(&permit, rows(&one)).await;
        assert_eq!(outcome.unwrap().partner_id, own(&one).id);
        drop(act);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_rule_that_changes_a_party_writes_nothing() {
    for trial in trials().await {
        furnish(&trial).await;
        let (one, other) = (admitted(&trial, 1).await, admitted(&trial, 2).await);
        let mut act = one.transaction().await.unwrap();
        let permit = act.permit::<grant::Entity>(GrantId(id(4)), GrantAction::Narrow, None).await.unwrap();
        let moved = grant::Model { partner_id: own(&other).id, ..permit.row().clone() };
        let outcome = act.apply(permit, moved).await;
        assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
        drop(act);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_row_that_has_become_another_since_it_was_permitted_is_not_written() {
    for trial in trials().await {
        furnish(&trial).await;
        let one = admitted(&trial, 1).await;
        let mut act = one.transaction().await.unwrap();
        let (id, action) = (GrantId(id(4)), GrantAction::Narrow);
        let first = act.permit::<grant::Entity>(id, action, None).await.unwrap();
        let second = act.permit::<grant::Entity>(id, action, None).await.unwrap();
        let called = |permit: &Permit<grant::Entity>, name: &str| grant::Model {
            display_name: name.to_owned(),
            ..permit.row().clone()
        };
        let (one, other) = (called(&first, "One"), called(&second, "Other"));
        assert_eq!(act.apply(first, one).await.unwrap().version, 2);
        let outcome = act.apply(second, other).await;
        assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
        drop(act);
        trial.end().await;
    }
}

fn fixed<E: Changed>() -> Vec<String> {
    let fixed = E::Column::iter().filter(|column| matches!(E::change(*column), Change::Never));
    fixed.map(|column| format!("{column:?}")).collect()
}

#[test]
fn no_update_names_a_party() {
    for party in ["Id", "PartnerId", "CustomerId"] {
        assert!(fixed::<grant::Entity>().contains(&party.to_owned()), "{party}");
        assert!(fixed::<subscription::Entity>().contains(&party.to_owned()), "{party}");
    }
    assert!(fixed::<subscription::Entity>().contains(&"OfferId".to_owned()));
    assert!(fixed::<request::Entity>().contains(&"PartnerId".to_owned()));
}
