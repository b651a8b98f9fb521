//! What the door lets pass, what it refuses, and what it makes of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod agreement;
mod cache;
mod costs;
mod documents;
mod endless;
mod evaluator;
mod everywhere;
mod house;
mod input;
mod introspection;
mod limits;
mod merging;
mod mutilated;
mod parties;
mod recipes;
mod syntax;
mod values;
mod variables;
