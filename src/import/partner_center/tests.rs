//! What Partner Center returns, whole and bent, on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fmt::Write;

use entity::TenantId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::PartnerCenter;
use access::Store;

use crate::import::{
    Bad, Format, Note, Report, Spot,
    tests::{files, unreadable, wide},
};
use crate::trial::{Trial, trials};
use domain::record::Kind;

/// What docs/import.md imports.
const CUSTOMERS: &str = include_str!("../../../docs/examples/customers.json");
const SUBSCRIPTIONS: &str = include_str!("../../../docs/examples/subscriptions.json");

/// The partners that have to be here before, the last one in another cloud.
const PARTNERS: &str = r#"
{"type":"partner","tenantId":"f0000000-0000-4000-8000-000000000001","partnerNumber":"4000001","name":"Fabrikam","kind":"INDIRECT_PROVIDER"}
{"type":"partner","tenantId":"f0000000-0000-4000-8000-000000000002","partnerNumber":"4000002","name":"Northwind","kind":"INDIRECT_RESELLER"}
{"type":"partner","tenantId":"f0000000-0000-4000-8000-000000000003","partnerNumber":"4000003","name":"Granite","kind":"DIRECT_RESELLER","cloud":"US_GOVERNMENT"}
"#;

/// The same as the example, line by line.
const LINES: &str = r#"
{"type":"customer","tenantId":"c0000000-0000-4000-8000-000000000001","name":"Contoso","domain":"contoso.example","country":"NL"}
{"type":"customer","tenantId":"c0000000-0000-4000-8000-000000000002","name":"Adatum","domain":"adatum.example","country":"DE"}
{"type":"offer","sku":"CFQ7TTC0LH18:0001:CFQ7TTC0K971","name":"Suite Basic","publisher":"Microsoft Corporation","minQuantity":1,"maxQuantity":10000000,"terms":["P1Y"],"billingCycles":["MONTHLY","ANNUAL"]}
{"type":"offer","sku":"CFQ7TTC0LHPB:0002:CFQ7TTC0KJL4","name":"Archiving","publisher":"Microsoft","minQuantity":1,"maxQuantity":10000000,"terms":["P1M"],"billingCycles":["MONTHLY"]}
{"type":"subscription","id":"a4c1340d-6911-4758-8ba3-0c4c6007d161","customer":"c0000000-0000-4000-8000-000000000001","partnerOfRecord":"f0000000-0000-4000-8000-000000000001","offer":"CFQ7TTC0LH18:0001:CFQ7TTC0K971","friendlyName":"Suite for Sales","status":"ACTIVE","quantity":15,"term":"P1Y","billingCycle":"MONTHLY","autoRenew":true,"startsAt":"2026-01-14T16:57:14.498Z","termEndsAt":"2027-01-13T23:59:59Z","cancellableUntil":"2026-01-21T16:57:14.498Z","nextTerm":{"quantity":20,"term":"P1Y","billingCycle":"ANNUAL"},"createdAt":"2026-01-14T16:57:15.096Z"}
{"type":"subscription","id":"968ba1cf-c146-4adf-a300-308dcf718eee","customer":"c0000000-0000-4000-8000-000000000001","partnerOfRecord":"f0000000-0000-4000-8000-000000000002","offer":"CFQ7TTC0LHPB:0002:CFQ7TTC0KJL4","friendlyName":"Archive of the mail","status":"SUSPENDED","suspensionReasons":["NON_PAYMENT"],"quantity":5,"term":"P1M","billingCycle":"MONTHLY","autoRenew":true,"startsAt":"2026-02-01T00:00:00Z","termEndsAt":"2026-06-30T23:59:59Z","createdAt":"2026-02-01T08:00:00Z"}
{"type":"subscription","id":"3d7c9b52-1a6e-4f0b-b2c4-9e8f7a6b5c04","customer":"c0000000-0000-4000-8000-000000000001","partnerOfRecord":"f0000000-0000-4000-8000-000000000001","offer":"CFQ7TTC0LH18:0001:CFQ7TTC0K971","friendlyName":"Suite of last year","status":"CANCELLED","quantity":3,"term":"P1Y","billingCycle":"ANNUAL","autoRenew":false,"startsAt":"2025-01-14T00:00:00Z","termEndsAt":"2026-01-13T23:59:59Z"}
"#;

