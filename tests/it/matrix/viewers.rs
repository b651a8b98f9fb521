//! Who asks: every kind of viewer, with every role.

use entity::TenantRole;

use crate::facts::{ADATUM, CONTOSO, FABRIKAM, id};
use crate::world::{Person, World};

/// The roles that one of Fabrikam's groups holds at Contoso.
pub const GROUPED: [&str; 4] =
    ["GLOBAL_ADMINISTRATOR", "LICENSE_ADMINISTRATOR", "SERVICE_SUPPORT_ADMINISTRATOR", "GLOBAL_READER"];

pub struct Viewer {
    /// What the column of the page is called.
    pub code: &'static str,
    /// What the rows of the text are called.
    pub name: &'static str,
    pub who: &'static str,
    /// The roles that it holds at Contoso.
    pub holds: &'static str,
    pub person: Person,
}

/// All of them, in the order of the page's columns.
pub fn viewers(world: &World) -> Vec<Viewer> {
    fabrikams(world).into_iter().chain(others(world)).collect()
}

fn fabrikams(world: &World) -> [Viewer; 10] {
    let fabrikam = world.facts.partners[FABRIKAM].tenant;
    let member = |role, group| Person { groups: vec![id(group)], ..Person::of(fabrikam, role) };
    [
        Viewer {
            code: "F1",
            name: "Fabrikam, ADMIN_AGENT",
            who: "Fabrikam's administrator",
            holds: "BILLING_ADMINISTRATOR",
            person: world.fabrikam(),
        },
        Viewer {
            code: "F2",
            name: "Fabrikam, HELPDESK_AGENT (DIRECTORY_READER)",
            who: "Fabrikam's help desk",
            holds: "DIRECTORY_READER",
            person: Person::of(fabrikam, TenantRole::HelpdeskAgent),
        },
        Viewer {
            code: "F3",
            name: "Fabrikam, SALES_AGENT (nothing assigned)",
            who: "Fabrikam's sales",
            holds: "nothing",
            person: Person::of(fabrikam, TenantRole::SalesAgent),
        },
        Viewer {
            code: "F4",
            name: "Fabrikam, SALES_AGENT (GLOBAL_ADMINISTRATOR)",
            who: "Fabrikam's sales, in a group",
            holds: "GLOBAL_ADMINISTRATOR",
            person: member(TenantRole::SalesAgent, GROUPED[0]),
        },
        Viewer {
            code: "F5",
            name: "Fabrikam, SALES_AGENT (LICENSE_ADMINISTRATOR)",
            who: "Fabrikam's sales, in a group",
            holds: "LICENSE_ADMINISTRATOR",
            person: member(TenantRole::SalesAgent, GROUPED[1]),
        },
        Viewer {
            code: "F6",
            name: "Fabrikam, SALES_AGENT (SERVICE_SUPPORT_ADM.)",
            who: "Fabrikam's sales, in a group",
            holds: "SERVICE_SUPPORT_ADMINISTRATOR",
            person: member(TenantRole::SalesAgent, GROUPED[2]),
        },
        Viewer {
            code: "F7",
            name: "Fabrikam, SALES_AGENT (GLOBAL_READER)",
            who: "Fabrikam's sales, in a group",
            holds: "GLOBAL_READER",
            person: member(TenantRole::SalesAgent, GROUPED[3]),
        },
        Viewer {
            code: "F8",
            name: "Fabrikam, HELPDESK_AGENT (GLOBAL_ADM.)",
            who: "Fabrikam's help desk, in a group",
            holds: "GLOBAL_ADMINISTRATOR, DIRECTORY_READER",
            person: member(TenantRole::HelpdeskAgent, GROUPED[0]),
        },
        Viewer {
            code: "F9",
            name: "Fabrikam, ADMIN_AGENT, no second factor",
            who: "Fabrikam's administrator, without a second factor",
            holds: "BILLING_ADMINISTRATOR",
            person: Person { mfa: false, ..world.fabrikam() },
        },
        Viewer {
            code: "F10",
            name: "Fabrikam, an application as ADMIN_AGENT",
            who: "Fabrikam's application",
            holds: "BILLING_ADMINISTRATOR",
            person: Person { mfa: false, is_application: true, ..world.fabrikam() },
        },
    ]
}

fn others(world: &World) -> [Viewer; 6] {
    [
        Viewer {
            code: "N",
            name: "Northwind, ADMIN_AGENT",
            who: "Northwind's administrator: another partner of Contoso's",
            holds: "BILLING_ADMINISTRATOR",
            person: world.northwind(),
        },
        Viewer {
            code: "T",
            name: "Tailspin, ADMIN_AGENT",
            who: "Tailspin's administrator: a stranger to Contoso",
            holds: "nothing",
            person: world.tailspin(),
        },
        Viewer {
            code: "C1",
            name: "Contoso, CUSTOMER_ADMINISTRATOR",
            who: "Contoso's administrator",
            holds: "(is Contoso)",
            person: world.contoso(),
        },
        Viewer {
            code: "C2",
            name: "Contoso, CUSTOMER_READER",
            who: "Contoso's reader",
            holds: "(is Contoso)",
            person: Person::of(world.facts.customers[CONTOSO].tenant, TenantRole::CustomerReader),
        },
        Viewer {
            code: "A",
            name: "Adatum, CUSTOMER_ADMINISTRATOR",
            who: "Adatum's administrator: another customer",
            holds: "nothing",
            person: world.customer(ADATUM),
        },
        Viewer {
            code: "O",
            name: "operator",
            who: "The operator of the server",
            holds: "nothing",
            person: world.operator(),
        },
    ]
}
