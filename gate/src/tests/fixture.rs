//! A small schema with everything that matters to the gate, and short ways to admit a document.

use std::fmt::Write;
use std::sync::LazyLock;

use async_graphql::parser::types::{DocumentOperations, Selection, SelectionSet};
use serde_json::{Map, Value};

use crate::{
    AdmittedOperation, Conventions, CostModel, Gate, InputRules, Limit, Limits, Rejection, RequestParameters,
    ScalarFormat, StringRule, TextForm, published_schema,
};

const SCHEMA: &str = r#"
directive @note(text: String, tags: [String!]) repeatable on
    QUERY | FIELD | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT | VARIABLE_DEFINITION

interface Party { id: ID! name: String peer: Party peers(first: Int, last: Int): Peers! }
type Customer implements Party {
    id: ID! name: String peer: Party peers(first: Int, last: Int): Peers! size: Int partner: Partner friend: Customer
}
type Partner implements Party {
    id: ID! name: String peer: Party peers(first: Int, last: Int): Peers! tier: Tier customers: [Customer!]!
}
type Note { text: String }
union Either = Customer | Partner | Note
type Peers { nodes: [Party!]! edges: [Edge!]! total: Int! }
type Edge { cursor: String! node: Party! }

enum Tier { GOLD SILVER }
scalar Anything
scalar Digits
input Deep { name: String! = "none" must: Int! deep: Deep deeps: [Deep!] tier: Tier any: Anything tags: [String!] = ["a"] digits: Digits }
input Order { field: Sort! }
enum Sort { NAME SIZE }
input One @oneOf { id: ID name: String deep: Deep }

type Query {
    party: Party!
    parties: [Party!]!
    customer(id: ID): Customer
    partner: Partner
    either: Either
    nodes(ids: [ID!]!): [Party]!
    customers(first: Int, last: Int, after: String, orderBy: Order): Peers!
    number(int: Int, float: Float): Boolean
    text(text: String, id: ID, truth: Boolean, tier: Tier): Boolean
    must(int: Int!): Boolean
    default(int: Int! = 5): Boolean
    list(ints: [Int], strict: [Int!], grid: [[Int]], ids: [ID!]): Boolean
    digits(one: Digits, many: [Digits!]): Boolean
    input(deep: Deep, one: One, any: Anything): Boolean
    words(search: String, message: String, after: String, all: [String], tiers: [Tier!], entries: [Entry!]): Boolean
}
input Entry { reason: String tiers: [Tier!] }
type Mutation { bump(by: Int): Int! rename(id: ID!, name: String): Customer invite(requests: [Entry!]): Customer }
type Subscription { tick: Int! party: Party! }
"#;

const CONVENTIONS: Conventions = Conventions {
    scalars: &[ScalarFormat {
        name: "Digits",
        description: "digits, for example \"12\"",
        is_valid: |text| text.bytes().all(|digit| digit.is_ascii_digit()),
    }],
    cost: CostModel {
        default_page: 50,
        max_page: 200,
        unpaged_list: 10,
        mutation: 10,
        elements: &[("requests", 10)],
        computed_orders: &["SIZE"],
        computed_order: 100,
    },
    input: InputRules {
        max_elements: 100,
        max_characters: 1_000,
        strings: &[
            StringRule { name: "search", max_characters: 200, form: TextForm::Line },
            StringRule { name: "after", max_characters: 4_000, form: TextForm::Line },
            StringRule { name: "message", max_characters: 10_000, form: TextForm::Message },
            StringRule { name: "reason", max_characters: 10_000, form: TextForm::Message },
        ],
    },
};

static GATE: LazyLock<Gate> = LazyLock::new(|| with(|_| {}));

/// A gate of the small schema with other limits.
pub(crate) fn with(change: impl FnOnce(&mut Limits)) -> Gate {
    let mut limits = Limits::default();
    change(&mut limits);
    Gate::new(SCHEMA, CONVENTIONS, limits).unwrap()
}

/// The gate of the small schema, with the default limits.
pub(crate) fn gate() -> &'static Gate {
    &GATE
}

/// The small schema as clients read it.
pub(crate) fn published() -> String {
    published_schema(SCHEMA, &CONVENTIONS.cost).unwrap()
}

pub(crate) fn admit(gate: &Gate, query: &str) -> Result<AdmittedOperation, Rejection> {
    admit_with(gate, query, Value::Object(Map::new()))
}

pub(crate) fn admit_with(gate: &Gate, query: &str, variables: Value) -> Result<AdmittedOperation, Rejection> {
    let Value::Object(variables) = variables else { unreachable!("variables are an object") };
    gate.admit(RequestParameters { query, operation_name: None, variables: &variables })
}

/// One operation of several.
pub(crate) fn admit_named(
    gate: &Gate,
    query: &str,
    name: Option<&str>,
) -> Result<AdmittedOperation, Rejection> {
    gate.admit(RequestParameters { query, operation_name: name, variables: &Map::new() })
}

/// What the engine gets, or the first error.
pub(crate) fn written(query: &str, variables: Value) -> String {
    match admit_with(gate(), query, variables) {
        Ok(admitted) => print(&admitted),
        Err(rejection) => message(&rejection),
    }
}

/// The first error's message.
pub(crate) fn message(rejection: &Rejection) -> String {
    rejection.errors().first().unwrap().message.clone()
}

/// Which limit is exceeded, and what the request has.
pub(crate) fn exceeded(answer: Result<AdmittedOperation, Rejection>) -> Option<(Limit, u64)> {
    match answer {
        Err(Rejection::TooComplex(exceeded)) => Some((exceeded.limit, exceeded.actual)),
        Ok(_) => None,
        Err(other) => unreachable!("not about a limit: {other:?}"),
    }
}

/// The selections of the engine's document on one line.
pub(crate) fn print(admitted: &AdmittedOperation) -> String {
    assert!(admitted.document.fragments.is_empty(), "fragments are opened");
    let set = match &admitted.document.operations {
        DocumentOperations::Single(operation) => &operation.node.selection_set,
        DocumentOperations::Multiple(operations) => {
            assert_eq!(operations.len(), 1, "only the chosen operation");
            &operations.values().next().unwrap().node.selection_set
        }
    };
    let mut out = String::new();
    print_set(&set.node, &mut out);
    out
}

fn print_set(set: &SelectionSet, out: &mut String) {
    out.push('{');
    for (index, item) in set.items.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match &item.node {
            Selection::Field(field) => {
                let field = &field.node;
                assert!(field.directives.is_empty(), "directives are decided");
                if let Some(alias) = &field.alias {
                    write!(out, "{}:", alias.node).unwrap();
                }
                out.push_str(&field.name.node);
                let arguments: Vec<_> = field
                    .arguments
                    .iter()
                    .map(|(name, value)| format!("{}:{}", name.node, tight(&value.node.to_string())))
                    .collect();
                if !arguments.is_empty() {
                    write!(out, "({})", arguments.join(",")).unwrap();
                }
                if !field.selection_set.node.items.is_empty() {
                    print_set(&field.selection_set.node, out);
                }
            }
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref().unwrap();
                write!(out, "...{}", condition.node.on.node).unwrap();
                print_set(&inline.node.selection_set.node, out);
            }
            Selection::FragmentSpread(_) => unreachable!("fragments are opened"),
        }
    }
    out.push('}');
}

/// Without the engine's spaces.
fn tight(value: &str) -> String {
    value.replace(", ", ",").replace(": ", ":")
}
