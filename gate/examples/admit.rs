//! A gate before a small schema: one document that is admitted and executed, and some that are rejected.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SimpleObject, ValidationMode};
use futures_util::FutureExt;
use gate::{Conventions, Gate, Limits, RequestParameters};
use serde_json::{Map, Value, json};

#[derive(SimpleObject)]
struct Book {
    title: String,
}

struct Query;

#[Object]
impl Query {
    async fn books(&self, first: Option<usize>) -> Vec<Book> {
        let titles = ["Middlemarch", "Emma", "Persuasion"];
        titles.iter().take(first.unwrap_or(50)).map(|title| Book { title: (*title).to_owned() }).collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(100)
        .finish();
    let gate = Gate::new(&schema.sdl(), Conventions::default(), Limits::default())?;

    let mut two = Map::new();
    two.insert("n".to_owned(), json!(2));
    let none = Map::new();
    let requests: [(&str, &Map<String, Value>); 4] = [
        (
            "query Two($n: Int!) { books(first: $n) { ...Title title } } fragment Title on Book { title }",
            &two,
        ),
        ("{ boks { title } }", &none),
        ("query Two($n: Int!) { books(first: $n) { title } }", &none),
        ("{ a: books(first: 200) { title } ...F } fragment F on Query { ...F }", &none),
    ];
    for (query, variables) in requests {
        println!("{query}");
        match gate.admit(RequestParameters { query, operation_name: None, variables }) {
            Ok(admitted) => {
                println!("  admitted at a cost of {}", admitted.cost);
                // The resolvers above wait for nothing; a server awaits instead.
                let response = schema.execute(admitted.into_request()).now_or_never();
                println!("  {}", response.ok_or("a resolver waits")?.data);
            }
            Err(rejection) => {
                for error in rejection.errors() {
                    println!("  rejected: {} {:?}", error.message, error.locations);
                }
            }
        }
    }
    Ok(())
}
