//! What every mutation answers with besides its object: the refusals that its caller can act on.

use std::sync::Arc;

use async_graphql::{Context, SimpleObject};

use super::loader::{ContextExt, Load};
use super::vocabulary::{AccessReasonCode, UserErrorCode};
use crate::command::{Command, RunOptions, Written, run};
use crate::graphql::{Error, Result};
use domain::reason::Reason;
use domain::refusal::Refusal;

/// A refusal that the caller can act on.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// What kind of refusal it is.
    code: UserErrorCode,
    /// What is wrong, and what to do.
    message: String,
    /// Where in the arguments, from `input` on: names of fields, and places in lists, from 0. Null when it is not about one
    /// place.
    path: Option<Vec<String>>,
    /// The checks that failed, where what is refused is not the input itself: with FORBIDDEN, and where the object's state
    /// is in the way.
    reasons: Vec<AccessReason>,
    /// With VERSION_CONFLICT: the version that the object has now.
    current_version: Option<i32>,
}

/// Why something is refused.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessReason {
    /// What kind of check failed.
    code: AccessReasonCode,
    /// What is wrong, in a sentence for people. Decide by `code`.
    message: String,
    /// What would satisfy the check, as far as the viewer may know.
    remedy: Option<String>,
}

/// All that is wrong with an input: one error for each mistake.
pub fn user_errors(mut refusal: Refusal) -> Vec<UserError> {
    let others = std::mem::take(&mut refusal.others);
    [refusal].into_iter().chain(others).map(UserError::new).collect()
}

impl UserError {
    fn new(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.into(),
            message: refusal.message,
            path: Some(refusal.path).filter(|path| !path.is_empty()),
            reasons: refusal.reasons.into_iter().map(AccessReason::from).collect(),
            current_version: refusal.current_version,
        }
    }
}

impl From<Reason> for AccessReason {
    fn from(Reason { code, message, remedy }: Reason) -> Self {
        Self { code: code.into(), message, remedy }
    }
}

/// Runs what `command` makes of the input, which may be refused already as it is read. Refusals are counted and traced;
/// other errors are errors.
pub async fn run_command<C: Command>(
    ctx: &Context<'_>,
    command: Result<C>,
    options: &RunOptions,
) -> Result<Result<C::Done, Vec<UserError>>> {
    // Boxed: an act's future is large, and each mutation's resolver would carry it.
    let outcome = async { Ok(Box::pin(run(ctx.view(), command?, options.clone())).await?) }.await;
    // What an earlier field of this operation has loaded may have changed.
    ctx.loader().forget();
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(Error::Access(access::Error::Refused(refusal))) => {
            metrics::counter!("copartner_refused_mutations_total", "mutation" => C::NAME, "code" => refusal.code.name())
                .increment(1);
            tracing::info!(mutation = C::NAME, code = refusal.code.name(), "refused");
            Ok(Err(user_errors(*refusal)))
        }
        Err(error) => Err(error),
    }
}

/// The row that a mutation has written, which the viewer saw then; of a repeat, as it is stored now.
pub async fn written<K: Load<Value = Option<Arc<Row>>>, Row>(
    ctx: &Context<'_>,
    done: Written<K, Row>,
) -> Result<Arc<Row>> {
    match done.row {
        Some(row) => Ok(Arc::new(row)),
        None => read_back(ctx, done.id).await,
    }
}

/// The row that a repeated mutation has written, as it is stored now. It is there, so that not to find it is an error: the
/// viewer's rights have ended meanwhile.
pub async fn read_back<K: Load<Value = Option<Arc<Row>>>, Row>(ctx: &Context<'_>, id: K) -> Result<Arc<Row>> {
    let row = ctx.load(id).await.map_err(Error::of_reading_back)?;
    row.ok_or_else(|| Error::forbidden(Vec::from([Reason::done_and_not_visible()])))
}