fn tenant(id: &str) -> TenantId {
    TenantId(Uuid::parse_str(id).unwrap())
}

/// Fabrikam's Partner Center, in a country, with offers made.
async fn sale(store: &Store) -> PartnerCenter {
    let fabrikam = tenant("f0000000-0000-4000-8000-000000000001");
    let partner = store.doorkeeper().partner(fabrikam).await.unwrap().unwrap();
    PartnerCenter { partner, customer: None, country: Some("NL".to_owned()), add_offers: true }
}

/// Databases with the partners.
async fn with_partners() -> [Trial; 2] {
    let trials = trials().await;
    for trial in &trials {
        assert!(files(&trial.store, &[PARTNERS.as_bytes()], &Format::Ndjson, false).await.is_written);
    }
    trials
}

async fn read(store: &Store, pages: &[&str], sale: &PartnerCenter, keep_good: bool) -> Report {
    let pages: Vec<_> = pages.iter().map(|page| page.as_bytes()).collect();
    files(store, &pages, &Format::PartnerCenter(sale.clone()), keep_good).await
}

fn inserted(report: &Report) -> u64 {
    report.counts.values().map(|count| count.inserted).sum()
}

fn told(report: &Report) -> String {
    let sentence = |bad: &Bad| format!("{}, {}: {}\n", bad.place.file, bad.place.spot, bad.reason);
    report.bad.iter().map(sentence).collect()
}

fn noted(report: &Report) -> Vec<String> {
    let sentence = |note: &Note| format!("{}, {}: {}", note.place.file, note.place.spot, note.words);
    report.notes.iter().map(sentence).collect()
}

/// A page of the example with one item in it, after a change.
fn bent(page: &str, item: usize, change: impl FnOnce(&mut Value)) -> String {
    let mut page: Value = serde_json::from_str(page).unwrap();
    let mut item = page["items"][item].take();
    change(&mut item);
    page["items"] = json!([item]);
    page.to_string()
}

/// The first subscription of the example with another value in a field.
fn sold(field: &str, value: impl Into<Value>) -> String {
    bent(SUBSCRIPTIONS, 0, |item| item[field] = value.into())
}

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
        assert_eq!(stated.counts[&Kind::Subscription].unchanged, 1, "{stated:?}");
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
        writeln!(text, "{:?}", report.left.fields).unwrap();
    }
    insta::assert_snapshot!(text);
    trial.end().await;
}

#[tokio::test]
async fn pages_may_begin_with_a_mark_stand_one_after_the_other_and_be_listed() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let (one, two) = (bent(SUBSCRIPTIONS, 0, |_| {}), bent(SUBSCRIPTIONS, 1, |_| {}));
        let alone = serde_json::from_str::<Value>(SUBSCRIPTIONS).unwrap()["items"][2].to_string();
        let all = format!("\u{feff}{CUSTOMERS}\r\n\u{feff}{one}[{two}]\n{alone}\n");
        let report = read(&trial.store, &[&all], &sale, false).await;
        assert_eq!((told(&report).as_str(), inserted(&report)), ("", 7));
        trial.end().await;
    }
}

#[tokio::test]
async fn pages_may_be_in_utf_16_and_another_encoding_is_told_once() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let format = Format::PartnerCenter(sale.clone());
        let good = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &sale, false).await;
        for (customers, subscriptions) in wide(CUSTOMERS).into_iter().zip(wide(SUBSCRIPTIONS)) {
            let report = files(&trial.store, &[&customers, &subscriptions], &format, false).await;
            assert_eq!((told(&report).as_str(), inserted(&report), report.is_written), ("", 0, true));
            assert_eq!(report.left, good.left);
        }
        let german = CUSTOMERS.replace("Unter den Linden", "Marktstraße");
        let latin: Vec<u8> = german.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let told = unreadable(&trial.store, &[SUBSCRIPTIONS.as_bytes(), &latin], &format).await;
        assert!(told.starts_with("file 2: line 33 is not UTF-8; perhaps it is Windows-1252. Save"), "{told}");
        trial.end().await;
    }
}

