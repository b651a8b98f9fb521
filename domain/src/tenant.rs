//! What a tenant may be called, and which tenants can relate to each other.

use entity::{Cloud, TenantStatus, customer, partner};
use serde::Serialize;

use super::action::TenantAction;
use super::field_error::{FieldError, refuse_if};
use super::reason::Reason;
use super::record::found;
use super::refusal::{Refusal, RefusalCode};
use super::text::{check_name, fold};

/// Why a tenant's principals are not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    NotRegistered,
    Suspended,
    Closed,
}

impl Barred {
    /// What stands in the way of principals of a tenant in this state, if anything does.
    #[must_use]
    pub const fn by(status: TenantStatus) -> Option<Self> {
        match status {
            TenantStatus::Active => None,
            TenantStatus::Suspended => Some(Self::Suspended),
            TenantStatus::Closed => Some(Self::Closed),
        }
    }

    /// What such a principal is told.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::NotRegistered => Reason::tenant_not_registered(),
            Self::Suspended => Reason::tenant_suspended(),
            Self::Closed => Reason::tenant_closed(),
        }
    }
}

/// What becomes of a tenant that is `now` so; none where its profile alone changes.
pub fn next_status(now: TenantStatus, action: TenantAction) -> Result<TenantStatus, Refusal> {
    let refuse = |message: &str| Err(Refusal::new(RefusalCode::IllegalTransition, message).at("tenant"));
    match (now, action) {
        (TenantStatus::Closed, TenantAction::Suspend | TenantAction::Reinstate | TenantAction::Close) => {
            refuse("The tenant is closed, for good.")
        }
        (TenantStatus::Suspended, TenantAction::Suspend) => refuse("The tenant is suspended already."),
        (TenantStatus::Active, TenantAction::Reinstate) => {
            refuse("The tenant is not suspended, so that there is nothing to reinstate.")
        }
        (_, TenantAction::Suspend) => Ok(TenantStatus::Suspended),
        (_, TenantAction::Reinstate) => Ok(TenantStatus::Active),
        (_, TenantAction::Close) => Ok(TenantStatus::Closed),
        (now, TenantAction::UpdateProfile) => Ok(now),
    }
}

/// What is to become of a tenant's profile. What is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProfileChange {
    pub name: Option<String>,
    /// Of a customer.
    pub domain: Option<String>,
    pub country: Option<String>,
}

impl ProfileChange {
    /// All that is wrong with it by itself, for a customer's tenant or a partner's.
    #[must_use]
    pub fn errors(&self, is_customers: bool) -> Vec<FieldError> {
        let Self { name, domain, country } = self;
        let is_nothing = name.is_none() && domain.is_none() && country.is_none();
        let of_customers = |field, given: Option<&str>, check: fn(&str) -> Result<(), FieldError>| match given
        {
            None => Ok(()),
            Some(_) if !is_customers => Err(FieldError::new(field, "is of customers; a partner has none")),
            Some(given) => check(given),
        };
        found([
            refuse_if(is_nothing, "name", "is left out, as is everything else that could change"),
            name.as_deref().map_or(Ok(()), |name| check_name("name", name)),
            of_customers("domain", domain.as_deref(), check_domain),
            of_customers("country", country.as_deref(), check_country),
        ])
    }

    /// The partner as it then is.
    #[must_use]
    pub fn of_partner(self, row: &partner::Model) -> partner::Model {
        let name = self.name.unwrap_or_else(|| row.name.clone());
        partner::Model { name_folded: fold(&name), name, ..row.clone() }
    }

    /// The customer as it then is.
    #[must_use]
    pub fn of_customer(self, row: &customer::Model) -> customer::Model {
        let name = self.name.unwrap_or_else(|| row.name.clone());
        customer::Model {
            name_folded: fold(&name),
            name,
            domain: self.domain.unwrap_or_else(|| row.domain.clone()),
            country: self.country.unwrap_or_else(|| row.country.clone()),
            ..row.clone()
        }
    }
}

/// Nothing relates across clouds: whether a customer can accept what a partner of that cloud asks.
pub fn check_cloud(asking: Option<Cloud>, own: Cloud) -> Result<(), Refusal> {
    if asking == Some(own) {
        return Ok(());
    }
    let message =
        "Who asks is in another cloud than you. Nothing relates across clouds: decline the request.";
    Err(Refusal::new(RefusalCode::CloudMismatch, message).at("request"))
}

/// Whether something new can begin with a customer in this state: not when it is closed, which nobody could answer for it.
pub fn check_customer_open(status: TenantStatus) -> Result<(), Refusal> {
    match status {
        TenantStatus::Active | TenantStatus::Suspended => Ok(()),
        TenantStatus::Closed => {
            Err(Refusal::because(RefusalCode::IllegalTransition, Reason::customer_closed()).at("customer"))
        }
    }
}

/// What whoever names a partner's tenant as a customer's is told.
#[must_use]
pub fn refuse_partners_tenant(field: &'static str) -> Refusal {
    let message = "The tenant is a partner's, and a partner's tenant is never a customer.";
    Refusal::new(RefusalCode::PartnerCannotBeCustomer, message).at(field)
}

/// Whether `domain` is a host name of at least two labels, in lower case.
pub fn check_domain(domain: &str) -> Result<(), FieldError> {
    let field = "domain";
    let is_small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(is_small)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    refuse_if(domain.chars().any(char::is_uppercase), field, "is not in lower case")?;
    let is_host = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label);
    refuse_if(
        !is_host,
        field,
        "is not a domain name such as contoso.example (write others in their xn-- form)",
    )
}

/// Whether `country` has the form of an ISO 3166-1 alpha-2 code.
pub fn check_country(country: &str) -> Result<(), FieldError> {
    let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    refuse_if(!is_code, "country", "is not two upper-case letters as in ISO 3166-1, such as NL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_lower_case_host_name() {
        for domain in ["contoso.example", "a.b-c.example", "xn--bcher-kva.example", "1.example"] {
            assert_eq!(check_domain(domain), Ok(()), "{domain}");
        }
        let long = format!("{}.example", "x".repeat(64));
        let longest = format!("{}example", "x.".repeat(124));
        for domain in [
            "",
            "contoso",
            "Contoso.example",
            "contoso..example",
            ".example",
            "contoso.",
            "-a.example",
            "a-.example",
            "a_b.example",
            "a b.example",
            "b\u{fc}cher.example",
            &long,
            &longest,
        ] {
            assert!(check_domain(domain).is_err(), "{domain}");
        }
    }

    #[test]
    fn a_country_is_two_upper_case_letters() {
        assert_eq!(check_country("NL"), Ok(()));
        for country in ["", "N", "nl", "NLD", "N1", "\u{c9}"] {
            assert!(check_country(country).is_err(), "{country}");
        }
    }
}
