//! Whole files, on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::io::Cursor;

use entity::Instant;

use super::{Files, Format, ImportError, Input, KEPT, Options, Report, Spot, import, import_files};
use crate::trial::{Trial, trials};
use access::{RecordCount, RecordKind, Store};

/// One good record of each kind; `refusals` bends them.
const WORLD: &str = r#"
{"type":"partner","tenantId":"00000000-0000-4000-8000-000000000001","partnerNumber":"4000001","name":"Fabrikam","kind":"DIRECT_RESELLER"}
{"type":"partner","tenantId":"00000000-0000-4000-8000-000000000002","partnerNumber":"4000002","name":"Saltmarsh","kind":"ADVISOR","cloud":"PUBLIC"}
{"type":"partner","tenantId":"00000000-0000-4000-8000-000000000003","partnerNumber":"4000003","name":"Granite","kind":"DIRECT_RESELLER","cloud":"US_GOVERNMENT"}
{"type":"customer","tenantId":"00000000-0000-4000-8000-000000000011","name":"Contoso","domain":"contoso.example","country":"NL"}
{"type":"customer","tenantId":"00000000-0000-4000-8000-000000000012","name":"Alder","domain":"alder.example","country":"IE"}
{"type":"offer","sku":"SUITE","name":"Suite","publisher":"Paperlark","minQuantity":1,"maxQuantity":300,"terms":["P1M","P1Y"],"billingCycles":["MONTHLY"]}
{"type":"offer","sku":"MAIL","name":"Mail","publisher":"Paperlark","minQuantity":1,"maxQuantity":300,"terms":["P1M"],"billingCycles":["MONTHLY"]}
{"type":"grant","id":"00000000-0000-4000-8000-000000000021","partner":"00000000-0000-4000-8000-000000000001","customer":"00000000-0000-4000-8000-000000000011","displayName":"Care","roles":["GLOBAL_READER"],"startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-12-31T00:00:00Z","assignments":[{"assigneeKind":"SECURITY_GROUP","assignee":"00000000-0000-4000-8000-0000000000aa","roles":["GLOBAL_READER"],"label":"Desk"}]}
{"type":"relationshipRequest","id":"00000000-0000-4000-8000-000000000031","partner":"00000000-0000-4000-8000-000000000001","customer":"00000000-0000-4000-8000-000000000011","displayName":"More","roles":["BILLING_ADMINISTRATOR"],"durationDays":365,"message":"Hello","expiresAt":"2026-07-01T00:00:00Z"}
{"type":"relationshipRequest","id":"00000000-0000-4000-8000-000000000032","partner":"00000000-0000-4000-8000-000000000001","invitation":"0123456789-abcdefghijklmnopqrstuvwxyz","displayName":"Anyone","roles":["BILLING_ADMINISTRATOR"],"duration":"P1Y","expiresAt":"2026-07-01T00:00:00Z"}
{"type":"subscription","id":"00000000-0000-4000-8000-000000000041","customer":"00000000-0000-4000-8000-000000000011","partnerOfRecord":"00000000-0000-4000-8000-000000000001","offer":"SUITE","friendlyName":"Suite","status":"ACTIVE","quantity":10,"term":"P1Y","billingCycle":"MONTHLY","autoRenew":true,"startsAt":"2026-01-01T00:00:00Z","termEndsAt":"2027-01-01T00:00:00Z","cancellableUntil":"2026-01-08T00:00:00Z","nextTerm":{"quantity":20,"term":"P1M","billingCycle":"MONTHLY"}}
"#;

