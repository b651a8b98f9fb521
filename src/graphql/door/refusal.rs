//! Why a request does not pass the door.
//!
//! The words are for the client's developer: what was found, where, and what would pass. They quote the client's own
//! document and the public schema, never a variable's value, and they guess no names unless the limits say so.

use async_graphql::Pos;

use super::limits::Measure;

/// The first check that failed; later ones were not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The query text is not a GraphQL document.
    Parse(Vec<Complaint>),
    /// The document does not fit the schema, or breaks another rule of the specification's section "Validation".
    Validation(Vec<Complaint>),
    /// `operationName` does not choose one operation of the document.
    Operation(Complaint),
    /// The variables do not fit the types that the operation declares for them.
    Variables(Vec<Complaint>),
    /// The request asks for more than a limit allows.
    TooComplex(Excess),
}

impl Refusal {
    /// What to tell the client, whichever check it was; never empty.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        match self {
            Self::Parse(complaints) | Self::Validation(complaints) | Self::Variables(complaints) => {
                complaints.clone()
            }
            Self::Operation(complaint) => vec![complaint.clone()],
            Self::TooComplex(excess) => vec![Complaint::new(excess.message(), None)],
        }
    }

    /// A variable's value that does not fit.
    pub(super) fn misfit(message: String) -> Self {
        Self::Variables(vec![Complaint::new(message, None)])
    }

    /// A breach of the specification's validation rules.
    pub(super) fn invalid(message: impl Into<String>, at: Option<Pos>) -> Self {
        Self::Validation(vec![Complaint::new(message, at)])
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// A sentence of at most [`Complaint::LONGEST`] characters.
    pub message: String,
    /// Where in the query text; empty if it is not about one place.
    pub locations: Vec<Pos>,
}

impl Complaint {
    /// Messages quote names from the document, and a name may be as long as the document.
    pub const LONGEST: usize = 300;
    /// A document can be wrong in as many places as it has tokens; nobody reads on after the first few.
    pub const MOST: usize = 10;

    pub(super) fn new(message: impl Into<String>, at: Option<Pos>) -> Self {
        let mut message = message.into();
        if let Some((cut, _)) = message.char_indices().nth(Self::LONGEST) {
            message.truncate(cut);
            message.push('…');
        }
        Self { message, locations: at.into_iter().collect() }
    }
}

/// By how much a request is above a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    pub measure: Measure,
    /// What the request has; `u64::MAX` when it is beyond counting.
    pub actual: u64,
    /// The most that would have passed.
    pub allowed: u64,
}

impl Excess {
    /// Which limit it is, what the request has and what is allowed.
    #[must_use]
    pub fn message(&self) -> String {
        let Self { measure, actual, allowed } = *self;
        let (what, advice) = match measure {
            Measure::DocumentBytes => {
                ("bytes of query text", "Send values as variables, or split the request.")
            }
            Measure::Tokens => ("tokens", "Split the request."),
            Measure::Gaps => ("runs of white space, comments and commas", "Leave some out."),
            Measure::Nesting => ("levels of nesting", "Flatten the document."),
            Measure::Depth => {
                ("levels of fields", "Ask for the inner objects by their ids in another request.")
            }
            Measure::IntrospectionDepth => {
                ("levels of fields in the introspection", "Ask for less of it at once.")
            }
            Measure::Fields => {
                ("fields, with fragments written out wherever they are spread", "Split the request.")
            }
            Measure::RootFields => ("root fields", "Split the request."),
            Measure::Mutations => {
                ("root fields that change something", "Send them one request after another.")
            }
            Measure::Aliases => {
                ("aliases, with fragments written out wherever they are spread", "Split the request.")
            }
            Measure::Fragments => {
                ("fragments, written out wherever they are spread", "Use fewer, or split the request.")
            }
            Measure::Values => (
                "values in arguments, with fragments written out wherever they are spread",
                "Send them as variables, or split the request.",
            ),
            Measure::Directives => {
                ("directives, with fragments written out wherever they are spread", "Use fewer.")
            }
            Measure::Cost => ("units of cost", "Ask for smaller pages, or nest fewer lists."),
            Measure::IntrospectionCost => ("units of cost in the introspection", "Nest fewer of its lists."),
            Measure::ValueBytes => {
                ("bytes of argument values, a variable counted each time it is used", "Split the request.")
            }
        };
        let actual = if actual == u64::MAX { "too many to count".to_owned() } else { actual.to_string() };
        format!("The request is too complex: it has {actual} {what}; at most {allowed} are allowed. {advice}")
    }
}
