//! What an item becomes here, and what of it has no place.

use std::fmt::Write;

use access::RecordKind;
use serde_json::{Value, json};

use super::{
    CUSTOMERS, LINES, PartnerCenter, SUBSCRIPTIONS, bent, files, inserted, partner_of, read, sale, sold,
    tenant, told, with_partners,
};
use crate::import::Format;

#[tokio::test]
async fn what_partner_center_says_is_what_the_same_lines_say() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        // What is sold may stand before its customer.
        let first = read(&trial.store, &[SUBSCRIPTIONS, CUSTOMERS], &sale, false).await;
        assert_eq!((told(&first).as_str(), first.is_written, first.read), ("", true, 5));
        assert_eq!(inserted(&first), 7);
        let again = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &sale, false).await;
        assert_eq!(inserted(&again), 0);
        let stated = files(&trial.store, &[LINES.as_bytes()], &Format::Ndjson, false).await;
        for report in [&again, &stated] {
            assert!(report.is_written, "{report:?}");
            assert!(report.counts.values().all(|count| count.updated == 0), "{report:?}");
        }
        assert_eq!(stated.counts.values().map(|count| count.unchanged).sum::<u64>(), 7);
        trial.end().await;
    }
}

#[tokio::test]
async fn an_end_from_before_new_commerce_is_the_instant_itself() {
    const OFFER: &str = "796b6b5f-613c-4e24-a17c-eba730d49c02";
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let older = sold("offerId", OFFER).replace("2027-01-13", "2027-01-14");
        let older = bent(&older, 0, |item| {
            item["id"] = "b0000000-0000-4000-8000-000000000001".into();
            item["scheduledNextTermInstructions"] = Value::Null;
            item["commitmentEndDateTime"] = Value::Null;
        });
        assert_eq!(told(&read(&trial.store, &[CUSTOMERS, &older], &sale, false).await), "");
        let line = LINES
            .lines()
            .nth(5)
            .unwrap()
            .replace("a4c1340d-6911-4758-8ba3-0c4c6007d161", "b0000000-0000-4000-8000-000000000001");
        let line = line
            .replace("CFQ7TTC0LH18:0001:CFQ7TTC0K971", OFFER)
            .replace("2027-01-13T23:59:59Z", "2027-01-14T00:00:00Z");
        let line = line.replace(r#","nextTerm":{"quantity":20,"term":"P1Y","billingCycle":"ANNUAL"}"#, "");
        let stated = files(&trial.store, &[line.as_bytes()], &Format::Ndjson, false).await;
        assert_eq!(stated.counts[&RecordKind::Subscription].unchanged, 1, "{stated:?}");
        trial.end().await;
    }
}

#[tokio::test]
async fn what_has_no_place_here_is_told() {
    let [trial, other] = with_partners().await;
    other.end().await;
    let sale = sale(&trial.store).await;
    let elsewhere = json!({ "product": { "productId": "CFQ7TTC0LHPB", "skuId": "0002", "termDuration": "P1Y" }, "quantity": 1 });
    let planned = sold("scheduledNextTermInstructions", elsewhere);
    let odd = sold("cancellationAllowedUntilDate", "2020-01-01T00:00:00Z");
    let late = sold("cancellationAllowedUntilDate", "2028-01-01T00:00:00Z");
    let none = sold("cancellationAllowedUntilDate", "0001-01-01T00:00:00.0000000Z");
    let zoned = sold("creationDate", "0001-01-01T00:00:00+01:00");
    let day = sold("commitmentEndDate", "0001-01-01T00:00:00");
    let strange = sold("suspensionReasons", json!(["SpendingLimit"])).replace("\"active\"", "\"suspended\"");
    let mut text = String::new();
    for pages in [
        &[CUSTOMERS, SUBSCRIPTIONS][..],
        &[&planned],
        &[&odd],
        &[&late],
        &[&none],
        &[&zoned],
        &[&day],
        &[&strange],
    ] {
        let report = read(&trial.store, pages, &sale, false).await;
        assert_eq!(told(&report), "");
        writeln!(text, "{:?}", report.ignored.fields).unwrap();
    }
    insta::assert_snapshot!(text);
    trial.end().await;
}

#[tokio::test]
async fn a_whole_number_is_read_however_it_is_written() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        assert!(read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &sale, false).await.is_written);
        for (from, to) in [("15", "15.0"), ("15", "1.5e1"), ("15", "0.15E+2"), ("20", "2e1")] {
            let page =
                SUBSCRIPTIONS.replacen(&format!("\"quantity\": {from}"), &format!("\"quantity\": {to}"), 1);
            assert_ne!(page, SUBSCRIPTIONS);
            let report = read(&trial.store, &[&page], &sale, false).await;
            assert_eq!((told(&report).as_str(), report.counts[&RecordKind::Subscription].unchanged), ("", 3));
        }
        trial.end().await;
    }
}

#[tokio::test]
async fn customers_are_in_the_cloud_of_their_partner() {
    for trial in with_partners().await {
        let granite = tenant("f0000000-0000-4000-8000-000000000003");
        let partner = partner_of(&trial.store, granite).await;
        let sale = PartnerCenter { partner, ..sale(&trial.store).await };
        let report = read(&trial.store, &[CUSTOMERS, &sold("friendlyName", "Suite")], &sale, false).await;
        assert_eq!(told(&report), "");
        // Who sold it for Granite is elsewhere.
        let report = read(&trial.store, &[&bent(SUBSCRIPTIONS, 1, |_| {})], &sale, false).await;
        assert!(told(&report).contains("in another cloud"), "{}", told(&report));
        trial.end().await;
    }
}

#[tokio::test]
async fn a_customer_is_taken_from_where_it_is_named() {
    let contoso = "c0000000-0000-4000-8000-000000000001";
    for trial in with_partners().await {
        let mut sale = sale(&trial.store).await;
        let homeless = |uri: &str| {
            let page =
                bent(SUBSCRIPTIONS, 0, |item| item["links"]["self"]["uri"] = "/subscriptions?key=1".into());
            page.replace(&format!("\"/customers/{contoso}/subscriptions\""), &format!("\"{uri}\""))
        };
        let address =
            format!("https://api.example/v1/Customers/{}/subscriptions?size=5", contoso.to_uppercase());
        let collection = homeless(&address);
        let report = read(&trial.store, &[CUSTOMERS, &collection], &sale, false).await;
        assert_eq!(told(&report), "");
        let refused = read(&trial.store, &[&homeless("/subscriptions")], &sale, false).await;
        assert!(told(&refused).contains("--customer TENANT"), "{}", told(&refused));
        sale.customer = Some(tenant(contoso));
        let given = read(&trial.store, &[&homeless("/subscriptions")], &sale, false).await;
        assert_eq!(given.counts[&RecordKind::Subscription].unchanged, 1);
        // What the file says wins.
        sale.customer = Some(tenant("c0000000-0000-4000-8000-000000000002"));
        let said = read(&trial.store, &[&collection], &sale, false).await;
        assert_eq!(said.counts[&RecordKind::Subscription].unchanged, 1);
        trial.end().await;
    }
}
