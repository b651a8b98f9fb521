//! Why an issuer's keys could not be read.

/// Why an issuer's keys could not be read. Like a rejection it has no `Display`: it is for the operator, never for clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The address cannot be asked, or may not be: it is neither https nor of this machine.
    Address(String),
    /// The HTTP client cannot be made, for the reason that it gives: such as that the system has no TLS roots to trust.
    Client(String),
    /// No answer: the connection failed, or broke while the answer came.
    Unreachable,
    /// No full answer within the time that one is given.
    Slow,
    /// The answer is not 200 OK. Redirects count: an address that moved is to be configured anew.
    Status(u16),
    /// The document is larger than 256 KiB.
    TooLarge,
    /// The file cannot be read, for the reason that the system gives.
    File(String),
    /// The document is not the JSON it should be.
    NotJson,
    /// The discovery document is another issuer's.
    OtherIssuer,
    /// The discovery document's issuer is the configured one but for the slash at its end.
    IssuerSlash { published: String, configured: String },
    /// No key of the set can check a token of this issuer.
    NothingUsable,
}

impl KeyError {
    /// What went wrong, as a sentence that says what to look at.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Address(reason) => format!("The address is not to be asked: {reason}."),
            Self::Client(reason) => format!("The HTTP client cannot be made: {reason}."),
            Self::Unreachable => "The address cannot be reached, or broke off its answer.".into(),
            Self::Slow => "The address did not answer in time.".into(),
            Self::Status(status @ 300..=399) => {
                format!(
                    "The address answered {status}, a redirect, which is not followed: configure the new one."
                )
            }
            Self::Status(status) => format!("The address answered {status} instead of 200."),
            Self::TooLarge => "The document is larger than 256 KiB.".into(),
            Self::File(reason) => format!("The file cannot be read: {reason}."),
            Self::NotJson => "The document is not a JSON Web Key Set, or not a discovery document.".into(),
            Self::OtherIssuer => "The `issuer` of the discovery document is not the configured one.".into(),
            Self::IssuerSlash { published, configured } => format!(
                "The `issuer` of the discovery document is not the configured one: it is `{published}`, and `{configured}` is \
                 configured. Mind the slash at the end."
            ),
            Self::NothingUsable => {
                "No key of the set is a public signing key for one of the issuer's `algorithms`.".into()
            }
        }
    }
}
