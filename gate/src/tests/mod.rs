//! What the gate lets pass, what it refuses, and what it makes of it.
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
mod merging;
mod mutilated;
mod syntax;
mod values;
mod variables;
