//! What Partner Center returns, whole and bent, on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod collections;
mod offers;
mod records;
mod refusals;

use access::Store;
use entity::{TenantId, partner};
use serde_json::{Value, json};
use uuid::Uuid;

use super::PartnerCenter;
use crate::import::{
    EntryError, Format, Note, Report,
    tests::{at, files},
};
use crate::trial::{Trial, trials};

/// What docs/import.md imports.
const CUSTOMERS: &str = include_str!("../../../../docs/examples/customers.json");
const SUBSCRIPTIONS: &str = include_str!("../../../../docs/examples/subscriptions.json");

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

/// The partner whose tenant this is.
async fn partner_of(store: &Store, tenant: TenantId) -> partner::Model {
    let view = store.seen_by_the_operator(at());
    let partners = view.select::<partner::Entity>().eq(partner::Column::TenantId, tenant);
    partners.one().await.unwrap().unwrap()
}

/// Fabrikam's Partner Center, in a country, with offers made.
async fn sale(store: &Store) -> PartnerCenter {
    let fabrikam = tenant("f0000000-0000-4000-8000-000000000001");
    let partner = partner_of(store, fabrikam).await;
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
    files(store, &pages, &Format::PartnerCenter(Box::new(sale.clone())), keep_good).await
}

fn inserted(report: &Report) -> u64 {
    report.counts.values().map(|count| count.inserted).sum()
}

fn told(report: &Report) -> String {
    let sentence = |bad: &EntryError| format!("{}, {}: {}\n", bad.place.file, bad.place.spot, bad.reason);
    report.errors.iter().map(sentence).collect()
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
