//! The customers: Contoso, and forty others.

use entity::{Cloud, Instant, TenantId};

use super::{
    cast::CONTOSO,
    chance::{id, roll},
    day::day,
};
use access::AnyRecord;
use domain::customer::CustomerRecord;

/// Contoso's name.
const MIDDLE: &str = "Contoso";

/// Everyone else's, with their countries.
pub(super) const OTHERS: [(&str, &str); 37] = [
    ("Alder Valley Clinics", "IE"),
    ("Amberfield Foods", "NL"),
    ("Arcadia Light Rail", "PT"),
    ("Bluestone Quarries", "GB"),
    ("Bramblewick Schools", "GB"),
    ("Café Zürisee", "CH"),
    ("Cobalt Coast Ferries", "NO"),
    ("Copperbeech Legal", "IE"),
    ("Dovetail Joinery", "DK"),
    ("Dunlin Insurance", "NL"),
    ("Eastmere Water", "GB"),
    ("Fjordlight Energi", "NO"),
    ("Foxglove Pharmacy", "BE"),
    ("Goldcrest Farms", "FR"),
    ("Hazelmoor Housing", "GB"),
    ("Heron Lake Tourism", "FI"),
    ("Inkwell Publishing", "DE"),
    ("Juniper Hill Hotels", "AT"),
    ("Kestrel Air Freight", "LU"),
    ("Kingfisher Canals", "NL"),
    ("Larch & Sons Timber", "SE"),
    ("Linden Street Dental", "DE"),
    ("Marigold Textiles", "IT"),
    ("Millrace Brewery", "CZ"),
    ("Nettlebed Gardens", "GB"),
    ("Oakhaven Museum", "US"),
    ("Orchard Row Realty", "CA"),
    ("Pebble Cove Surf", "AU"),
    ("Plover Point Marine", "NZ"),
    ("Quillfeather Press", "US"),
    ("Rowanberry Cosmetics", "PL"),
    ("Sandpiper Logistics", "ES"),
    ("Silverbirch Capital", "CH"),
    ("Thistledown Yarns", "GB"),
    ("Undercliff Observatory", "CL"),
    ("Vesper Street Theatre", "US"),
    ("Willowbrook Care", "CA"),
];

/// Those in the government cloud.
pub(super) const GOVERNMENT: [&str; 3] =
    ["Bureau of Inland Ferries", "Harbor Weather Service", "Office of Public Forests"];

/// The tenant of the customer with this name.
pub(super) fn tenant(name: &str) -> TenantId {
    if name == MIDDLE { CONTOSO } else { TenantId(id(name)) }
}

pub(super) fn records(today: Instant) -> Vec<AnyRecord> {
    let public = OTHERS.into_iter().map(|(name, country)| (name, country, Cloud::Public));
    let government = GOVERNMENT.into_iter().map(|name| (name, "US", Cloud::UsGovernment));
    let all = std::iter::once((MIDDLE, "NL", Cloud::Public)).chain(public).chain(government);
    let customer = |(name, country, cloud): (&str, &str, Cloud)| CustomerRecord {
        tenant_id: tenant(name),
        name: name.to_owned(),
        domain: domain(name),
        country: country.to_owned(),
        cloud,
        created_at: Some(day(today, -500 - i64::from(roll(name, 400)))),
    };
    all.map(customer).map(AnyRecord::Customer).collect()
}

/// Under `.example`, which nobody can register.
fn domain(name: &str) -> String {
    let plain = name.to_lowercase().replace('é', "e").replace('ü', "u");
    let words: Vec<_> =
        plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("{}.example", words.join("-"))
}
