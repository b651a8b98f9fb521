//! What the server does for itself, as no viewer: it serves webhooks, counts tenants' points, and looks at whom it trusts and whether
//! the tables are those that it expects. Of the database it can run what `unscoped` lists, and nothing else.

pub(crate) mod rate;
pub(crate) mod schema;
pub(crate) mod trust;
pub(crate) mod webhooks;
