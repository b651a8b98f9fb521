//! Documents that are sent again.

use serde_json::json;

use super::fixture::{admit, admit_named, admit_with, gate, print, with};

#[test]
fn one_text_with_other_variables_is_another_document() {
    let text = "query($n: Int, $s: Boolean!){customers(first:$n){nodes{id @skip(if:$s) name}}}";
    let gate = with(|_| {});
    let admit = |variables| {
        let admitted = admit_with(&gate, text, variables).unwrap();
        (print(&admitted), admitted.cost)
    };
    for _ in 0..2 {
        assert_eq!(admit(json!({"n": 2, "s": true})), ("{customers(first:2){nodes{name}}}".into(), 3));
        assert_eq!(admit(json!({"n": 3, "s": false})), ("{customers(first:3){nodes{id name}}}".into(), 4));
        assert!(admit_with(&gate, text, json!({"n": 3})).is_err());
    }
}

#[test]
fn one_text_with_another_name_is_another_operation() {
    let text = "query A{party{id}} query B($x: Int!){must(int:$x)} mutation C{bump}";
    let gate = with(|_| {});
    for _ in 0..2 {
        assert_eq!(admit_named(&gate, text, Some("A")).map(|it| print(&it)).unwrap(), "{party{id}}");
        assert_eq!(admit_named(&gate, text, Some("C")).map(|it| print(&it)).unwrap(), "{bump}");
        assert!(admit_named(&gate, text, Some("B")).is_err());
        assert!(admit_named(&gate, text, None).is_err());
    }
}

#[test]
fn a_rejection_is_the_same_the_second_time() {
    for text in [
        "{",
        "{nothing}",
        "query($x: Int!){must(int:$x)}",
        "{customers(first:200){nodes{peers(first:200){nodes{id}}}}}",
    ] {
        let first = admit(gate(), text).map(|it| print(&it));
        assert!(first.is_err());
        assert_eq!(first, admit(gate(), text).map(|it| print(&it)));
    }
}

#[test]
fn texts_that_differ_only_in_a_value_are_kept_apart() {
    let gate = with(|_| {});
    for n in 0..100 {
        let text = format!("{{customer(id:{n}){{id}}}}");
        assert_eq!(print(&admit(&gate, &text).unwrap()), format!("{{customer(id:\"{n}\"){{id}}}}"));
    }
}

#[test]
fn what_is_kept_is_bounded_even_for_the_shortest_texts() {
    let gate = with(|limits| limits.cached_bytes = 64 * 1024);
    for n in 0..2_000 {
        admit(&gate, &format!("{{t{n}:__typename}}")).unwrap();
    }
    let (documents, bytes) = gate.documents.size();
    assert!(bytes <= 64 * 1024, "{bytes} bytes");
    assert!((100..64 * 1024 / 60).contains(&documents), "{documents} documents");
}
