//! Pages and collections: how they may stand in files, and whether all of them are here.

use serde_json::{Value, json};

use super::{CUSTOMERS, SUBSCRIPTIONS, bent, files, inserted, noted, read, sale, told, with_partners};
use crate::import::{
    Format, Spot,
    tests::{unreadable, wide},
};

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
        let format = Format::PartnerCenter(Box::new(sale.clone()));
        let good = read(&trial.store, &[CUSTOMERS, SUBSCRIPTIONS], &sale, false).await;
        for (customers, subscriptions) in wide(CUSTOMERS).into_iter().zip(wide(SUBSCRIPTIONS)) {
            let report = files(&trial.store, &[&customers, &subscriptions], &format, false).await;
            assert_eq!((told(&report).as_str(), inserted(&report), report.is_written), ("", 0, true));
            assert_eq!(report.ignored, good.ignored);
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
        let page = include_str!("../../../../docs/import.md");
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
            let [bad] = report.errors.as_slice() else { panic!("{report:?}") };
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
