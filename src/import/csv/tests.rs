//! Tables, whole and broken.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::column::{COLUMNS, NEXT_TERM, TYPE};
use super::*;
use crate::access::trial::{Trial, trials};
use crate::import::{Format, Report, tests::files};
use crate::rules::record::{KINDS, Kind, NextTerm};

/// What stands in docs/import.md.
const EXAMPLE: &str = include_str!("../../../docs/examples/tenants.csv");
const SOLD: &str = include_str!("../../../docs/examples/sold.csv");

const HEADER: &str = "type,tenantId,name,domain,country\n";
const CONTOSO: &str = "customer,00000000-0000-4000-8000-000000000011,Contoso,contoso.example,NL\n";

/// What becomes of the table on SQLite: each bad row and why.
async fn told(table: &[u8]) -> (Report, Vec<String>) {
    let trial = Trial::on_sqlite().await;
    let report = files(&trial.store, &[table], &Format::Csv, true).await;
    trial.end().await;
    let told = report.bad.iter().map(|bad| format!("{}: {}", bad.place.spot, bad.reason)).collect();
    (report, told)
}

/// The records of a table that is good.
fn records(table: &str) -> Vec<Record> {
    let mut csv = Csv::of("".into(), table.as_bytes());
    std::iter::from_fn(|| csv.next().unwrap()).map(|entry| entry.record.unwrap()).collect()
}

#[tokio::test]
async fn a_table_is_written_once_and_again_changes_nothing() {
    for trial in trials().await {
        let first = files(&trial.store, &[EXAMPLE, SOLD].map(str::as_bytes), &Format::Csv, false).await;
        assert_eq!((first.bad.as_slice(), first.is_written), (&[][..], true));
        assert_eq!(first.counts.values().map(|count| count.inserted).sum::<u64>(), 4);
        // Excel's way of writing the same.
        let excel = |table: &str| format!("\u{feff}{}", table.replace('\n', "\r\n").replace(',', ";"));
        let (world, sold) = (excel(EXAMPLE), excel(SOLD));
        let again = files(&trial.store, &[world.as_bytes(), sold.as_bytes()], &Format::Csv, false).await;
        assert!(again.is_written, "{:?}", again.bad);
        assert!(again.counts.values().all(|count| count.inserted + count.updated == 0), "{again:?}");
        trial.end().await;
    }
}

#[test]
fn the_documentation_shows_the_table_that_is_imported() {
    let page = include_str!("../../../docs/import.md");
    for line in EXAMPLE.lines().chain(SOLD.lines()) {
        assert!(page.contains(&format!("\n    {line}\n")), "{line}");
    }
}

#[test]
fn a_cell_has_the_type_of_its_field() {
    let line = json!({
        "type": "subscription", "id": "00000000-0000-4000-8000-000000000041",
        "customer": "00000000-0000-4000-8000-000000000011",
        "partnerOfRecord": "00000000-0000-4000-8000-000000000001", "offer": "007", "friendlyName": "12",
        "status": "SUSPENDED", "suspensionReasons": ["FRAUD", "OTHER"], "quantity": 10, "term": "P1Y",
        "billingCycle": "MONTHLY", "autoRenew": true, "startsAt": "2026-01-01T00:00:00Z",
        "termEndsAt": "2027-01-01T00:00:00Z",
        "nextTerm": { "quantity": 20, "term": "P1M", "billingCycle": "MONTHLY" },
    });
    let table = "type,id,customer,partnerOfRecord,offer,friendlyName,status,suspensionReasons,quantity,term,\
                 billingCycle,autoRenew,startsAt,termEndsAt,cancellableUntil,nextTerm.quantity,nextTerm.term,\
                 nextTerm.billingCycle\nsubscription,00000000-0000-4000-8000-000000000041,\
                 00000000-0000-4000-8000-000000000011,00000000-0000-4000-8000-000000000001,007,12,SUSPENDED,\
                 FRAUD OTHER,10,P1Y,MONTHLY,TRUE,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,,20,P1M,MONTHLY\n";
    assert_eq!(records(table), [serde_json::from_value::<Record>(line).unwrap()]);
}

