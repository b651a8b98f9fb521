//! Imports: what is written, what is refused, and what is said about it.

use std::path::Path;
use std::process::Command;

use rstest::rstest;
use tempfile::TempDir;

use super::{copartner, words};
use crate::facts::Facts;
use crate::world::{Backend, database, postgres_url};

#[rstest]
#[tokio::test]
async fn an_import_writes_all_or_nothing_and_names_each_bad_line(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let directory = TempDir::new().unwrap();
    let url = match backend {
        Backend::Sqlite => "sqlite:world.sqlite".to_owned(),
        Backend::Postgres => postgres_url(&database(backend, directory.path()).await),
    };
    assert!(copartner(directory.path(), &["migrate", "up", "--database", &url]).status.success());
    let import = |arguments: &[&str]| {
        let all: Vec<_> = ["import", "--database", &url].iter().chain(arguments).copied().collect();
        copartner(directory.path(), &all)
    };
    let good = Facts::cast().lines();
    std::fs::write(
        directory.path().join("bad.ndjson"),
        format!("{good}{{\"type\":\"customer\"}}\nnonsense\n"),
    )
    .unwrap();
    std::fs::write(directory.path().join("good.ndjson"), &good).unwrap();
    let n = good.lines().count();
    let refused = import(&["bad.ndjson"]);
    assert!(!refused.status.success());
    for line in [format!("line {}:", n + 1), format!("line {}:", n + 2), "nothing was written".to_owned()] {
        assert!(words(&refused).contains(&line), "{}", words(&refused));
    }
    let first = String::from_utf8(import(&["good.ndjson"]).stdout).unwrap();
    let again = String::from_utf8(import(&["good.ndjson"]).stdout).unwrap();
    assert!(first.lines().any(|line| line.starts_with("customer") && line.contains("2 new")), "{first}");
    assert!(
        again.lines().any(|line| line.starts_with("customer") && line.contains("2 as they were")),
        "{again}"
    );
    assert!(!again.lines().any(|line| !line.contains("0 new")), "{again}");
    let kept = import(&["--keep-good", "bad.ndjson"]);
    assert!(words(&kept).contains("the others are written"), "{}", words(&kept));
}

/// What docs/import.md tells to do, with the files that it shows.
#[test]
fn what_partner_center_returned_is_imported_after_tables() {
    let directory = TempDir::new().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    for file in ["tenants.csv", "sold.csv", "customers.json", "subscriptions.json"] {
        std::fs::copy(examples.join(file), directory.path().join(file)).unwrap();
    }
    let northwind = r#"{"type":"partner","tenantId":"f0000000-0000-4000-8000-000000000002","partnerNumber":"4000002","name":"Northwind Traders","kind":"INDIRECT_RESELLER"}"#;
    std::fs::write(directory.path().join("northwind.ndjson"), northwind).unwrap();
    let import = |arguments: &[&str]| {
        let output = copartner(directory.path(), &[&["import"], arguments].concat());
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned(), words(&output))
    };
    assert!(import(&["northwind.ndjson"]).0);
    let (is_done, counts, _) = import(&["--format", "csv", "tenants.csv", "sold.csv"]);
    assert!(is_done && counts.lines().count() == 4, "{counts}");
    let bad = import(&["--format", "csv", "sold.csv", "customers.json"]);
    assert!(bad.2.contains("customers.json, line 1: the column"), "{}", bad.2);

    let from = ["--format", "partner-center", "--partner", "fabrikam"];
    let files = ["customers.json", "subscriptions.json"];
    let (is_done, _, told) = import(&[&from[..], &files].concat());
    let expected = [
        "customers.json, item 1 (c0000000-0000-4000-8000-000000000001): has no country",
        "subscriptions.json, item 2 (968BA1CF-C146-4ADF-A300-308DCF718EEE): offerId is CFQ7TTC0LHPB:0002:CFQ7TTC0KJL4",
        "--add-offers",
        "4 records are bad, so nothing was written",
    ];
    assert!(!is_done && expected.iter().all(|words| told.contains(words)), "{told}");
    let all = [&from[..], &["--country", "nl", "--add-offers"], &files].concat();
    for news in ["1 new", "0 new"] {
        let (is_done, told, complaint) = import(&all);
        let customers = told.lines().find(|line| line.starts_with("customer"));
        assert!(is_done && customers.is_some_and(|line| line.contains(news)), "{told}{complaint}");
        let rest = told.lines().last().unwrap();
        assert!(rest.starts_with("read, but without a place here: "), "{told}");
        assert!(rest.contains("orderId (3)") && rest.contains("attributes.etag (1)"), "{told}");
    }
}

