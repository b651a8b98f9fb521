//! What a tenant may be called, and which tenants can relate to each other.

use entity::Cloud;

use super::field_error::{FieldError, refuse_if};
use super::refusal::{Refusal, RefusalCode};

/// Nothing relates across clouds: whether a customer can accept what a partner of that cloud asks.
pub fn check_cloud(asking: Option<Cloud>, own: Cloud) -> Result<(), Refusal> {
    if asking == Some(own) {
        return Ok(());
    }
    let message =
        "Who asks is in another cloud than you. Nothing relates across clouds: decline the request.";
    Err(Refusal::new(RefusalCode::CloudMismatch, message).at("request"))
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
