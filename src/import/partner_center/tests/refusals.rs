//! What is refused, and what becomes of the rest.

use access::RecordKind;
use serde_json::{Value, json};

use super::{CUSTOMERS, PartnerCenter, SUBSCRIPTIONS, bent, inserted, read, sale, sold, told, with_partners};
use crate::import::Spot;

#[tokio::test]
async fn a_file_that_is_half_good_is_written_only_if_that_is_asked_for() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let half = SUBSCRIPTIONS.replacen("\"suspended\"", "\"disabled\"", 1);
        let report = read(&trial.store, &[CUSTOMERS, &half], &sale, false).await;
        let id = Some("968BA1CF-C146-4ADF-A300-308DCF718EEE".to_owned());
        assert_eq!((report.is_written, report.error_count), (false, 1));
        assert_eq!(
            (&*report.errors[0].place.file, &report.errors[0].place.spot),
            ("file 2", &Spot::Item(2, id))
        );
        let page = include_str!("../../../../docs/import.md");
        let sentence = told(&report).replace("file 2, ", "subscriptions.json, ");
        assert!(page.contains(&format!("    {sentence}")), "{sentence}");
        let kept = read(&trial.store, &[CUSTOMERS, &half], &sale, true).await;
        assert_eq!(inserted(&kept), 5);
        assert_eq!(
            (kept.is_written, kept.error_count, kept.counts[&RecordKind::Subscription].inserted),
            (true, 1, 2)
        );
        let mended = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &sale, false).await;
        assert_eq!((mended.is_written, inserted(&mended)), (true, 2));
        trial.end().await;
    }
}

/// Every item that is refused and what is said about it, one below the other, to be read like a text.
#[tokio::test]
async fn each_refusal_says_what_to_change() {
    let customer = |path: &[&str], value: Value| {
        bent(CUSTOMERS, 0, |item| *path.iter().fold(item, |item, field| &mut item[*field]) = value)
    };
    let elsewhere = "/customers/c0000000-0000-4000-8000-000000000009/subscriptions";
    let pages = [
        customer(&["companyProfile", "tenantId"], Value::Null),
        customer(&["companyProfile", "tenantId"], "contoso".into()),
        customer(&["id"], "c0000000-0000-4000-8000-000000000009".into()),
        customer(&["companyProfile", "domain"], "".into()),
        customer(&["companyProfile", "domain"], "contoso".into()),
        customer(&["companyProfile", "companyName"], 7.into()),
        customer(&["companyProfile", "address"], json!({ "country": "Netherlands" })),
        customer(&["attributes", "objectType"], "CustomerUser".into()),
        sold("status", "disabled"),
        sold("status", "none"),
        sold("status", "\u{1b}[31mactive"),
        sold("status", Value::Null),
        sold("partnerId", "4000009"),
        sold("partnerId", 4_000_002),
        sold("id", "subscription-1"),
        sold("offerId", ""),
        sold("offerId", "two words"),
        sold("quantity", 1.5),
        sold("quantity", 0),
        sold("quantity", -0.0),
        sold("quantity", 1e300),
        sold("quantity", "15"),
        SUBSCRIPTIONS.replacen("\"quantity\": 15", "\"quantity\": 15,\n\"quantity\": 16", 1),
        SUBSCRIPTIONS.replacen("\"links\"", "\"Links\": {\"\\u001b\": 1, \"\\u001b\": 1}, \"links\"", 1),
        SUBSCRIPTIONS.replacen("\"quantity\": 15", "\"quantity\": 15,0", 1),
        sold("termDuration", ""),
        sold("termDuration", "P5Y"),
        sold("billingCycle", "none"),
        sold("billingCycle", "one_time"),
        sold("billingCycle", "unknown"),
        sold("autoRenewEnabled", "yes"),
        sold("effectiveStartDate", "14/01/2026"),
        sold("effectiveStartDate", 46_036),
        sold("effectiveStartDate", "0001-01-01T00:00:00"),
        sold("creationDate", "1/14/2026 4:57:15 PM"),
        sold("cancellationAllowedUntilDate", "2026-01-21"),
        sold("effectiveStartDate", "2027-01-13T00:00:00Z"),
        sold("commitmentEndDateTime", "2025-01-14T00:00:00Z"),
        sold("status", "expired"),
        sold("isTrial", true),
        sold("contractType", "productKey"),
        sold("offerName", Value::Null).replace("CFQ7TTC0LH18:", "CFQ7TTC0NAME:"),
        sold("links", json!({ "self": { "uri": elsewhere } })),
        json!({ "code": 2000, "description": "Access denied" }).to_string(),
        json!({ "items": 7 }).to_string(),
        json!([1]).to_string(),
        "nonsense".to_owned(),
        format!("{CUSTOMERS}\n{{\n\"items\": [}}"),
        "<html>{}{}{}</html>".to_owned(),
        CUSTOMERS.trim_end().trim_end_matches('}').to_owned(),
    ];
    let mut told_on = Vec::new();
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        assert!(read(&trial.store, &[CUSTOMERS], &sale, false).await.is_written);
        let mut text = String::new();
        for page in &pages {
            let report = read(&trial.store, &[page], &sale, false).await;
            text += if report.errors.is_empty() { "is not refused\n" } else { "" };
            text += &told(&report);
        }
        let nowhere = PartnerCenter { country: None, ..sale };
        text += &told(&read(&trial.store, &[CUSTOMERS], &nowhere, false).await);
        told_on.push(text);
        trial.end().await;
    }
    assert_eq!(told_on[0], told_on[1]);
    insta::assert_snapshot!(told_on[0]);
}
