//! Random documents: what the engine answers to the gate's document is what the specification says of the client's.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::DocumentOperations;
use async_graphql::{EmptySubscription, Schema, ValidationMode};
use futures_util::FutureExt;
use proptest::collection::vec;
use proptest::prelude::{any, proptest};
use proptest::test_runner::Config;
use serde_json::{Value, json};

use super::evaluator::{Evaluator, possible};
use super::executable::{Calls, Mutation, Query};
use super::fixture::admit_with;
use crate::{Conventions, Gate, Limits};

static SCHEMA: LazyLock<Schema<Query, Mutation, EmptySubscription>> = LazyLock::new(|| {
    let schema = Schema::build(Query, Mutation, EmptySubscription).validation_mode(ValidationMode::Fast);
    schema.limit_recursive_depth(100).finish()
});

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let limits = Limits {
        fields: u64::MAX,
        root_fields: u64::MAX,
        aliases: u64::MAX,
        directives: u64::MAX,
        cost: u64::MAX,
        ..Limits::default()
    };
    Gate::new(&SCHEMA.sdl(), Conventions::default(), limits).unwrap()
});

/// The engine's answer to what the gate makes of a text, and how many resolvers ran.
fn engine(text: &str, variables: &Value) -> (Value, usize) {
    let admitted = admit_with(&GATE, text, variables.clone());
    assert!(admitted.is_ok(), "{text}\n{:?}", admitted.map_err(|rejection| rejection.errors()));
    let calls = Calls::new(AtomicUsize::new(0));
    let request = admitted.unwrap().into_request().data(Arc::clone(&calls));
    let response = SCHEMA.execute(request).now_or_never().unwrap();
    assert!(response.errors.is_empty(), "{text}\n{:?}", response.errors);
    (response.data.into_json().unwrap(), calls.load(Ordering::Relaxed))
}

#[test]
fn a_repeated_mutation_runs_once() {
    let (answer, calls) =
        engine("mutation{bump bump ...F last:bump} fragment F on Mutation{bump}", &json!({}));
    assert_eq!(answer.to_string(), r#"{"bump":1,"last":2}"#);
    assert_eq!(calls, 2);
}

#[test]
fn a_selection_set_that_is_skipped_is_an_empty_object() {
    let (answer, _) = engine(
        "{party{name @skip(if:true)} either{... on Customer{name}} parties{... on Partner{name}}}",
        &json!({}),
    );
    assert_eq!(answer.to_string(), r#"{"party":{},"either":{},"parties":[{"name":"Fabrikam"},{}]}"#);
    assert_eq!(engine("{party @skip(if:true){name}}", &json!({})).0, json!({}));
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_engine_answers_as_the_specification_says(choices in vec(any::<u8>(), 0..300), s: bool, i: bool) {
        let text = Author { choices: choices.into_iter() }.document();
        let variables = json!({"s": s, "i": i});
        let document = parse_query(&text).unwrap();
        let DocumentOperations::Multiple(operations) = &document.operations else { unreachable!() };
        let set = &operations.values().next().unwrap().node.selection_set.node;
        let mut evaluator = Evaluator { document: &document, variables: variables.as_object().unwrap(), calls: 0 };
        let expected = evaluator.execute("Query", &[set]);
        let (answer, calls) = engine(&text, &variables);
        // As texts: the order of the keys matters.
        assert_eq!(answer.to_string(), expected.to_string(), "{text}");
        assert_eq!(calls, evaluator.calls, "{text}");
    }
}

/// Writes valid documents, one decision for each byte.
struct Author {
    choices: std::vec::IntoIter<u8>,
}

const FRAGMENTS: [(&str, &str); 4] = [("A", "Query"), ("B", "Party"), ("C", "Either"), ("D", "Customer")];

impl Author {
    fn pick(&mut self, below: usize) -> usize {
        usize::from(self.choices.next().unwrap_or(0)) % below
    }

    fn document(mut self) -> String {
        let operation = self.set("Query", 4, 0);
        let fragments: Vec<_> =
            FRAGMENTS.iter().enumerate().map(|(n, (_, ty))| self.set(ty, 2, n + 1)).collect();
        let mut text = operation;
        // A fragment spreads later ones only.
        for ((name, ty), set) in FRAGMENTS.iter().zip(fragments) {
            if text.contains(&format!("...{name} ")) {
                text += &["fragment", name, "on", ty, &set].join(" ");
            }
        }
        let declared = [("$s", "$s: Boolean! "), ("$i", "$i: Boolean! ")];
        let used: String =
            declared.iter().filter(|(name, _)| text.contains(name)).map(|(_, it)| *it).collect();
        if used.is_empty() { format!("query Q {text}") } else { format!("query Q({used}) {text}") }
    }

    fn set(&mut self, ty: &str, depth: usize, fragment: usize) -> String {
        let items: Vec<_> = (0..=self.pick(4)).map(|_| self.selection(ty, depth, fragment)).collect();
        format!("{{{}}}", items.join(" "))
    }

    fn selection(&mut self, ty: &str, depth: usize, fragment: usize) -> String {
        let overlaps = |other: &str| possible(ty).iter().any(|it| possible(other).contains(it));
        match self.pick(6) {
            0 if depth > 0 => {
                let all = ["", "Query", "Party", "Either", "Customer", "Partner", "Note"];
                let fitting: Vec<_> = all.iter().filter(|on| on.is_empty() || overlaps(on)).collect();
                let on = *fitting[self.pick(fitting.len())];
                let condition = self.condition();
                let set = self.set(if on.is_empty() { ty } else { on }, depth - 1, fragment);
                let on = if on.is_empty() { String::new() } else { format!(" on {on}") };
                format!("...{on} {condition}{set}")
            }
            1 => {
                let fitting: Vec<_> = FRAGMENTS[fragment..].iter().filter(|(_, on)| overlaps(on)).collect();
                match fitting.len() {
                    0 => "__typename".to_owned(),
                    some => format!("...{} {}", fitting[self.pick(some)].0, self.condition()),
                }
            }
            _ => self.field(ty, depth, fragment),
        }
    }

    fn field(&mut self, ty: &str, depth: usize, fragment: usize) -> String {
        let fields: &[(&str, &str)] = match ty {
            "Query" => &[
                ("party", "Party"),
                ("parties", "Party"),
                ("either", "Either"),
                ("eithers", "Either"),
                ("customer", "Customer"),
            ],
            "Party" => &[("peer", "Party"), ("name", "")],
            "Customer" => &[("peer", "Party"), ("name", ""), ("size", ""), ("friend", "Customer")],
            "Partner" => &[("peer", "Party"), ("name", ""), ("customers", "Customer")],
            "Note" => &[("text", "")],
            _ => &[],
        };
        let choice = self.pick(fields.len() + 1);
        let (name, below) = fields.get(choice).copied().unwrap_or(("__typename", ""));
        let (name, below) = if depth == 0 && !below.is_empty() { ("__typename", "") } else { (name, below) };
        let alias = ["", "", "a_", "b_"][self.pick(4)];
        let alias = if alias.is_empty() { String::new() } else { format!("{alias}{name}:") };
        let condition = self.condition();
        let set = if below.is_empty() { String::new() } else { self.set(below, depth - 1, fragment) };
        format!("{alias}{name} {condition}{set}")
    }

    fn condition(&mut self) -> &'static str {
        match self.pick(10) {
            1 => "@skip(if: $s) ",
            2 => "@include(if: $i) ",
            3 => "@skip(if: true) ",
            4 => "@skip(if: false) @include(if: $s) ",
            _ => "",
        }
    }
}
