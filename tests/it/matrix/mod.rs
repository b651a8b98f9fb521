//! Who gets what from every operation, as two files in the repository: the answers in `access_matrix.txt`, and a mark for each in
//! `docs/access-matrix.md`.

mod cell;
mod operations;
mod page;
mod viewers;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use self::operations::{READS, Read, described, spoiled};
use self::page::{Row, page};
use self::viewers::{GROUPED, Viewer, viewers};
use crate::facts::{Assignment, CONTOSO, FABRIKAM, Facts, Request, days, id};
use crate::live::{feed, listening, resize};
use crate::mutations::Subjects;
use crate::outside::Outside;
use crate::world::{Answer, Backend, GRANT, Person, REQUEST, SUBSCRIPTION, World, api_id, refusal_of};

/// Root fields that are the same for everyone.
const PUBLIC: [&str; 1] = ["roleDefinitions"];

/// The cast, with each role held by someone of Fabrikam's at Contoso, and a request.
fn facts() -> Facts {
    let mut facts = Facts::cast();
    facts.grants[0].assignments[0].roles = vec!["BILLING_ADMINISTRATOR"];
    facts.grant(CONTOSO, FABRIKAM).assignments =
        vec![Assignment { assignee: "HELPDESK_AGENT".to_owned(), roles: vec!["DIRECTORY_READER"] }];
    let grant = facts.grants.last_mut().unwrap();
    grant.roles = vec!["DIRECTORY_READER"];
    // Each other role by a group of its own.
    let grouped = facts.grant(CONTOSO, FABRIKAM);
    grouped.roles = GROUPED.to_vec();
    grouped.assignments =
        GROUPED.map(|role| Assignment { assignee: id(role).to_string(), roles: vec![role] }).to_vec();
    facts.requests.push(Request {
        id: id("request"),
        partner: FABRIKAM,
        customer: Some(CONTOSO),
        name: "More".to_owned(),
        invitation: None,
        expires_at: days(20),
    });
    facts
}

#[tokio::test]
async fn the_access_matrix_is_what_the_server_does() {
    let world = World::of(Backend::Sqlite, facts()).await;
    let viewers = viewers(&world);
    let offers = world.read(&world.fabrikam(), "{ offers(first: 1) { nodes { id } } }").await;
    let northwind = world.read(&world.northwind(), "{ viewer { partner { id } } }").await;
    let mut about = Subjects {
        subscription: json!(api_id(SUBSCRIPTION, world.facts.subscriptions[0].id)),
        grant: json!(api_id(GRANT, world.facts.grants[0].id)),
        request: json!(api_id(REQUEST, world.facts.requests[0].id)),
        offer: offers["offers"]["nodes"][0]["id"].clone(),
        tenant: northwind["viewer"]["partner"]["id"].clone(),
        ..Subjects::default()
    };
    // Something for the log: asked, and taken back.
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Audit",
        "roles": ["GLOBAL_READER"], "duration": "P1D" });
    let audit = world.done(&world.fabrikam(), "requestRelationship", asked).await;
    let withdraw = json!({ "request": audit["request"]["id"] });
    world.done(&world.fabrikam(), "withdrawRelationshipRequest", withdraw).await;

    let hook = json!({ "url": "https://hooks.example.com/copartner" });
    let hook = world.done(&world.fabrikam(), "registerWebhook", hook).await;
    about.webhook = hook["webhook"]["id"].clone();
    let newest = world.read(&world.fabrikam(), "{ events(first: 1) { nodes { id } } }").await;
    about.event = newest["events"]["nodes"][0]["id"].clone();
    let delivered = "INSERT INTO webhook_delivery (id, webhook_id, event_id, position, status, attempts, first_attempt_at,
            last_attempt_at, response_status)
        SELECT w.id, w.id, e.id, 1, 'DELIVERED', 1, e.occurred_at, e.occurred_at, 204
        FROM webhook w JOIN event e ON e.subject_id = w.id";
    Outside::of(&world.database).await.run(delivered).await;

    let (mut table, mut rows) = (String::new(), Vec::new());
    for Read { name, query, shown } in READS {
        writeln!(table, "{name}").unwrap();
        let mut answers = Vec::new();
        for Viewer { name, person, .. } in &viewers {
            let answer = ask(&world, person, query, &about).await;
            writeln!(table, "    {name:<46} {}", cell_of(&answer, &about)).unwrap();
            answers.push(answer);
        }
        writeln!(table).unwrap();
        let (marks, empty) = cell::of_reads(shown, &answers);
        let (noun, words) = described(name);
        rows.push(Row { noun, words, name: name.to_owned(), marks, empty });
    }
    for (title, mutation, input) in spoiled(&about) {
        writeln!(table, "{title}").unwrap();
        let mut marks = Vec::new();
        for Viewer { name, person, .. } in &viewers {
            let payload = world.mutate(person, mutation, input.clone()).await;
            let code = refusal_of(&payload);
            let reason = payload["userErrors"][0]["reasons"][0]["code"].as_str().unwrap_or_default();
            writeln!(table, "    {name:<46} {code}{}{reason}", if reason.is_empty() { "" } else { " " })
                .unwrap();
            marks.push(cell::of_mutation(&payload));
        }
        writeln!(table).unwrap();
        let (noun, words) = described(&title);
        rows.push(Row { noun, words, name: title, marks, empty: BTreeSet::new() });
    }
    rows.push(live(&world, &viewers, &mut table).await);
    let page = page(&world.facts, &viewers, &rows);
    world.end().await;
    are_in_the_repository(&[("tests/it/access_matrix.txt", &table), ("docs/access-matrix.md", &page)]);
}