pub(super) fn at() -> Instant {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

async fn read(store: &Store, text: &str, keep_good: bool) -> Report {
    import(store, text.as_bytes(), Options { keep_good, at: at() }, |_| {}).await.unwrap()
}

/// Imports files of these contents, which are called `file 1` and so on.
pub(super) async fn files(store: &Store, contents: &[&[u8]], format: &Format, keep_good: bool) -> Report {
    attempt(store, (contents, format), keep_good).await.unwrap()
}

/// The same with files that may not be readable.
pub(super) async fn attempt(
    store: &Store,
    (contents, format): (&[&[u8]], &Format),
    keep_good: bool,
) -> Result<Report, ImportError> {
    let input = |(number, content): (usize, &&[u8])| {
        let content = content.to_vec();
        Input::new(&format!("file {}", number + 1), move || Ok(Box::new(Cursor::new(content.clone()))))
    };
    let inputs: Vec<_> = contents.iter().enumerate().map(input).collect();
    import_files(store, Files { files: &inputs, format }, Options { keep_good, at: at() }, |_| {}).await
}

/// What programs on Windows make of a text: UTF-16 with its mark, the lower byte first or last.
pub(super) fn wide(text: &str) -> [Vec<u8>; 2] {
    let marked = format!("\u{feff}{text}");
    let bytes = |bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(bytes).collect();
    [bytes(u16::to_le_bytes), bytes(u16::to_be_bytes)]
}

/// What is said of files that cannot be read. Nothing is written then, whatever was good.
pub(super) async fn unreadable(store: &Store, contents: &[&[u8]], format: &Format) -> String {
    match attempt(store, (contents, format), true).await {
        Err(ImportError::Read(cause)) => cause.to_string(),
        other => format!("{other:?}"),
    }
}

fn inserted(report: &Report) -> u64 {
    report.counts.values().map(|count| count.inserted).sum()
}

/// The good line that names this id or key first, with one text in place of another.
fn bent(key: &str, from: &str, to: &str) -> String {
    let line = WORLD.lines().find(|line| line.contains(key)).unwrap();
    assert!(line.contains(from), "{line}");
    line.replacen(from, to, 1)
}

#[tokio::test]
async fn a_good_file_is_written_once_and_again_changes_nothing() {
    for trial in trials().await {
        let text = format!("\u{feff}{}\r\n   \r\n", WORLD.trim());
        let mut steps = Vec::new();
        let options = Options { keep_good: false, at: at() };
        let report = import(&trial.store, text.as_bytes(), options, |step| steps.push(step)).await.unwrap();
        assert_eq!((report.errors.as_slice(), report.is_written, report.read), (&[][..], true, 12));
        assert_eq!(inserted(&report), 11);
        assert_eq!(steps.last().unwrap().bytes, text.trim_start_matches('\u{feff}').len() as u64);
        let again = read(&trial.store, &text, false).await;
        assert_eq!(
            again.counts[&RecordKind::RelationshipRequest],
            RecordCount { unchanged: 2, ..RecordCount::default() }
        );
        assert!(again.is_written && again.counts.values().all(|count| count.inserted + count.updated == 0));
        // An id is the same in upper case.
        let shouted = read(&trial.store, &text.replace("0000000000aa", "0000000000AA"), false).await;
        assert_eq!(
            shouted.counts[&RecordKind::Grant],
            RecordCount { unchanged: 1, ..RecordCount::default() }
        );
        trial.end().await;
    }
}

#[tokio::test]
async fn a_file_may_be_in_utf_16_and_its_lines_may_begin_with_marks() {
    for trial in trials().await {
        let text = WORLD.replace("Fabrikam", "Fabrikäm 𝄞");
        for bytes in wide(&text) {
            let report = files(&trial.store, &[&bytes], &Format::Ndjson, false).await;
            assert_eq!((report.errors.as_slice(), report.is_written), (&[][..], true));
        }
        let lines: String = text.lines().flat_map(|line| ["\u{feff}", line, "\n"]).collect();
        let report = files(&trial.store, &[lines.as_bytes()], &Format::Ndjson, false).await;
        assert!(report.is_written && inserted(&report) == 0, "{report:?}");
        assert_eq!(report.counts.values().map(|count| count.unchanged).sum::<u64>(), 11);
        trial.end().await;
    }
}

#[tokio::test]
async fn another_encoding_is_told_once_and_nothing_is_written() {
    for trial in trials().await {
        let text = WORLD.replace("Alder", "Café");
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let expected = "file 2: line 6 is not UTF-8; perhaps it is Windows-1252. Save the file in UTF-8: in Excel as \
                        `CSV UTF-8`, in PowerShell by `Out-File -Encoding utf8`";
        for format in [Format::Ndjson, Format::Csv] {
            let told = unreadable(&trial.store, &[b"\n{\"type\":\"event\"}\n", &latin], &format).await;
            assert_eq!(told, expected);
        }
        let [narrow, _] = wide(WORLD);
        let told = unreadable(&trial.store, &[&narrow[2..]], &Format::Ndjson).await;
        assert!(told.starts_with("file 1: line 2 has a NUL, as UTF-16"), "{told}");
        assert_eq!(inserted(&read(&trial.store, WORLD, false).await), 11);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_file_that_holds_nothing_is_refused() {
    for trial in trials().await {
        for nothing in ["", "\u{feff}", "\r\n  \n"] {
            let contents = [WORLD.as_bytes(), nothing.as_bytes()];
            let report = files(&trial.store, &contents, &Format::Ndjson, false).await;
            let [bad] = report.errors.as_slice() else { panic!("{report:?}") };
            assert_eq!((&*bad.place.file, &bad.place.spot), ("file 2", &Spot::Whole));
            assert_eq!(
                (bad.reason.as_str(), report.is_written),
                ("is empty: export or fetch it again", false)
            );
        }
        assert_eq!(inserted(&read(&trial.store, WORLD, false).await), 11);
        trial.end().await;
    }
}

/// The same records, with numbers and missing dates as other programs write them.
#[tokio::test]
async fn whole_numbers_and_missing_dates_are_read_however_they_are_written() {
    let (suite, mail, grant, sold) = ("\"SUITE\"", "\"MAIL\"", "00021\"", "00041\"");
    let none = ["null", "\"0001-01-01T00:00:00\"", "\"0001-01-01T00:00:00.0000000+01:00\"", "\"0001-01-01\""];
    for trial in trials().await {
        assert!(read(&trial.store, WORLD, false).await.is_written);
        let mut lines = vec![
            bent(suite, "300", "3e2"),
            bent(suite, ":1,", ":1.000,"),
            bent(mail, "300", "300.0"),
            bent(sold, ":10", ":10.0"),
            bent(sold, ":10", ":1e1"),
            bent(sold, ":10", ":0.1E+2"),
            bent(sold, "{\"quantity\":20", "{\"quantity\":20.0"),
            bent("00031\"", ":365", ":365.0"),
        ];
        lines.extend(none.map(|none| bent(grant, "\"}]", &format!("\"}}],\"terminatedAt\":{none}"))));
        lines.extend(none.map(|none| bent("00031\"", "}", &format!(",\"decidedAt\":{none}}}"))));
        for key in ["4000001", "contoso", suite, grant, "00031\"", sold] {
            let line = bent(key, "}", "}").trim_end().strip_suffix('}').unwrap().to_owned();
            lines.extend(none.map(|none| format!("{line},\"createdAt\":{none}}}")));
        }
        for line in &lines {
            let report = read(&trial.store, line, false).await;
            let unchanged = report.counts.values().all(|count| count.inserted + count.updated == 0);
            assert!(report.is_written && unchanged, "{line}: {report:?}");
        }
        for none in none {
            let line = bent(sold, "\"2026-01-08T00:00:00Z\"", none);
            let report = read(&trial.store, &line, false).await;
            assert!(report.is_written, "{report:?}");
        }
        trial.end().await;
    }
}

#[tokio::test]
async fn nothing_is_written_unless_all_is_good_or_the_good_is_asked_for() {
    for trial in trials().await {
        let text = format!("{}\nnonsense\n{}", WORLD.trim(), bent("4000001", "4000001", "4000002"));
        let report = read(&trial.store, &text, false).await;
        let bad: Vec<_> = report.errors.iter().map(|bad| bad.place.spot.clone()).collect();
        let expected = Vec::from([Spot::Line(12), Spot::Line(13)]);
        assert_eq!((report.is_written, report.error_count, bad), (false, 2, expected));
        let kept = read(&trial.store, &text, true).await;
        assert_eq!((kept.is_written, kept.error_count, inserted(&kept)), (true, 2, 11));
        assert!(inserted(&read(&trial.store, &text, true).await) == 0);
        trial.end().await;
    }
}

#[tokio::test]
async fn every_bad_line_is_counted_and_the_first_thousand_are_told_in_order() {
    let trial = Trial::on_sqlite().await;
    let line = bent("SUITE", "300", "0");
    let text: String =
        (0..5_000).map(|n| if n % 2 == 0 { "{\n".to_owned() } else { line.clone() + "\n" }).collect();
    let report = read(&trial.store, &text, true).await;
    assert_eq!((report.error_count, report.errors.len()), (5_000, KEPT));
    assert!(report.errors.iter().zip(1..).all(|(bad, number)| bad.place.spot == Spot::Line(number)));
    trial.end().await;
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_written() {
    struct Broken(bool);
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("unplugged"));
            }
            buffer[..WORLD.len()].copy_from_slice(WORLD.as_bytes());
            Ok(WORLD.len())
        }
    }
    let trial = Trial::on_sqlite().await;
    let broken = std::io::BufReader::new(Broken(false));
    let fault = import(&trial.store, broken, Options { keep_good: true, at: at() }, |_| {}).await;
    assert!(matches!(fault, Err(ImportError::Read(..))));
    assert_eq!(inserted(&read(&trial.store, WORLD, false).await), 11);
    trial.end().await;
}

