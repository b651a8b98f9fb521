//! A small schema with all that matters at the door, and short ways to ask for something.

use std::fmt::Write;
use std::sync::LazyLock;

use async_graphql::parser::types::{DocumentOperations, Selection, SelectionSet};
use serde_json::{Map, Value};

use crate::graphql::door::{Admitted, Ask, Door, Limits, Measure, Refusal, Scalar};
use crate::graphql::{scalar::SCALARS, sdl};

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
input One @oneOf { id: ID name: String deep: Deep }

type Query {
    party: Party!
    parties: [Party!]!
    customer(id: ID): Customer
    partner: Partner
    either: Either
    nodes(ids: [ID!]!): [Party]!
    customers(first: Int, last: Int, after: String): Peers!
    number(int: Int, float: Float): Boolean
    text(text: String, id: ID, truth: Boolean, tier: Tier): Boolean
    must(int: Int!): Boolean
    default(int: Int! = 5): Boolean
    list(ints: [Int], strict: [Int!], grid: [[Int]], ids: [ID!]): Boolean
    digits(one: Digits, many: [Digits!]): Boolean
    input(deep: Deep, one: One, any: Anything): Boolean
    words(search: String, message: String, after: String, all: [String], tiers: [Tier!], said: [Said!]): Boolean
}
input Said { reason: String tiers: [Tier!] }
type Mutation { bump(by: Int): Int! rename(id: ID!, name: String): Customer ask(requests: [Said!]): Customer }
type Subscription { tick: Int! party: Party! }
"#;

const DIGITS: Scalar = Scalar {
    name: "Digits",
    form: "digits, for example \"12\"",
    reads: |text| text.bytes().all(|digit| digit.is_ascii_digit()),
};

static DOOR: LazyLock<Door> = LazyLock::new(|| with(|_| {}));
static REAL: LazyLock<Door> = LazyLock::new(|| Door::new(&sdl(), SCALARS, Limits::default()).unwrap());

/// A door to the small schema with other limits.
pub(super) fn with(change: impl FnOnce(&mut Limits)) -> Door {
    let mut limits = Limits::default();
    change(&mut limits);
    Door::new(SCHEMA, &[DIGITS], limits).unwrap()
}

/// The door to the small schema.
pub(super) fn door() -> &'static Door {
    &DOOR
}

/// The door to the schema that is published.
pub(super) fn real() -> &'static Door {
    &REAL
}

pub(super) fn admit(door: &Door, query: &str) -> Result<Admitted, Refusal> {
    admit_with(door, query, Value::Object(Map::new()))
}

pub(super) fn admit_with(door: &Door, query: &str, variables: Value) -> Result<Admitted, Refusal> {
    let Value::Object(variables) = variables else { unreachable!("variables are an object") };
    door.admit(Ask { query, operation_name: None, variables: &variables })
}

/// One operation of several.
pub(super) fn ask(door: &Door, query: &str, name: Option<&str>) -> Result<Admitted, Refusal> {
    door.admit(Ask { query, operation_name: name, variables: &Map::new() })
}

/// What the engine gets to see, or the first complaint.
pub(super) fn written(query: &str, variables: Value) -> String {
    match admit_with(door(), query, variables) {
        Ok(admitted) => print(&admitted),
        Err(refusal) => said(&refusal),
    }
}

/// The first complaint's message.
pub(super) fn said(refusal: &Refusal) -> String {
    refusal.complaints().first().unwrap().message.clone()
}

/// What was exceeded, with the actual number.
pub(super) fn excess(answer: Result<Admitted, Refusal>) -> Option<(Measure, u64)> {
    match answer {
        Err(Refusal::TooComplex(excess)) => Some((excess.measure, excess.actual)),
        Ok(_) => None,
        Err(other) => unreachable!("not about a limit: {other:?}"),
    }
}

/// The selections of the engine's document on one line.
pub(super) fn print(admitted: &Admitted) -> String {
    assert!(admitted.document.fragments.is_empty(), "fragments are written out");
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
            Selection::FragmentSpread(_) => unreachable!("fragments are written out"),
        }
    }
    out.push('}');
}

/// Without the engine's spaces.
fn tight(value: &str) -> String {
    value.replace(", ", ",").replace(": ", ":")
}
