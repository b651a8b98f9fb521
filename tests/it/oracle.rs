//! Who may see what, from the facts alone: the access rule once more, written without a database and without any code
//! of the server.

use entity::TenantRole;
use entity::Word;
use uuid::Uuid;

use crate::facts::{Facts, Grant, Instant, OPERATOR, ROLES};
use crate::world::Person;

/// The roles that let one see subscriptions; each lets one see who the customer is.
const SEE_SUBSCRIPTIONS: [&str; 5] = [
    "GLOBAL_ADMINISTRATOR",
    "BILLING_ADMINISTRATOR",
    "LICENSE_ADMINISTRATOR",
    "SERVICE_SUPPORT_ADMINISTRATOR",
    "GLOBAL_READER",
];

pub struct Oracle<'w> {
    pub facts: &'w Facts,
    pub at: Instant,
}

/// What a tenant is in a world.
pub enum Is {
    Partner(usize),
    Customer(usize),
    Operator,
}

impl Oracle<'_> {
    pub fn is(&self, person: &Person) -> Is {
        if person.tenant == OPERATOR {
            return Is::Operator;
        }
        if let Some(i) = self.facts.partners.iter().position(|partner| partner.tenant == person.tenant) {
            return Is::Partner(i);
        }
        let i = self.facts.customers.iter().position(|customer| customer.tenant == person.tenant);
        Is::Customer(i.unwrap())
    }

    fn is_effective(&self, grant: &Grant) -> bool {
        !grant.is_terminated && grant.starts_at <= self.at && (self.at < grant.ends_at || grant.auto_extend)
    }

    /// When the first of a customer's grants in force ends, of those that someone sees.
    pub fn next_grant_end(&self, person: &Person, customer: usize) -> Option<Instant> {
        let grants = self.facts.grants.iter().enumerate();
        let ends = grants.filter_map(|(index, grant)| {
            let counts =
                grant.customer == customer && self.sees_grant(person, index) && self.is_effective(grant);
            let mut end = grant.ends_at;
            while counts && end <= self.at {
                end += chrono::TimeDelta::days(180);
            }
            counts.then_some(end)
        });
        ends.min()
    }

    fn holds(&self, person: &Person, partner: usize, customer: usize, sufficient: &[&str]) -> bool {
        let of_person = |assignee: &str| {
            person.roles.iter().map(TenantRole::name).any(|role| role == assignee)
                || person.groups.iter().map(Uuid::to_string).any(|group| group == assignee)
        };
        self.facts
            .grants
            .iter()
            .filter(|grant| {
                grant.partner == partner && grant.customer == customer && self.is_effective(grant)
            })
            .flat_map(|grant| &grant.assignments)
            .filter(|assignment| of_person(&assignment.assignee))
            .flat_map(|assignment| &assignment.roles)
            .any(|role| sufficient.contains(role))
    }

    pub fn sees_customer(&self, person: &Person, customer: usize) -> bool {
        match self.is(person) {
            Is::Partner(own) => self.holds(person, own, customer, &ROLES),
            Is::Customer(own) => own == customer,
            Is::Operator => true,
        }
    }

    pub fn reads_subscriptions_of(&self, person: &Person, customer: usize) -> bool {
        match self.is(person) {
            Is::Partner(own) => self.holds(person, own, customer, &SEE_SUBSCRIPTIONS),
            Is::Customer(own) => own == customer,
            Is::Operator => false,
        }
    }

    pub fn sees_subscription(&self, person: &Person, index: usize) -> bool {
        let subscription = &self.facts.subscriptions[index];
        match self.is(person) {
            Is::Partner(own) => {
                subscription.partner == own && self.reads_subscriptions_of(person, subscription.customer)
            }
            Is::Customer(own) => subscription.customer == own,
            Is::Operator => false,
        }
    }

    pub fn sees_grant(&self, person: &Person, index: usize) -> bool {
        let grant = &self.facts.grants[index];
        match self.is(person) {
            Is::Partner(own) => grant.partner == own,
            Is::Customer(own) => grant.customer == own,
            Is::Operator => true,
        }
    }

    pub fn sees_request(&self, person: &Person, index: usize) -> bool {
        let request = &self.facts.requests[index];
        match self.is(person) {
            Is::Partner(own) => request.partner == own,
            Is::Customer(own) => request.customer == Some(own),
            Is::Operator => true,
        }
    }

    pub fn sees_partner(&self, person: &Person, partner: usize) -> bool {
        match self.is(person) {
            Is::Partner(own) => own == partner,
            Is::Customer(own) => {
                self.facts.grants.iter().any(|grant| (grant.partner, grant.customer) == (partner, own))
                    || self
                        .facts
                        .requests
                        .iter()
                        .any(|request| (request.partner, request.customer) == (partner, Some(own)))
                    || self
                        .facts
                        .subscriptions
                        .iter()
                        .any(|sold| (sold.partner, sold.customer) == (partner, own))
            }
            Is::Operator => true,
        }
    }
}
