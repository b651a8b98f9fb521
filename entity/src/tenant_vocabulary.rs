//! The words that tenants, and what speaks for them, are written in.

use crate::word::words;

words! {
    /// What a tenant is to this server. No tenant is two of these.
    pub enum TenantKind {
        Partner,
        Customer,
        Operator,
    }

    /// A role in the principal's own tenant, from its token.
    pub enum TenantRole {
        AdminAgent,
        SalesAgent,
        HelpdeskAgent,
        CustomerAdministrator,
        CustomerReader,
        Operator,
    }

    /// Whether a tenant's principals are let in.
    pub enum TenantStatus {
        Active,
        Suspended,
        /// For good.
        Closed,
    }

    /// What is revoked of an issuer.
    pub enum CredentialKind {
        Token,
        Principal,
        Key,
    }
}
