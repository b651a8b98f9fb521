//! What the gate admits, what it rejects, and what the engine gets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod agreement;
mod cache;
mod costs;
mod documents;
mod evaluator;
mod executable;
mod exhaustion;
mod fixture;
mod hostile;
mod input;
mod introspection;
mod limits;
mod malformed;
mod merging;

mod syntax;
mod values;
mod variables;
