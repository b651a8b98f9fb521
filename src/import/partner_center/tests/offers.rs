//! Offers that are made of what was sold.

use access::RecordKind;

use super::{CUSTOMERS, LINES, SUBSCRIPTIONS, files, read, sale, sold, told, with_partners};
use crate::import::Format;

#[tokio::test]
async fn an_offer_is_made_only_if_that_is_asked_for_and_never_changed() {
    for trial in with_partners().await {
        let making = sale(&trial.store).await;
        let mut leaving = making.clone();
        leaving.add_offers = false;
        let refused = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &leaving, false).await;
        assert_eq!(refused.error_count, 3);
        assert!(told(&refused).contains("--add-offers"), "{}", told(&refused));
        assert!(!refused.counts.contains_key(&RecordKind::Offer));
        // One that is here already stays as it is, whatever subscriptions say.
        let offer = LINES.lines().find(|line| line.contains("Suite Basic")).unwrap();
        let narrow = offer.replace("10000000", "15");
        files(&trial.store, &[narrow.as_bytes()], &Format::Ndjson, false).await;
        let refused = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &making, true).await;
        let reason = "scheduledNextTermInstructions has a quantity that is 20";
        assert!(told(&refused).contains(reason), "{}", told(&refused));
        assert_eq!(refused.counts[&RecordKind::Offer].inserted, 1);
        let stated = files(&trial.store, &[narrow.as_bytes()], &Format::Ndjson, false).await;
        assert_eq!(stated.counts[&RecordKind::Offer].unchanged, 1);
        trial.end().await;
    }
}

#[tokio::test]
async fn an_offer_reaches_as_far_as_what_was_sold_of_it() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let many = sold("quantity", 20_000_000);
        let report = read(&trial.store, &[CUSTOMERS, &many], &sale, false).await;
        assert_eq!((told(&report).as_str(), report.counts[&RecordKind::Offer].inserted), ("", 1));
        trial.end().await;
    }
}
