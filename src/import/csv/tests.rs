//! Tables, whole and broken.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::column::{COLUMNS, NEXT_TERM, TYPE};
use super::*;
use crate::import::{
    Format, Report,
    form::{AnyRecordForm, NextTermForm},
    tests::{files, wide},
};
use crate::trial::{Trial, trials};
use access::{RECORD_KINDS, RecordKind};

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
    let told = report.errors.iter().map(|bad| format!("{}: {}", bad.place.spot, bad.reason)).collect();
    (report, told)
}

/// The records of a table that is good.
fn records(table: &str) -> Vec<AnyRecord> {
    let mut csv = Csv::of("".into(), table.as_bytes());
    std::iter::from_fn(|| csv.next().unwrap()).map(|entry| entry.record.unwrap()).collect()
}

#[tokio::test]
async fn a_table_is_written_once_and_again_changes_nothing() {
    for trial in trials().await {
        let first = files(&trial.store, &[EXAMPLE, SOLD].map(str::as_bytes), &Format::Csv, false).await;
        assert_eq!((first.errors.as_slice(), first.is_written), (&[][..], true));
        assert_eq!(first.counts.values().map(|count| count.inserted).sum::<u64>(), 4);
        // Excel's way of writing the same.
        let excel = |table: &str| format!("\u{feff}{}", table.replace('\n', "\r\n").replace(',', ";"));
        let (world, sold) = (excel(EXAMPLE), excel(SOLD));
        let again = files(&trial.store, &[world.as_bytes(), sold.as_bytes()], &Format::Csv, false).await;
        assert!(again.is_written, "{:?}", again.errors);
        assert!(again.counts.values().all(|count| count.inserted + count.updated == 0), "{again:?}");
        trial.end().await;
    }
}

#[tokio::test]
async fn what_spreadsheets_and_data_frames_put_around_a_table_is_read() {
    for trial in trials().await {
        assert!(
            files(&trial.store, &[EXAMPLE, SOLD].map(str::as_bytes), &Format::Csv, false).await.is_written
        );
        let widened = |table: &str, more: &str| table.replace('\n', &format!("{more}\n"));
        let bar = |table: &str, first: &str| format!("{first}\r\n{}", table.replace(',', "|"));
        let cut = |table: &str| table.lines().flat_map(|line| [line.trim_end_matches(','), "\n"]).collect();
        let tables: Vec<[String; 2]> = vec![
            [EXAMPLE, SOLD].map(|table| format!("\u{feff}sep=;\r\n{}", table.replace(',', ";"))),
            [EXAMPLE, SOLD].map(|table| format!("\"sep=,\"\n{table}")),
            [EXAMPLE, SOLD].map(|table| format!("SEP=,,,,\n{table}")),
            [EXAMPLE, SOLD].map(|table| format!("sep=\n{table}")),
            [EXAMPLE, SOLD].map(|table| format!("sep=\t\n{}", table.replace(',', "\t"))),
            [bar(EXAMPLE, "sep=|"), bar(SOLD, "\n\"sep=|\"")],
            [cut(EXAMPLE), cut(SOLD)],
            [widened(EXAMPLE, ",,"), widened(SOLD, ", ,\u{a0}")],
            [widened(EXAMPLE, "\n, ,,\n\"\",\"\"\n"), widened(SOLD, "\n,,,,,,,,,,,,,,,,,,,,,,,,,,")],
            [
                EXAMPLE.replace("1,300", "1.0,3e2"),
                SOLD.replace(",25,", ", 25.0 ,").replace(",30,", ",3.0E+01,"),
            ],
            [
                EXAMPLE
                    .replacen(",kind", ",createdAt,kind", 1)
                    .replace("Fabrikam,", "Fabrikam,0001-01-01T00:00:00,")
                    .replace("Contoso,", "Contoso,,")
                    .replace("Suite Basic,", "Suite Basic,,"),
                SOLD.to_owned(),
            ],
        ];
        let wide = [EXAMPLE, SOLD].map(wide);
        let wide = [0, 1].map(|order| [wide[0][order].clone(), wide[1][order].clone()]);
        let plain = tables.into_iter().map(|tables| tables.map(String::into_bytes));
        for [tenants, sold] in plain.chain(wide) {
            let again = files(&trial.store, &[&tenants, &sold], &Format::Csv, false).await;
            let unchanged: u64 = again.counts.values().map(|count| count.unchanged).sum();
            assert!(again.is_written && unchanged == 4, "{}: {again:?}", String::from_utf8_lossy(&tenants));
        }
        trial.end().await;
    }
}

