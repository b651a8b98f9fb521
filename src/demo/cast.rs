//! Who can be played: the people whose tokens the demo hands out.

use entity::{TenantId, TenantKind, TenantRole};
use uuid::{Uuid, uuid};

/// The customer in the middle.
pub const CONTOSO: TenantId = TenantId(uuid!("c0000000-0000-4000-8000-000000000001"));

/// Contoso's partner for productivity suites.
pub const FABRIKAM: TenantId = TenantId(uuid!("f0000000-0000-4000-8000-000000000001"));

/// Contoso's partner for cloud machines.
pub const NORTHWIND: TenantId = TenantId(uuid!("f0000000-0000-4000-8000-000000000002"));

/// A partner that has nothing to do with Contoso.
pub const TAILSPIN: TenantId = TenantId(uuid!("f0000000-0000-4000-8000-000000000003"));

/// The tenant that runs the server.
pub const OPERATOR: TenantId = TenantId(uuid!("0e000000-0000-4000-8000-000000000001"));

/// A security group of Fabrikam's, whose members help and change nothing.
pub const SUPPORT_DESK: Uuid = uuid!("5d000000-0000-4000-8000-000000000001");

/// Someone whose token the demo hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastMember {
    /// A word to call the member by.
    pub key: &'static str,
    /// The tenant's name.
    pub name: &'static str,
    pub kind: TenantKind,
    /// What there is to see through these eyes.
    pub description: &'static str,
    pub tenant: TenantId,
    pub subject: &'static str,
    pub roles: Vec<TenantRole>,
    pub groups: Vec<Uuid>,
    pub mfa: bool,
}

/// Everyone who can be played; who opens the demo's page is the first of them.
#[must_use]
pub fn cast() -> Vec<CastMember> {
    Vec::from([
        CastMember {
            key: "fabrikam",
            name: "Fabrikam",
            description: "Sold Contoso its productivity suites: sees these, and nothing that Northwind sold.",
            ..agent(FABRIKAM, "felix@fabrikam.example")
        },
        CastMember {
            key: "fabrikam-support",
            name: "Fabrikam's support desk",
            description: "At Fabrikam, through a security group: reads where the group was let in, changes nothing.",
            roles: Vec::from([TenantRole::HelpdeskAgent]),
            groups: Vec::from([SUPPORT_DESK]),
            ..agent(FABRIKAM, "fatima@fabrikam.example")
        },
        CastMember {
            key: "northwind",
            name: "Northwind",
            description: "Sold Contoso its cloud machines: sees these, and nothing that Fabrikam sold.",
            ..agent(NORTHWIND, "nadia@northwind.example")
        },
        CastMember {
            key: "tailspin",
            name: "Tailspin",
            description: "A stranger to Contoso, with customers of its own: for it Contoso does not exist.",
            ..agent(TAILSPIN, "tom@tailspin.example")
        },
        CastMember {
            key: "contoso",
            name: "Contoso",
            kind: TenantKind::Customer,
            description: "A customer: sees all of its own, bought through either partner, and who may do what.",
            tenant: CONTOSO,
            subject: "carla@contoso.example",
            roles: Vec::from([TenantRole::CustomerAdministrator]),
            groups: Vec::new(),
            mfa: true,
        },
        CastMember {
            key: "operator",
            name: "Operator",
            kind: TenantKind::Operator,
            description: "Runs the server: sees who its partners and customers are, and no subscription.",
            roles: Vec::from([TenantRole::Operator]),
            ..agent(OPERATOR, "olga@operator.example")
        },
    ])
}

/// An administrator of a partner's, yet without a name.
fn agent(tenant: TenantId, subject: &'static str) -> CastMember {
    CastMember {
        key: "",
        name: "",
        kind: TenantKind::Partner,
        description: "",
        tenant,
        subject,
        roles: Vec::from([TenantRole::AdminAgent]),
        groups: Vec::new(),
        mfa: true,
    }
}