/// Every line that is refused and what is said about it, one below the other, to be read like a text.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table is as long as it has rows")]
async fn each_refusal_says_what_to_change() {
    let long = "x".repeat(201);
    let huge = format!("{{\"type\":\"partner\",\"name\":\"{}\"}}", "x".repeat(70_000));
    let (partner, advisor, granite) = ("4000001", "4000002", "4000003");
    let (contoso, suite, grant, request) = ("contoso", "\"SUITE\"", "00021\"", "00031\"");
    let (open, sold) = ("00032\"", "00041\"");
    let (ids, other) = ("000000000001\"", "000000000002\"");
    let new = |key, from, to| bent(key, from, to).replace("00021\"", "00121\"").replace("00031\"", "00131\"");
    let sale = |from, to| bent(sold, from, to).replace("00041\"", "00141\"");
    let lines = [
        // What is no record at all.
        "nonsense".to_owned(),
        "{\"type\":\"partner\"".to_owned(),
        "[1]".to_owned(),
        "{\"type\":\"partner\"}{}".to_owned(),
        "{\"type\":\"event\"}".to_owned(),
        "{\"name\":\"x\"}".to_owned(),
        huge,
        bent(partner, "\"name\"", "\"nmae\""),
        bent(partner, "\"name\":\"Fabrikam\",", ""),
        bent(partner, "\"name\"", "\"name\":\"a\",\"name\""),
        bent(partner, "\"type\"", "\"type\":\"customer\",\"type\""),
        bent(partner, "{", "{\"\\u001b\":1,\"\\u001b\":1,"),
        bent(sold, "{\"quantity\":20", "{\"quantity\":20,\"quantity\":20"),
        bent(grant, "\"label\"", "\"label\":null,\"label\""),
        bent(request, "\"durationDays\"", "\"duration\":\"P1Y\",\"durationDays\""),
        "[".repeat(200) + &"]".repeat(200),
        bent(partner, "\"kind\"", "\"\\u001b[31m\""),
        bent(partner, ids, "00000000000G\""),
        bent(partner, "DIRECT_RESELLER", "RESELLER"),
        bent(sold, ":10", ":\"10\""),
        bent(sold, ":10", ":99999999999"),
        bent(sold, ":10", ":15.5"),
        bent(sold, ":10", ":15,0"),
        bent(sold, ":10", ":-0.0"),
        bent(sold, ":10", ":1e300"),
        bent(sold, ":10", ":1e999999999999999999999"),
        bent(sold, "2026-01-01T00:00:00Z", "2026-01-01"),
        bent(sold, "2026-01-01T00:00:00Z", "03/04/2026"),
        bent(sold, "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        bent(sold, "2026-01-08T00:00:00Z", "04.03.2026 09:30"),
        bent(sold, "2026-01-08T00:00:00Z", "3/4/2026 9:30:00 AM"),
        bent(sold, "\"2026-01-08T00:00:00Z\"", "46085"),
        bent(sold, "{\"quantity\":20", "{\"quantity\":2.5"),
        bent(open, "P1Y", "P6M"),
        // Tenants and offers.
        bent(partner, "Fabrikam", " "),
        bent(partner, "Fabrikam", &long),
        bent(partner, "4000001", "4 000"),
        bent(partner, "4000001", "4000002"),
        bent(partner, "}", ",\"cloud\":\"US_GOVERNMENT\"}"),
        bent(partner, "}", ",\"createdAt\":\"2026-06-16T00:00:00Z\"}"),
        bent(partner, "8000-000000000001", "8000-000000000011"),
        bent(contoso, "8000-000000000011", "8000-000000000001"),
        bent(contoso, "contoso.example", "Contoso.example"),
        bent(contoso, "contoso.example", "alder.example"),
        bent(contoso, "NL", "nl"),
        bent(suite, "300", "0"),
        bent(suite, ":1,", ":0,"),
        bent(suite, "[\"P1M\",\"P1Y\"]", "[]"),
        bent(suite, "\"P1Y\"", "\"P1M\""),
        // Grants.
        new(grant, ids, other)
            .replace("GLOBAL_READER", "DIRECTORY_READER")
            .replace("000000000011", "000000000001"),
        bent(grant, "000000000001", "000000000003").replace("00021\"", "00121\""),
        new(grant, "000000000011", "000000000099"),
        new(grant, "[\"GLOBAL_READER\"]", "[]"),
        new(grant, "\"}]", "\"}],\"autoExtend\":true").replace("GLOBAL_READER", "GLOBAL_ADMINISTRATOR"),
        new(grant, "2026-12-31", "2028-12-31"),
        new(grant, "2026-12-31", "2026-01-01"),
        new(
            grant,
            "\"roles\":[\"GLOBAL_READER\"],\"label\"",
            "\"roles\":[\"BILLING_ADMINISTRATOR\"],\"label\"",
        ),
        new(grant, "SECURITY_GROUP", "TENANT_ROLE"),
        new(grant, "\"}]", "\"}],\"status\":\"TERMINATED\""),
        new(grant, "\"}]", "\"}],\"terminatedAt\":\"2026-06-01T00:00:00Z\""),
        new(grant, "\"}]", "\"}],\"status\":\"EXPIRED\""),
        bent(grant, "[\"GLOBAL_READER\"]", "[\"GLOBAL_READER\",\"BILLING_ADMINISTRATOR\"]"),
        bent(grant, "2026-12-31", "2027-01-31"),
        bent(grant, "\"}]", "\"}],\"autoExtend\":true"),
        bent(grant, "000000000011", "000000000012"),
        // Requests.
        new(request, "365", "731"),
        new(request, "2026-07-01", "2026-10-01"),
        new(request, "\"message\":\"Hello\"", "\"autoExtend\":true").replace("BILLING", "GLOBAL"),
        new(request, "\"message\":\"Hello\"", "\"status\":\"ACCEPTED\""),
        new(request, "\"message\":\"Hello\"", "\"renews\":\"00000000-0000-4000-8000-000000000022\""),
        bent(request, "00031\"", "00131\""),
        bent(open, "0123456789-abcdefghijklmnopqrstuvwxyz", "short").replace("00032\"", "00132\""),
        bent(open, "00032\"", "00132\""),
        bent(open, "\"invitation\":\"0123456789-abcdefghijklmnopqrstuvwxyz\",", "")
            .replace("00032\"", "00133\""),
        bent(request, "BILLING", "LICENSE"),
        // Subscriptions.
        sale("000000000001", "000000000002"),
        sale("000000000001", "000000000003"),
        sale("000000000001", "000000000012"),
        sale("SUITE", "NOTHING"),
        sale(":10", ":301"),
        sale("P1Y", "P3Y"),
        sale("\"billingCycle\":\"MONTHLY\"", "\"billingCycle\":\"ANNUAL\""),
        sale("{\"quantity\":20", "{\"quantity\":301"),
        sale("ACTIVE", "SUSPENDED"),
        sale("\"ACTIVE\"", "\"ACTIVE\",\"suspensionReasons\":[\"FRAUD\"]"),
        sale("2027-01-01", "2025-01-01"),
        sale("2026-01-08", "2027-01-08"),
        sale("2026-01-01", "2026-07-01"),
        sale("ACTIVE", "EXPIRED"),
        bent(sold, "000000000011", "000000000012"),
        bent(sold, "000000000001", "000000000002"),
        bent(sold, "\"SUITE\"", "\"MAIL\""),
        bent(sold, "ACTIVE", "PENDING"),
    ];
    let _ = (advisor, granite);
    let mut told = Vec::new();
    for trial in trials().await {
        assert_eq!(read(&trial.store, WORLD, false).await.errors, []);
        let mut text = String::new();
        for line in &lines {
            // Each alone, so that none is refused for what another has said.
            let report = read(&trial.store, line, false).await;
            let reason = report.errors.first().map_or("is not refused", |bad| bad.reason.as_str());
            text.push_str(reason);
            text.push('\n');
        }
        told.push(text);
        trial.end().await;
    }
    assert_eq!(told[0], told[1]);
    insta::assert_snapshot!(told[0]);
}