#[tokio::test]
async fn a_table_without_a_header_is_refused_and_one_without_rows_is_told() {
    for trial in trials().await {
        for nothing in ["", "\u{feff}\r\n", "\n\n", "sep=;\n"] {
            let report =
                files(&trial.store, &[nothing.as_bytes(), EXAMPLE.as_bytes()], &Format::Csv, false).await;
            let [bad] = report.errors.as_slice() else { panic!("{report:?}") };
            assert_eq!((&*bad.place.file, &bad.place.spot), ("file 1", &Spot::Whole));
            assert_eq!(
                (bad.reason.as_str(), report.is_written),
                ("is empty: export or fetch it again", false)
            );
            assert!(report.without_records.is_empty());
        }
        let bare = format!("sep=,\n{HEADER},,,,\n\n");
        let report = files(&trial.store, &[EXAMPLE.as_bytes(), bare.as_bytes()], &Format::Csv, false).await;
        assert_eq!((report.errors.as_slice(), report.is_written), (&[][..], true));
        assert_eq!(report.without_records, ["file 2".into()]);
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
    assert_eq!(records(table), [AnyRecordForm::deserialize(line).unwrap()]);
}

#[test]
fn a_quoted_cell_may_have_delimiters_quotation_marks_and_line_breaks() {
    let table = "type,tenantId,domain,country,name\n\ncustomer,00000000-0000-4000-8000-000000000011,\
                 contoso.example,NL,\"Contoso, \"\"the\r\nfirst\"\"\"\r\n";
    let read = records(table);
    let [AnyRecord::Customer(customer)] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!(customer.name, "Contoso, \"the\nfirst\"");
    // What ends no line ends no row either: nothing of it spills into the next one.
    let table = format!("{HEADER}{}{CONTOSO}", CONTOSO.replace("Contoso", "Old\rMac"));
    let read = records(&table);
    let [AnyRecord::Customer(mac), AnyRecord::Customer(_)] = read.as_slice() else { panic!("{read:?}") };
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
    table += &row("1c", "Fir,fir.example,IE,,,,,x");
    table += &row("1d", "Fir, Ltd,fir.example,IE,,,");
    table += &row("19", "Birch,birch.example,IE,,,");
    table += &row("1a", "\"Alder,alder.example,IE,,,");
    table += &row("1b", "Alder,alder.example,IE,,,");
    let (report, told) = told(table.as_bytes()).await;
    assert_eq!(report.counts[&RecordKind::Customer].inserted, 3);
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
    for header in ["type,name,,", "sep=ab", "type;name", "sep=;\ntype,name"] {
        let (_, told) = told(format!("{header}\npartner,Fabrikam,4000001\n").as_bytes()).await;
        text += &told.join("\n");
        text += "\n";
    }
    insta::assert_snapshot!(text);
}

/// What a cell may not say, one row each.
#[tokio::test]
async fn what_a_cell_says_in_another_form_is_refused_with_the_form_that_it_takes() {
    let mut table = String::from("type;minQuantity;quantity;nextTerm.quantity;startsAt;cancellableUntil\n");
    for number in ["15.5", "15,0", "1.000", "1,000", "1 000", "1e400", "99999999999", "zehn"] {
        writeln!(table, "offer;{number}").unwrap();
    }
    for date in [
        "03/04/2026",
        "4.3.2026 09:30",
        "46085",
        "46085,396",
        "2026-03-04",
        "0001-01-01T00:00:00",
        "3/4/2026 9:30 AM",
    ] {
        writeln!(table, "subscription;;1;;{date};").unwrap();
    }
    let header = "type,id,customer,partnerOfRecord,offer,friendlyName,status,quantity,term,billingCycle,autoRenew,\
                  startsAt,termEndsAt,cancellableUntil,nextTerm.quantity\n";
    let id = "00000000-0000-4000-8000-000000000041";
    let late = format!(
        "{header}subscription,{id},{id},{id},S,Suite,ACTIVE,1,P1Y,MONTHLY,true,2026-01-01T00:00:00Z,\
         2027-01-01T00:00:00Z,03/04/2026,\nsubscription,{id},{id},{id},S,Suite,ACTIVE,1,P1Y,MONTHLY,true,\
         2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,0001-01-01T00:00:00,20.5\n"
    );
    let mut text = told(table.as_bytes()).await.1.join("\n") + "\n";
    text += &told(late.as_bytes()).await.1.join("\n");
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn several_tables_go_one_after_the_other() {
    let trial = Trial::on_sqlite().await;
    let good = format!("{HEADER}{CONTOSO}");
    let tables = [b"type,nmae\n".as_slice(), good.as_bytes()];
    let report = files(&trial.store, &tables, &Format::Csv, true).await;
    let places: Vec<_> = report.errors.iter().map(|bad| (&*bad.place.file, bad.place.spot.clone())).collect();
    assert_eq!(places, [("file 1", Spot::Line(1))]);
    assert_eq!(report.counts[&RecordKind::Customer].inserted, 1);
    trial.end().await;
}

/// What serde says that it expects where a field is unknown is what there is.
#[test]
fn every_field_of_a_record_has_its_column() {
    let mut fields = BTreeSet::new();
    for kind in RECORD_KINDS {
        let object = Map::from_iter([(TYPE.to_owned(), kind.name().into()), ("?".to_owned(), Value::Null)]);
        let reason = object::read(object).unwrap_err();
        fields.extend(reason.split('`').skip(3).step_by(2).map(str::to_owned));
    }
    let reason = NextTermForm::deserialize(json!({ "?": 1 })).unwrap_err().to_string();
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