/// The example's subscriptions as pages of one item each, which say that there are three and lead to the next one.
fn pages() -> [String; 3] {
    let next = json!({ "uri": "/customers?size=1&seekOperation=Next", "method": "GET", "headers": [] });
    [0, 1, 2].map(|number| {
        let mut page: Value = serde_json::from_str(&bent(SUBSCRIPTIONS, number, |_| {})).unwrap();
        if number < 2 {
            page["links"]["next"] = next.clone();
        }
        page.to_string()
    })
}

#[tokio::test]
async fn a_collection_that_is_not_all_here_is_told_and_imported() {
    let of = "of /customers/c0000000-0000-4000-8000-000000000001/subscriptions";
    let way_out = "Fetch the pages that are missing, and import them too";
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let [one, two, three] = pages();
        let is_part =
            |count: &str, next: &str| format!("file 2, line 1: is not all {of}: {count}{next}. {way_out}");
        let of_three = |count| format!("{count} of 3 items are here");
        let leads_on = "links.next leads to more";
        let uncounted = one.replace("\"totalCount\":3", "\"totalCount\":1.0");
        let unlinked = one.replace("\"next\"", "\"previous\"");
        for (subscriptions, expected) in [
            (&[SUBSCRIPTIONS][..], None),
            (&[&one, &two, &three], None),
            (&[&three, &one, &two], None),
            (&[&format!("{one}\n{two}\n{three}")], None),
            (&[&format!("[{one},{two},{three}]")], None),
            (&[&one], Some(is_part(&of_three(1), &format!(", and {leads_on}")))),
            (&[&one, &two], Some(is_part(&of_three(2), &format!(", and {leads_on}")))),
            (&[&two, &three], Some(is_part(&of_three(2), ""))),
            (&[&unlinked], Some(is_part(&of_three(1), ""))),
            (&[&uncounted], Some(is_part("", leads_on))),
        ] {
            let files: Vec<&str> = [CUSTOMERS].into_iter().chain(subscriptions.iter().copied()).collect();
            let report = read(&trial.store, &files, &sale, false).await;
            assert_eq!((told(&report).as_str(), report.is_written), ("", true));
            assert_eq!(noted(&report), expected.into_iter().collect::<Vec<_>>());
        }
        let page = include_str!("../../../docs/import.md");
        let sentence =
            is_part(&of_three(1), &format!(", and {leads_on}")).replace("file 2", "subscriptions.json");
        assert!(page.contains(&format!("\n    {sentence}.\n")), "{sentence}");
        // What does not say where it is from is judged by its items, or else alone.
        let alone = |page: &str, uri: &str| {
            let mut page: Value = serde_json::from_str(page).unwrap();
            page["links"]["self"] = Value::Null;
            page["items"][0]["links"]["self"]["uri"] = uri.into();
            page.to_string()
        };
        let uri = "https://api.example/v1/Customers/c0000000-0000-4000-8000-000000000001/subscriptions/x";
        let complete = read(&trial.store, &[&alone(&one, uri), &two, &three], &sale, false).await;
        assert_eq!((told(&complete).as_str(), noted(&complete)), ("", vec![]));
        let nowhere = alone(&one, "").replace("\"uri\":\"\"", "\"uri\":null");
        let told = noted(&read(&trial.store, &[CUSTOMERS, &nowhere, &two, &three], &sale, true).await);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].contains("a collection without links.self (1): 1 of 3 items are here, and"),
            "{told:?}"
        );
        trial.end().await;
    }
}

#[tokio::test]
async fn a_file_that_holds_nothing_is_refused_and_a_collection_without_items_is_told() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        for nothing in ["", "\u{feff}\r\n"] {
            let report = read(&trial.store, &[CUSTOMERS, nothing], &sale, false).await;
            let [bad] = report.bad.as_slice() else { panic!("{report:?}") };
            assert_eq!((&*bad.place.file, &bad.place.spot), ("file 2", &Spot::Whole));
            assert_eq!(
                (bad.reason.as_str(), report.is_written),
                ("is empty: export or fetch it again", false)
            );
        }
        let none = r#"{"totalCount":0,"items":[],"links":{"self":{"uri":"/customers?size=40"}},"attributes":{"objectType":"Collection"}}"#;
        for none in [none, "[]", r#"{"items":null}"#] {
            let report = read(&trial.store, &[none, SUBSCRIPTIONS, CUSTOMERS], &sale, false).await;
            assert_eq!((told(&report).as_str(), report.is_written, noted(&report)), ("", true, vec![]));
            assert_eq!(report.without_records, ["file 1".into()]);
        }
        // A page without items may be one of several.
        let report = read(&trial.store, &[&none.replace(":0", ":7")], &sale, false).await;
        assert!(noted(&report)[0].contains("0 of 7 items are here"), "{report:?}");
        trial.end().await;
    }
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
            assert_eq!((told(&report).as_str(), report.counts[&Kind::Subscription].unchanged), ("", 3));
        }
        trial.end().await;
    }
}

