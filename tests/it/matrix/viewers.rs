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
    /// Who it is, and what it holds at Contoso.
    pub words: (&'static str, &'static str),
    pub person: Person,
}

pub fn viewers(world: &World) -> [Viewer; 16] {
    let fabrikam = world.facts.partners[FABRIKAM].tenant;
    let member = |role, group| Person { groups: vec![id(group)], ..Person::of(fabrikam, role) };
    let viewer = |code, name, words, person| Viewer { code, name, words, person };
    [
        viewer(
            "F1",
            "Fabrikam, ADMIN_AGENT",
            ("Fabrikam's administrator", "BILLING_ADMINISTRATOR"),
            world.fabrikam(),
        ),
        viewer(
            "F2",
            "Fabrikam, HELPDESK_AGENT (DIRECTORY_READER)",
            ("Fabrikam's help desk", "DIRECTORY_READER"),
            Person::of(fabrikam, TenantRole::HelpdeskAgent),
        ),
        viewer(
            "F3",
            "Fabrikam, SALES_AGENT (nothing assigned)",
            ("Fabrikam's sales", "nothing"),
            Person::of(fabrikam, TenantRole::SalesAgent),
        ),
        viewer(
            "F4",
            "Fabrikam, SALES_AGENT (GLOBAL_ADMINISTRATOR)",
            ("Fabrikam's sales, in a group", "GLOBAL_ADMINISTRATOR"),
            member(TenantRole::SalesAgent, GROUPED[0]),
        ),
        viewer(
            "F5",
            "Fabrikam, SALES_AGENT (LICENSE_ADMINISTRATOR)",
            ("Fabrikam's sales, in a group", "LICENSE_ADMINISTRATOR"),
            member(TenantRole::SalesAgent, GROUPED[1]),
        ),
        viewer(
            "F6",
            "Fabrikam, SALES_AGENT (SERVICE_SUPPORT_ADM.)",
            ("Fabrikam's sales, in a group", "SERVICE_SUPPORT_ADMINISTRATOR"),
            member(TenantRole::SalesAgent, GROUPED[2]),
        ),
        viewer(
            "F7",
            "Fabrikam, SALES_AGENT (GLOBAL_READER)",
            ("Fabrikam's sales, in a group", "GLOBAL_READER"),
            member(TenantRole::SalesAgent, GROUPED[3]),
        ),
        viewer(
            "F8",
            "Fabrikam, HELPDESK_AGENT (GLOBAL_ADM.)",
            ("Fabrikam's help desk, in a group", "GLOBAL_ADMINISTRATOR, DIRECTORY_READER"),
            member(TenantRole::HelpdeskAgent, GROUPED[0]),
        ),
        viewer(
            "F9",
            "Fabrikam, ADMIN_AGENT, no second factor",
            ("Fabrikam's administrator, without a second factor", "BILLING_ADMINISTRATOR"),
            Person { mfa: false, ..world.fabrikam() },
        ),
        viewer(
            "F10",
            "Fabrikam, an application as ADMIN_AGENT",
            ("Fabrikam's application", "BILLING_ADMINISTRATOR"),
            Person { mfa: false, is_application: true, ..world.fabrikam() },
        ),
        viewer(
            "N",
            "Northwind, ADMIN_AGENT",
            ("Northwind's administrator: another partner of Contoso's", "BILLING_ADMINISTRATOR"),
            world.northwind(),
        ),
        viewer(
            "T",
            "Tailspin, ADMIN_AGENT",
            ("Tailspin's administrator: a stranger to Contoso", "nothing"),
            world.tailspin(),
        ),
        viewer(
            "C1",
            "Contoso, CUSTOMER_ADMINISTRATOR",
            ("Contoso's administrator", "(is Contoso)"),
            world.contoso(),
        ),
        viewer(
            "C2",
            "Contoso, CUSTOMER_READER",
            ("Contoso's reader", "(is Contoso)"),
            Person::of(world.facts.customers[CONTOSO].tenant, TenantRole::CustomerReader),
        ),
        viewer(
            "A",
            "Adatum, CUSTOMER_ADMINISTRATOR",
            ("Adatum's administrator: another customer", "nothing"),
            world.customer(ADATUM),
        ),
        viewer("O", "operator", ("The operator of the server", "nothing"), world.operator()),
    ]
}
