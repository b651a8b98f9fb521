//! What the inputs of all mutations end with.

use async_graphql::InputObject;

use crate::command::RunOptions;

/// How a mutation is run.
#[derive(Clone, Debug, InputObject)]
pub struct RunInput {
    /// Answer as the real call would, and change nothing.
    #[graphql(default)]
    pub validate_only: bool,
    /// A repeat with this key within 24 hours gets the first answer and does nothing.
    pub idempotency_key: Option<String>,
}

/// How a mutation that changes an object is run.
#[derive(Clone, Debug, InputObject)]
pub struct ChangeInput {
    /// The `version` that this is decided about; another one is refused with VERSION_CONFLICT.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    pub run: RunInput,
}

impl From<RunInput> for RunOptions {
    fn from(RunInput { validate_only, idempotency_key }: RunInput) -> Self {
        Self { idempotency_key, dry_run: validate_only }
    }
}
