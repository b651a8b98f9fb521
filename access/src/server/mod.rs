//! What the server does for itself, as no viewer: it serves webhooks, counts tenants' points, and looks at whom it trusts. Of the database it can run what
//! `unscoped` lists, and nothing else.

pub(crate) mod rate;
pub(crate) mod trust;
pub(crate) mod webhooks;
