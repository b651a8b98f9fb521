//! Why a token is refused: one word for each way to be wrong.
//!
//! The word goes to the log, under the request's id, and to whoever runs `copartner token check`. It is deliberately
//! without `Display`: a client is answered with one and the same body whatever was wrong with its token, or it could feel
//! its way through the checks.

macro_rules! rejections {
    ($($variant:ident $code:literal $sentence:literal)*) => {
        /// Why a token is refused. Of several reasons, the first in the order of this list that is met.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rejection {
            $(#[doc = $sentence] $variant,)*
        }

        impl Rejection {
            /// Every rejection, in the order of the checks.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable word for logs and metrics, in `snake_case`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What is wrong, as a sentence for the operator. It holds nothing of the token.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }

            /// Whether nothing is known of the token, because its issuer's keys cannot be had now: it may be good a little later.
            #[must_use]
            pub const fn passes(self) -> bool {
                matches!(self, Self::KeysUnavailable | Self::KeysTooOld)
            }
        }
    };
}

rejections! {
    AuthorizationMissing "authorization_missing" "The request has no Authorization header."
    AuthorizationRepeated "authorization_repeated" "The request has more than one Authorization header."
    SchemeUnsupported "scheme_unsupported" "The Authorization header is not of the Bearer scheme."
    BearerMalformed "bearer_malformed" "The Bearer scheme is not followed by exactly one token."

    TooLarge "too_large" "The token is longer than 16 KiB."
    NotThreeParts "not_three_parts" "The token is not three parts with a full stop between them."
    EncodingInvalid "encoding_invalid" "A part of the token is not canonical, unpadded base64url."

    HeaderNotJson "header_not_json" "The token's header is not a JSON object of UTF-8, at most 16 levels deep."
    HeaderRepeatsMember "header_repeats_member" "The token's header has a member twice."
    HeaderMalformed "header_malformed" "In the token's header, `alg`, `kid` or `typ` is not a string."
    TypeUnsupported "type_unsupported" "The token's `typ` is neither JWT nor at+jwt."
    CriticalHeader "critical_header" "The token's header has `crit`, and no extension is supported."
    AlgorithmMissing "algorithm_missing" "The token's header has no `alg`."
    AlgorithmNone "algorithm_none" "The token is not signed: its `alg` is none."
    AlgorithmSymmetric "algorithm_symmetric" "The token's `alg` is symmetric: whoever can check it can samples it."
    AlgorithmUnsupported "algorithm_unsupported" "The token's `alg` is none of `RS256`, `PS256`, `ES256` and `EdDSA`."

    ClaimsNotJson "claims_not_json" "The token's claims are not a JSON object of UTF-8, at most 16 levels deep."
    ClaimsRepeatMember "claims_repeat_member" "The token has a claim twice."
    IssuerMissing "issuer_missing" "The token has no `iss`."
    IssuerMalformed "issuer_malformed" "The token's `iss` is not one string."
    IssuerUnknown "issuer_unknown" "The token's `iss` is none of the configured issuers."

    AlgorithmNotAllowed "algorithm_not_allowed" "The token's `alg` is not one of its issuer's `algorithms`."
    KeysUnavailable "keys_unavailable" "No usable key of the issuer could be read yet."
    KeysTooOld "keys_too_old" "The issuer's keys could not be read again for longer than its `keys_max_age_hours`."
    KeyIdMissing "key_id_missing" "The token names no `kid`, and its issuer has more than one key."
    KeyUnknown "key_unknown" "The issuer has no usable key with the token's `kid`."
    AlgorithmNotOfKey "algorithm_not_of_key" "The token's `alg` is not that of the key it names."
    KeyOfOtherIssuer "key_of_other_issuer" "The key that the token names is published for another issuer."
    HeaderUnreadable "header_unreadable" "A registered member of the token's header, such as `cty` or `x5c`, is not of its type."
    SignatureInvalid "signature_invalid" "The signature is not by the key that the token names."

    AudienceMissing "audience_missing" "The token has no `aud`."
    AudienceMalformed "audience_malformed" "The token's `aud` is neither a string nor a list of strings."
    AudienceWrong "audience_wrong" "The token's `aud` names none of its issuer's `audience`."
    ExpiryMissing "expiry_missing" "The token has no `exp`."
    ExpiryMalformed "expiry_malformed" "The token's `exp` is not a number of seconds between 1970 and 9999."
    Expired "expired" "The token has expired."
    NotBeforeMalformed "not_before_malformed" "The token's `nbf` is not a number of seconds between 1970 and 9999."
    NotYetValid "not_yet_valid" "The token is not valid yet: its `nbf` is to come."
    IssuedAtMalformed "issued_at_malformed" "The token's `iat` is not a number of seconds between 1970 and 9999."
    IssuedLater "issued_later" "The token's `iat` is to come: one of the two clocks is wrong."

    TenantMissing "tenant_missing" "The token has no tenant claim, which an issuer of many tenants must give."
    TenantMalformed "tenant_malformed" "The token's tenant claim is not a UUID with its hyphens."
    TenantMismatch "tenant_mismatch" "The token's tenant claim is not the tenant that its issuer speaks for."
    SubjectMissing "subject_missing" "The token has none of the claims that may name its subject."
    SubjectMalformed "subject_malformed" "The token's subject is not a string of 1 to 255 printable characters."
    RolesMalformed "roles_malformed" "The token's roles are neither a string nor a list of strings."
    GroupsMalformed "groups_malformed" "The token's groups are neither a string nor a list of strings."

    IssuerRevoked "issuer_revoked" "The token's issuer is not trusted any more."
    KeyRevoked "key_revoked" "The key that the token is signed with was revoked."
    TokenRevoked "token_revoked" "The token itself was revoked."
    PrincipalRevoked "principal_revoked" "The principal's tokens were revoked, this one with them: it was not issued later."
}