/// Who is told of what as it happens: of a change of the subscription, of a request to Contoso, and of a change of an offer.
async fn live(world: &World, viewers: &[Viewer], table: &mut String) -> Row {
    let mut streams = Vec::new();
    for Viewer { person, .. } in viewers {
        let feed = feed(world, person).await.len();
        streams.push((listening(world, person).await, feed));
    }
    let fabrikam = Person { subject: "another", ..world.fabrikam() };
    resize(world, &fabrikam, 0, 42).await;
    let asked = json!({ "customer": { "domain": "contoso.example" }, "displayName": "Live", "roles": ["GLOBAL_READER"],
        "duration": "P1D" });
    world.done(&fabrikam, "requestRelationship", asked).await;
    let offer = json!({ "sku": "SKU-9", "name": "Suite 9", "publisher": "Litware", "minQuantity": 1, "maxQuantity": 5,
        "terms": ["P1M"], "billingCycles": ["MONTHLY"] });
    world.done(&world.operator(), "upsertOffer", offer).await;
    let name = "Subscription.events";
    writeln!(table, "{name}").unwrap();
    let mut marks = Vec::new();
    for (Viewer { name, person, .. }, (mut stream, former)) in viewers.iter().zip(streams) {
        // As many as the feed has, and none besides.
        let count = feed(world, person).await.len() - former;
        let mut kinds = Vec::new();
        for _ in 0..count {
            kinds.push(stream.event("1").await["kind"].as_str().unwrap().to_owned());
        }
        stream.opened().await;
        let told = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" ") };
        writeln!(table, "    {name:<46} {told}").unwrap();
        marks.push(count.to_string());
    }
    writeln!(table).unwrap();
    let (noun, words) = described(name);
    Row { noun, words, name: name.to_owned(), marks, empty: BTreeSet::new() }
}

async fn ask(world: &World, person: &Person, query: &str, about: &Subjects) -> Answer {
    let Subjects { subscription, grant, request, webhook, .. } = about;
    let variables =
        json!({ "subscription": subscription, "grant": grant, "request": request, "webhook": webhook });
    let used = ["subscription", "grant", "request", "webhook"]
        .into_iter()
        .filter(|variable| query.contains(&format!("${variable}")))
        .map(|variable| format!("${variable}: ID!"))
        .collect::<Vec<_>>();
    let parameters = if used.is_empty() { String::new() } else { format!("({})", used.join(", ")) };
    world.query(person, &format!("query{parameters} {{ it: {query} }}"), variables).await
}

/// What an answer says, with words for the ids in it.
fn cell_of(answer: &Answer, about: &Subjects) -> String {
    let Subjects { subscription, grant, request, .. } = about;
    let mut cell = answer.json()["data"]["it"].to_string();
    for (id, variable) in [(subscription, "$subscription"), (grant, "$grant"), (request, "$request")] {
        cell = cell.replace(id.as_str().unwrap(), variable);
    }
    let code = answer.code();
    cell + if code.is_empty() { "" } else { " " } + &code
}

/// Compares with the files of the repository, and leaves what is different where it can be read.
fn are_in_the_repository(files: &[(&str, &String)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut changed = String::new();
    for (name, text) in files {
        let file = root.join(name);
        if std::fs::read_to_string(&file).unwrap_or_default() != **text {
            let path = std::env::temp_dir().join(file.file_name().unwrap());
            std::fs::write(&path, text).unwrap();
            writeln!(changed, "{} is another than {name}.", path.display()).unwrap();
        }
    }
    assert!(
        changed.is_empty(),
        "The access matrix has changed. Read each difference, and copy the file if it is right.\n{changed}"
    );
}

#[test]
fn every_root_field_has_its_rows() {
    let mutations = Subjects::default().mutations();
    assert!(crate::published::field_names("Subscription").eq(["events"]), "each live field has its row");
    for root in ["Query", "Mutation"] {
        for field in crate::published::field_names(root) {
            let has_rows = READS.iter().any(|read| read.name == field)
                || mutations.iter().any(|(name, _)| *name == field)
                || PUBLIC.contains(&field);
            assert!(has_rows, "{field} has no row in the access matrix");
        }
    }
}
