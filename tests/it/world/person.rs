//! Someone who asks.

use entity::TenantRole;
use uuid::Uuid;

/// Someone who asks.
#[derive(Clone, Debug)]
pub struct Person {
    pub tenant: Uuid,
    pub roles: Vec<TenantRole>,
    pub groups: Vec<Uuid>,
    pub subject: &'static str,
    pub mfa: bool,
    pub is_application: bool,
}

impl Person {
    pub fn of(tenant: Uuid, role: TenantRole) -> Self {
        Self {
            tenant,
            roles: vec![role],
            groups: Vec::new(),
            subject: "someone",
            mfa: true,
            is_application: false,
        }
    }
}