#[test]
fn a_quoted_cell_may_have_delimiters_quotation_marks_and_line_breaks() {
    let table = "type,tenantId,domain,country,name\n\ncustomer,00000000-0000-4000-8000-000000000011,\
                 contoso.example,NL,\"Contoso, \"\"the\r\nfirst\"\"\"\r\n";
    let read = records(table);
    let [Record::Customer(customer)] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!(customer.name, "Contoso, \"the\nfirst\"");
    // What ends no line ends no row either: nothing of it spills into the next one.
    let table = format!("{HEADER}{}{CONTOSO}", CONTOSO.replace("Contoso", "Old\rMac"));
    let read = records(&table);
    let [Record::Customer(mac), Record::Customer(_)] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!(mac.name, "Old\rMac");
}

#[tokio::test]
async fn a_bad_row_is_named_by_the_line_it_begins_on() {
    let grant = "00000000-0000-4000-8000-000000000021";
    let mut table = String::from("type,id,tenantId,name,domain,country,quantity,autoRenew,roles\n");
    let row = |id: &str, rest: &str| format!("customer,,00000000-0000-4000-8000-0000000000{id},{rest}\n");
    table += &row("11", "Contoso,contoso.example,NL,,,");
    table += "\n,,,,,,,,\n";
    table += &row("12", "\"Two\r\nlines\",alder.example,IE,,,");
    table += &row("13", "Alder,alder.example,nl,,,");
    table += &row("14", "Alder,alder.example,IE,ten,,");
    table += &row("15", "Alder,alder.example,IE,,WAAR,");
    table += &row("16", "Alder,alder.example,IE,10,,");
    table += &row("17", "Alder,alder.example,IE,,");
    writeln!(table, "{grant}").unwrap();
    table += &row("18", "5\" disks,disks.example,IE,,,");
    table += &row("19", "Birch,birch.example,IE,,,");
    table += &row("1a", "\"Alder,alder.example,IE,,,");
    table += &row("1b", "Alder,alder.example,IE,,,");
    let (report, told) = told(table.as_bytes()).await;
    assert_eq!(report.counts[&Kind::Customer].inserted, 2);
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_header_that_is_not_known_says_what_is_meant() {
    let long = "x".repeat(70_000);
    let mut text = String::new();
    for header in
        ["type,Tenant ID", "type,nmae", "type,colour", "name,domain", "type,name,name", "type,,name", &long]
    {
        let (report, told) = told(format!("{header}\n{CONTOSO}").as_bytes()).await;
        assert!(report.counts.is_empty());
        text += &told.join("\n");
        text += "\n";
    }
    let (_, windows) = told(b"type,name\npartner,Caf\xe9\n").await;
    text += &windows.join("\n");
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn several_tables_go_one_after_the_other() {
    let trial = Trial::on_sqlite().await;
    let good = format!("{HEADER}{CONTOSO}");
    let tables = [b"type,nmae\n".as_slice(), good.as_bytes()];
    let report = files(&trial.store, &tables, &Format::Csv, true).await;
    let places: Vec<_> = report.bad.iter().map(|bad| (&*bad.place.file, bad.place.spot.clone())).collect();
    assert_eq!(places, [("file 1", Spot::Line(1))]);
    assert_eq!(report.counts[&Kind::Customer].inserted, 1);
    trial.end().await;
}

/// What serde says that it expects where a field is unknown is what there is.
#[test]
fn every_field_of_a_record_has_its_column() {
    let mut fields = BTreeSet::new();
    for kind in KINDS {
        let object = Map::from_iter([(TYPE.to_owned(), kind.name().into()), ("?".to_owned(), Value::Null)]);
        let reason = object::read(object).unwrap_err();
        fields.extend(reason.split('`').skip(3).step_by(2).map(str::to_owned));
    }
    let reason = serde_json::from_value::<NextTerm>(json!({ "?": 1 })).unwrap_err().to_string();
    let nested: Vec<_> =
        reason.split('`').skip(3).step_by(2).map(|field| format!("nextTerm.{field}")).collect();
    assert_eq!(nested, NEXT_TERM.iter().map(|column| column.name).collect::<Vec<_>>());
    let columns: BTreeSet<_> = COLUMNS.iter().map(|column| column.name.to_owned()).collect();
    let without: Vec<_> = fields.difference(&columns).collect();
    // `durationDays` is another name of `duration`; the others are what a cell cannot hold.
    assert_eq!(without, ["assignments", "durationDays", "nextTerm"]);
    let beyond: Vec<_> = columns.difference(&fields).collect();
    assert_eq!(beyond, [TYPE]);
}