#[tokio::test]
async fn a_file_that_is_half_good_is_written_only_if_that_is_asked_for() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let half = SUBSCRIPTIONS.replacen("\"suspended\"", "\"disabled\"", 1);
        let report = read(&trial.store, &[CUSTOMERS, &half], &sale, false).await;
        let id = Some("968BA1CF-C146-4ADF-A300-308DCF718EEE".to_owned());
        assert_eq!((report.is_written, report.bad_count), (false, 1));
        assert_eq!((&*report.bad[0].place.file, &report.bad[0].place.spot), ("file 2", &Spot::Item(2, id)));
        let page = include_str!("../../../docs/import.md");
        let sentence = told(&report).replace("file 2, ", "subscriptions.json, ");
        assert!(page.contains(&format!("    {sentence}")), "{sentence}");
        let kept = read(&trial.store, &[CUSTOMERS, &half], &sale, true).await;
        assert_eq!(inserted(&kept), 5);
        assert_eq!(
            (kept.is_written, kept.bad_count, kept.counts[&Kind::Subscription].inserted),
            (true, 1, 2)
        );
        let mended = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &sale, false).await;
        assert_eq!((mended.is_written, inserted(&mended)), (true, 2));
        trial.end().await;
    }
}

#[tokio::test]
async fn an_offer_is_made_only_if_that_is_asked_for_and_never_changed() {
    for trial in with_partners().await {
        let making = sale(&trial.store).await;
        let mut leaving = making.clone();
        leaving.add_offers = false;
        let refused = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &leaving, false).await;
        assert_eq!(refused.bad_count, 3);
        assert!(told(&refused).contains("--add-offers"), "{}", told(&refused));
        assert!(!refused.counts.contains_key(&Kind::Offer));
        // One that is here already stays as it is, whatever subscriptions say.
        let offer = LINES.lines().find(|line| line.contains("Suite Basic")).unwrap();
        let narrow = offer.replace("10000000", "15");
        files(&trial.store, &[narrow.as_bytes()], &Format::Ndjson, false).await;
        let refused = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &making, true).await;
        let reason = "scheduledNextTermInstructions has a quantity that is 20";
        assert!(told(&refused).contains(reason), "{}", told(&refused));
        assert_eq!(refused.counts[&Kind::Offer].inserted, 1);
        let stated = files(&trial.store, &[narrow.as_bytes()], &Format::Ndjson, false).await;
        assert_eq!(stated.counts[&Kind::Offer].unchanged, 1);
        trial.end().await;
    }
}

#[tokio::test]
async fn an_offer_reaches_as_far_as_what_was_sold_of_it() {
    for trial in with_partners().await {
        let sale = sale(&trial.store).await;
        let many = sold("quantity", 20_000_000);
        let report = read(&trial.store, &[CUSTOMERS, &many], &sale, false).await;
        assert_eq!((told(&report).as_str(), report.counts[&Kind::Offer].inserted), ("", 1));
        trial.end().await;
    }
}

#[tokio::test]
async fn customers_are_in_the_cloud_of_their_partner() {
    for trial in with_partners().await {
        let granite = tenant("f0000000-0000-4000-8000-000000000003");
        let partner = trial.store.doorkeeper().partner(granite).await.unwrap().unwrap();
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
        assert_eq!(given.counts[&Kind::Subscription].unchanged, 1);
        // What the file says wins.
        sale.customer = Some(tenant("c0000000-0000-4000-8000-000000000002"));
        let said = read(&trial.store, &[&collection], &sale, false).await;
        assert_eq!(said.counts[&Kind::Subscription].unchanged, 1);
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
            text += if report.bad.is_empty() { "is not refused\n" } else { "" };
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
