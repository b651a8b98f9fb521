//! Partner Center's words and what they are here. They are read in upper and in lower case.

use entity::{BillingCycle, SubscriptionStatus, SuspensionReason, Term};

pub(super) fn status(word: &str) -> Result<SubscriptionStatus, String> {
    match word.to_lowercase().as_str() {
        "active" => Ok(SubscriptionStatus::Active),
        "suspended" => Ok(SubscriptionStatus::Suspended),
        "deleted" => Ok(SubscriptionStatus::Cancelled),
        "expired" => Ok(SubscriptionStatus::Expired),
        "pending" => Ok(SubscriptionStatus::Pending),
        _ => Err(format!(
            "status is `{word}`, which means nothing here: active, suspended, deleted, expired and pending do"
        )),
    }
}

pub(super) fn term(path: &str, word: &str) -> Result<Term, String> {
    match word.to_uppercase().as_str() {
        "P1M" => Ok(Term::P1M),
        "P1Y" => Ok(Term::P1Y),
        "P3Y" => Ok(Term::P3Y),
        _ => Err(format!("{path} is `{word}`; terms here are P1M, P1Y and P3Y")),
    }
}

pub(super) fn billing_cycle(path: &str, word: &str) -> Result<BillingCycle, String> {
    let why = match word.to_lowercase().as_str() {
        "monthly" => return Ok(BillingCycle::Monthly),
        "annual" => return Ok(BillingCycle::Annual),
        "triennial" => return Ok(BillingCycle::Triennial),
        "none" => "which is what is never billed",
        "one_time" | "onetime" => "which is bought once rather than subscribed to",
        "unknown" => "which Partner Center says where it does not know: correct it there",
        _ => "which means nothing here",
    };
    Err(format!("{path} is `{word}`, {why}; cycles here are monthly, annual and triennial"))
}

/// Why it is suspended. Partner Center gives free words, without a list of what they can be.
pub(super) fn suspension_reason(words: &str) -> SuspensionReason {
    let words: String = words.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["fraud"]) {
        SuspensionReason::Fraud
    } else if says(&["payment", "pastdue", "overdue", "delinquen", "unpaid"]) {
        SuspensionReason::NonPayment
    } else if says(&["customer"]) {
        SuspensionReason::CustomerRequest
    } else if says(&["partner", "reseller"]) {
        SuspensionReason::PartnerRequest
    } else {
        SuspensionReason::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_recognised_by_what_they_speak_of() {
        for (words, reason) in [
            ("Fraud", SuspensionReason::Fraud),
            ("NonPayment", SuspensionReason::NonPayment),
            ("past due", SuspensionReason::NonPayment),
            ("CustomerCancellation", SuspensionReason::CustomerRequest),
            ("Suspended by the reseller", SuspensionReason::PartnerRequest),
            ("SpendingLimitReached", SuspensionReason::Other),
        ] {
            assert_eq!(suspension_reason(words), reason, "{words}");
        }
    }

    #[test]
    fn words_are_read_in_any_case_and_others_are_quoted() {
        for (word, meaning) in [
            ("active", SubscriptionStatus::Active),
            ("Suspended", SubscriptionStatus::Suspended),
            ("DELETED", SubscriptionStatus::Cancelled),
            ("expired", SubscriptionStatus::Expired),
            ("pending", SubscriptionStatus::Pending),
        ] {
            assert_eq!(status(word), Ok(meaning));
        }
        assert_eq!(term("termDuration", "p1y"), Ok(Term::P1Y));
        assert_eq!(billing_cycle("billingCycle", "Triennial"), Ok(BillingCycle::Triennial));
        assert!(status("disabled").is_err_and(|reason| reason.contains("`disabled`")));
        assert!(term("termDuration", "P5Y").is_err_and(|reason| reason.contains("`P5Y`")));
        for word in ["none", "one_time", "unknown", "weekly"] {
            let refused = billing_cycle("billingCycle", word);
            assert!(refused.is_err_and(|reason| reason.contains(&format!("`{word}`"))), "{word}");
        }
    }
}
