//! What a load leaves in the tables.

#![expect(clippy::disallowed_methods, reason = "a test looks at what was written")]

use entity::{GrantStatus, SubscriptionStatus, subscription};
use sea_orm::EntityTrait;

use super::{
    super::{AnyRecord, RecordKind},
    later, load,
    records::{customer, grant, offer, partner, subscription},
    today,
};
use crate::{RecordCount, Store, trial::trials};
use domain::{
    grant::GrantRecord, offer::OfferRecord, partner::PartnerRecord, subscription::SubscriptionRecord,
};

fn world() -> Vec<AnyRecord> {
    Vec::from([
        partner(1),
        customer(11),
        offer(),
        grant(100, 1, 11, GrantStatus::Active),
        subscription(1_000, 1, 11, 5),
    ])
}

async fn subscription_row(store: &Store) -> subscription::Model {
    subscription::Entity::find().one(store.outside_the_rules()).await.unwrap().unwrap()
}

async fn grant_row(store: &Store) -> entity::delegated_admin_grant::Model {
    entity::delegated_admin_grant::Entity::find().one(store.outside_the_rules()).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_is_the_same_stays_untouched_and_what_changes_gets_another_version() {
    for trial in trials().await {
        let store = &trial.store;
        load(store, today(), world()).await;
        let first = subscription_row(store).await;
        assert_eq!((first.version, first.created_at, first.updated_at), (1, today(), today()));
        let again = load(store, later(1), world()).await;
        assert_eq!(again.errors, []);
        assert!(
            again
                .counts
                .values()
                .all(|count| *count == RecordCount { unchanged: 1, ..RecordCount::default() })
        );
        assert_eq!(subscription_row(store).await, first);
        assert_eq!((grant_row(store).await.version, grant_row(store).await.updated_at), (1, today()));
        let changed = load(store, later(2), Vec::from([subscription(1_000, 1, 11, 6)])).await;
        assert_eq!(
            changed.counts[&RecordKind::Subscription],
            RecordCount { updated: 1, ..RecordCount::default() }
        );
        let row = subscription_row(store).await;
        assert_eq!((row.version, row.quantity, row.updated_at, row.created_at), (2, 6, later(2), today()));
        trial.end().await;
    }
}

#[tokio::test]
async fn a_load_that_is_dropped_leaves_nothing_and_the_next_one_works() {
    for trial in trials().await {
        let mut bulk_load = trial.store.load(today()).await.unwrap();
        assert_eq!(bulk_load.put(world()).await.unwrap().errors, []);
        drop(bulk_load);
        assert_eq!(subscription::Entity::find().one(trial.store.outside_the_rules()).await.unwrap(), None);
        assert_eq!(load(&trial.store, today(), world()).await.counts[&RecordKind::Partner].inserted, 1);
        trial.end().await;
    }
}

#[tokio::test]
async fn what_has_ended_by_the_clock_is_stored_as_ended() {
    for trial in trials().await {
        let after = later(700);
        let lapsing = world().into_iter().map(|record| match record {
            AnyRecord::Subscription(subscription) => {
                AnyRecord::Subscription(SubscriptionRecord { auto_renew: false, ..subscription })
            }
            other => other,
        });
        assert_eq!(load(&trial.store, after, lapsing.clone().collect()).await.errors, []);
        assert_eq!(subscription_row(&trial.store).await.status, SubscriptionStatus::Expired);
        assert_eq!(grant_row(&trial.store).await.status, GrantStatus::Expired);
        let again = load(&trial.store, after, lapsing.collect()).await;
        assert!(again.errors.is_empty() && again.counts.values().all(|count| count.unchanged == 1));
        trial.end().await;
    }
}

#[tokio::test]
async fn an_extending_grant_stays_active_past_its_end() {
    for trial in trials().await {
        let AnyRecord::Grant(plain) = grant(100, 1, 11, GrantStatus::Active) else { unreachable!() };
        let extending = AnyRecord::Grant(GrantRecord { auto_extend: true, ..plain });
        load(&trial.store, later(700), Vec::from([partner(1), customer(11), extending])).await;
        assert_eq!(grant_row(&trial.store).await.status, GrantStatus::Active);
        trial.end().await;
    }
}

/// The records, one at a time or all at once, with an error for each that names what stands below it.
#[tokio::test]
async fn how_records_are_cut_into_batches_makes_no_difference() {
    for size in [1, 2, 3, 100] {
        let trial = crate::trial::Trial::on_sqlite().await;
        let AnyRecord::Offer(small) = offer() else { unreachable!() };
        let small = AnyRecord::Offer(OfferRecord { max_quantity: 5, ..small });
        load(&trial.store, today(), Vec::from([partner(1), customer(11), small])).await;
        let records = [
            subscription(1_000, 1, 11, 6),
            offer(),
            subscription(1_001, 1, 11, 6),
            subscription(1_002, 2, 11, 6),
            partner(2),
            subscription(1_003, 2, 11, 6),
            customer(2),
            subscription(1_001, 1, 11, 7),
            subscription(1_001, 1, 11, 6),
        ];
        let mut bulk_load = trial.store.load(today()).await.unwrap();
        let mut refused = Vec::new();
        for (n, batch) in records.chunks(size).enumerate() {
            let outcome = bulk_load.put(batch.to_vec()).await.unwrap();
            refused.extend(outcome.errors.into_iter().map(|error| error.index + n * size));
        }
        bulk_load.finish().await.unwrap();
        assert_eq!(refused, [0, 3, 6, 7], "in batches of {size}");
        trial.end().await;
    }
}

#[tokio::test]
async fn two_swap_what_is_unique_one_after_the_other() {
    for trial in trials().await {
        let named = |n, number: &str| match partner(n) {
            AnyRecord::Partner(partner) => {
                let partner_number = number.to_owned();
                AnyRecord::Partner(PartnerRecord { partner_number, ..partner })
            }
            other => other,
        };
        load(&trial.store, today(), Vec::from([named(1, "A"), named(2, "B")])).await;
        let swapped =
            load(&trial.store, today(), Vec::from([named(1, "C"), named(2, "A"), named(3, "B")])).await;
        assert_eq!(swapped.errors, []);
        let taken = load(&trial.store, today(), Vec::from([named(4, "A")])).await;
        assert_eq!(taken.errors[0].error.sentence(), "partnerNumber belongs to another partner");
        trial.end().await;
    }
}
