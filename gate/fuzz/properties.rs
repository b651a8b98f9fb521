//! What must be true of every input: the fuzz target and `tests/corpus.rs` share it.

use std::sync::LazyLock;

use async_graphql::{
    Context, EmptySubscription, Enum, InputObject, Interface, Object, Schema, SimpleObject, ValidationMode,
    Value,
};
use futures_util::FutureExt;
use gate::{AdmittedOperation, Conventions, Gate, Limits, Rejection, RequestError, RequestParameters};
use serde_json::Map;

/// The input is a document, and after a NUL, if there is one, its variables as JSON.
///
/// A rejection has from one to ten errors of bounded length. An admitted operation is within the limits, and the engine
/// answers it without an error: all that could be wrong with it was for the gate to find.
pub fn hold(input: &[u8]) {
    let (query, variables) = match input.iter().position(|byte| *byte == 0) {
        Some(end) => (&input[..end], serde_json::from_slice(&input[end + 1..]).unwrap_or_default()),
        None => (input, Map::new()),
    };
    let Ok(query) = std::str::from_utf8(query) else { return };
    match GATE.admit(RequestParameters { query, operation_name: None, variables: &variables }) {
        Ok(admitted) => answers(admitted),
        Err(rejection) => explains(&rejection),
    }
}

fn explains(rejection: &Rejection) {
    let errors = rejection.errors();
    assert!((1..=RequestError::MAX_ERRORS).contains(&errors.len()), "{errors:?}");
    for error in errors {
        let length = error.message.chars().count();
        assert!((1..=RequestError::MAX_CHARACTERS + 1).contains(&length), "{error:?}");
        assert!(error.locations.iter().all(|at| at.line > 0 && at.column > 0), "{error:?}");
    }
}

fn answers(admitted: AdmittedOperation) {
    assert!(admitted.cost <= GATE.limits().cost, "{admitted:?}");
    assert!(admitted.document.fragments.is_empty(), "{admitted:?}");
    let response = SCHEMA.execute(admitted.into_request()).now_or_never();
    assert!(response.is_some_and(|response| response.errors.is_empty()), "the engine finds an error");
}

static SCHEMA: LazyLock<Schema<Query, Mutation, EmptySubscription>> = LazyLock::new(|| {
    Schema::build(Query, Mutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(100)
        .finish()
});

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    // Without the cache: the fuzzer does not repeat itself.
    let limits = Limits { cached_bytes: 0, ..Limits::default() };
    let gate = Gate::new(&SCHEMA.sdl(), Conventions::default(), limits);
    gate.unwrap_or_else(|error| unreachable!("{error}"))
});

#[derive(Interface)]
#[graphql(field(name = "name", ty = "String"), field(name = "peer", ty = "Party"))]
enum Party {
    Customer(Customer),
    Partner(Partner),
}

struct Customer;

#[Object]
impl Customer {
    async fn name(&self) -> &'static str {
        "Contoso"
    }

    async fn peer(&self) -> Party {
        Partner.into()
    }

    async fn partners(&self, first: Option<i32>) -> Vec<Partner> {
        (0..first.unwrap_or(2).clamp(0, 3)).map(|_| Partner).collect()
    }
}

struct Partner;

#[Object]
impl Partner {
    async fn name(&self) -> &'static str {
        "Fabrikam"
    }

    async fn peer(&self) -> Party {
        Customer.into()
    }

    async fn tier(&self) -> Tier {
        Tier::Gold
    }
}

#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
enum Tier {
    Gold,
    Silver,
}

/// Every kind of value there is.
#[derive(Debug, InputObject)]
struct Values {
    int: i32,
    #[graphql(default = 1.5)]
    float: f64,
    text: Option<String>,
    flags: Option<Vec<Vec<bool>>>,
    tier: Option<Tier>,
    below: Option<Box<Values>>,
}

#[derive(SimpleObject)]
struct Echo {
    text: String,
}

struct Query;

#[Object]
impl Query {
    async fn party(&self) -> Party {
        Customer.into()
    }

    async fn parties(&self, tier: Option<Tier>) -> Vec<Party> {
        if tier.is_some() { vec![Partner.into()] } else { vec![Partner.into(), Customer.into()] }
    }

    async fn echo(&self, values: Option<Values>, list: Option<Vec<Option<Values>>>) -> Echo {
        Echo { text: format!("{values:?}{list:?}") }
    }
}

struct Mutation;

#[Object]
impl Mutation {
    /// The arguments as the engine has them.
    async fn write(&self, ctx: &Context<'_>, #[graphql(default = 7)] int: i32) -> Echo {
        let count = ctx.field().arguments().unwrap_or_default().len();
        Echo { text: format!("{int} {count} {}", Value::Null) }
    }
}
