//! What a mutation refuses for a reason that its caller can act on.

use serde::{Deserialize, Serialize};

use super::{
    field_error::FieldError,
    reason::{Reason, ReasonCode},
};

/// What kind of refusal it is. The API's `UserErrorCode` has the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalCode {
    NotFound,
    Forbidden,
    Invalid,
    DuplicateRequest,
    PartnerCannotBeCustomer,
    CustomerCannotBePartner,
    CloudMismatch,
    AdvisorCannotSell,
    RequestNotOpen,
    RequestExpired,
    GrantNotActive,
    RolesNotSubset,
    WideningForbidden,
    AutoExtendForbiddenRole,
    DurationOutOfRange,
    QuantityOutOfRange,
    ReductionWindowClosed,
    CancellationWindowClosed,
    IllegalTransition,
    TermNotOffered,
    VersionConflict,
    IdempotencyKeyReused,
    LimitExceeded,
}

impl RefusalCode {
    /// The code as clients see it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::Invalid => "INVALID",
            Self::DuplicateRequest => "DUPLICATE_REQUEST",
            Self::PartnerCannotBeCustomer => "PARTNER_CANNOT_BE_CUSTOMER",
            Self::CustomerCannotBePartner => "CUSTOMER_CANNOT_BE_PARTNER",
            Self::CloudMismatch => "CLOUD_MISMATCH",
            Self::AdvisorCannotSell => "ADVISOR_CANNOT_SELL",
            Self::RequestNotOpen => "REQUEST_NOT_OPEN",
            Self::RequestExpired => "REQUEST_EXPIRED",
            Self::GrantNotActive => "GRANT_NOT_ACTIVE",
            Self::RolesNotSubset => "ROLES_NOT_SUBSET",
            Self::WideningForbidden => "WIDENING_FORBIDDEN",
            Self::AutoExtendForbiddenRole => "AUTO_EXTEND_FORBIDDEN_ROLE",
            Self::DurationOutOfRange => "DURATION_OUT_OF_RANGE",
            Self::QuantityOutOfRange => "QUANTITY_OUT_OF_RANGE",
            Self::ReductionWindowClosed => "REDUCTION_WINDOW_CLOSED",
            Self::CancellationWindowClosed => "CANCELLATION_WINDOW_CLOSED",
            Self::IllegalTransition => "ILLEGAL_TRANSITION",
            Self::TermNotOffered => "TERM_NOT_OFFERED",
            Self::VersionConflict => "VERSION_CONFLICT",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
        }
    }
}

/// A refusal: its kind, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: RefusalCode,
    pub message: String,
    /// Where in the input, if it is about one place there.
    pub path: Vec<String>,
    /// The checks that failed, where what is refused is not the input itself.
    pub reasons: Vec<Reason>,
    /// With VERSION_CONFLICT: the version that the object has.
    pub current_version: Option<i32>,
    /// What else is wrong with the same input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Self>,
}

impl Refusal {
    #[must_use]
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: Vec::new(),
            reasons: Vec::new(),
            current_version: None,
            others: Vec::new(),
        }
    }

    /// The same, about one field of the input.
    #[must_use]
    pub fn at(self, field: &str) -> Self {
        Self { path: Vec::from(["input".to_owned(), field.to_owned()]), ..self }
    }

    /// The same, further in: within a field of the input.
    #[must_use]
    pub fn within(mut self, field: &str) -> Self {
        self.path.insert(1.min(self.path.len()), field.to_owned());
        self
    }

    /// The same, of one element of a list in the input, which is an input of its own.
    #[must_use]
    pub fn in_element(mut self, list: &str, place: usize) -> Self {
        self.others = self.others.into_iter().map(|other| other.in_element(list, place)).collect();
        let within = self.path.split_off(1.min(self.path.len()));
        self.path =
            ["input", list].map(str::to_owned).into_iter().chain([place.to_string()]).chain(within).collect();
        self
    }

    /// What does not exist and what is not seen are refused alike.
    #[must_use]
    pub fn not_found(field: &str) -> Self {
        let message = "There is no such object among those that you may see. Check the id.";
        Self::new(RefusalCode::NotFound, message).at(field)
    }

    /// The viewer may not do this: the check that failed.
    #[must_use]
    pub fn forbidden(reason: Reason) -> Self {
        let code = match reason.code {
            ReasonCode::AdvisorCannotSell => RefusalCode::AdvisorCannotSell,
            _ => RefusalCode::Forbidden,
        };
        let message = reason.message.clone();
        Self { reasons: Vec::from([reason]), ..Self::new(code, message) }
    }

    /// The object, as it stands, does not allow it.
    #[must_use]
    pub fn because(code: RefusalCode, reason: Reason) -> Self {
        let message = match &reason.remedy {
            Some(remedy) => format!("{} {remedy}", reason.message),
            None => reason.message.clone(),
        };
        Self { reasons: Vec::from([reason]), ..Self::new(code, message) }
    }

    /// A request to continue the grant waits for its customer already.
    #[must_use]
    pub fn renewal_is_open() -> Self {
        Self::because(RefusalCode::DuplicateRequest, Reason::renewal_is_open()).at("grant")
    }

    /// Nobody holds anything of the grant.
    #[must_use]
    pub fn nothing_assigned() -> Self {
        Self::because(RefusalCode::NotFound, Reason::nothing_assigned()).at("assignee")
    }

    /// The object has changed since the caller read it.
    #[must_use]
    pub fn version_conflict(current: i32) -> Self {
        let message = "The object has changed since you read it. Read it again, and decide anew.";
        let refusal = Self::new(RefusalCode::VersionConflict, message).at("expectedVersion");
        Self { current_version: Some(current), ..refusal }
    }

    /// What is wrong with the input, under the code of its kind.
    #[must_use]
    pub fn of_kind(code: RefusalCode, error: &FieldError) -> Self {
        let mut refusal = Self::new(code, format!("{}.", error.sentence())).at(error.field);
        refusal.path.extend_from_slice(&error.within);
        refusal
    }
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::of_kind(RefusalCode::Invalid, &error)
    }
}