/// Whatever is in a file, the words say what is wrong, where, and what to do, and are few.
#[rstest]
#[case("csv", b"", 1, &["world: is empty: export or fetch it again", "one record is bad, so nothing was written"])]
#[case("ndjson", b"\n \n", 1, &["world: is empty: export or fetch it again", "nothing was written"])]
#[case("csv", b"type,tenantId\n,,\n", 0, &["world holds no records."])]
#[case("csv", b"type,name\npartner,Caf\xe9\npartner,\xe9\n", 1, &["world: line 2 is not UTF-8; perhaps it is Windows-1252", "Save the file in UTF-8", "Nothing was written"])]
#[case("ndjson", b"{\0}\0\n\0", 1, &["world: line 1 has a NUL, as UTF-16", "Nothing was written"])]
#[case("ndjson", b"{\"type\":\"partner\",\"name\":\"a\",\"name\":\"b\"}", 1, &["line 1: `name` is there twice in one object"])]
#[case("csv", b"type,tenantId\npartner,a,b\n", 1, &["line 2: has something in cell 3; the first row names 2 columns"])]
fn a_file_that_is_no_good_is_told_in_few_words(
    #[case] format: &str,
    #[case] content: &[u8],
    #[case] code: i32,
    #[case] expected: &[&str],
) {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("world"), content).unwrap();
    let output = copartner(directory.path(), &["import", "--format", format, "world"]);
    let told = words(&output);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), &b""[..]), "{told}");
    assert!(expected.iter().all(|words| told.contains(words)) && told.lines().count() <= 2, "{told}");
}

/// Many files, of which nothing but one page each was fetched.
#[test]
fn what_is_missing_is_told_in_few_lines() {
    let directory = TempDir::new().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let tenants = examples.join("tenants.csv").display().to_string();
    assert!(copartner(directory.path(), &["import", "--format", "csv", &tenants]).status.success());
    let mut arguments =
        Vec::from(["import", "--format", "partner-center", "--partner", "fabrikam"].map(str::to_owned));
    for number in 0..12 {
        for (kind, total) in [("part", 7), ("none", 0)] {
            let name = format!("{kind}-{number}.json");
            let uri = format!("/customers/{number}/{kind}?size=2");
            let page =
                serde_json::json!({ "totalCount": total, "items": [], "links": { "self": { "uri": uri } } });
            std::fs::write(directory.path().join(&name), page.to_string()).unwrap();
            arguments.push(name);
        }
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let output = copartner(directory.path(), &arguments);
    let told = words(&output);
    assert!(output.status.success(), "{told}");
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 12, "{told}");
    let first = "part-0.json, line 1: is not all of /customers/0/part: 0 of 7 items are here. Fetch the pages that are \
                 missing, and import them too.";
    assert_eq!((lines[0], lines[10]), (first, "… and 2 more collections are not all here."));
    assert!(lines[11].starts_with("24 files hold no records: part-0.json, none-0.json, "), "{told}");
    assert!(lines[11].ends_with("none-4.json, …."), "{told}");
}

/// Standard input can be read only once, what Partner Center returned is read more often.
#[test]
fn what_partner_center_returned_may_come_through_a_pipe() {
    let directory = TempDir::new().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let tenants = examples.join("tenants.csv").display().to_string();
    assert!(copartner(directory.path(), &["import", "--format", "csv", &tenants]).status.success());
    let output = Command::new(env!("CARGO_BIN_EXE_copartner"))
        .args(["import", "--format", "partner-center", "--partner", "fabrikam", "--country", "NL", "-"])
        .current_dir(directory.path())
        .stdin(std::fs::File::open(examples.join("customers.json")).unwrap())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("1 new") && told.contains("1 as they were"), "{told}{}", words(&output));
}
