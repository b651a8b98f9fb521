//! A world that is served: a database of its own, a server over it, a clock that the test sets, and people who ask.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::{Claim, Database, LogKey, Pooling, Store, StoreOptions};
use copartner::clock::Clock;
use copartner::graphql::{Api, CursorKey, InvitationUrl};
use copartner::http::{Draining, HttpSettings, Page, Running, Service, bind, serve, serve_metrics};
use copartner::import::{Options, import};
use copartner::key_file;
use entity::{TenantId, TenantRole};
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use serde_json::{Value, json};
use tempfile::TempDir;
use token::{DevelopmentIssuer, Issuers, MintRequest, Verifier};
use uuid::Uuid;

use crate::facts::{FABRIKAM, Facts, NORTHWIND, OPERATOR, TAILSPIN, noon};
use crate::log;

/// Which database a test runs on. Every test of behaviour runs on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

pub struct World {
    pub facts: Facts,
    pub clock: Clock,
    pub url: String,
    pub database: Database,
    pub store: Store,
    issuer: DevelopmentIssuer,
    client: reqwest::Client,
    server: Option<Running>,
    pub directory: TempDir,
}

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

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The data of an answer without errors.
    pub fn data(&self) -> Value {
        let mut json = self.json();
        assert!(json.get("errors").is_none(), "{json:#}");
        json["data"].take()
    }

    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn id(&self) -> &str {
        self.headers["x-request-id"].to_str().unwrap()
    }

    /// What the log says of this request.
    pub fn line(&self) -> log::Line {
        log::of_request(self.id())
    }

    pub fn statements(&self) -> u32 {
        self.line()["statements"].parse().unwrap()
    }
}

impl World {
    pub async fn cast(backend: Backend) -> Self {
        Self::of(backend, Facts::cast()).await
    }

    pub async fn of(backend: Backend, facts: Facts) -> Self {
        log::keep();
        let directory = TempDir::new().unwrap();
        let database = database(backend, directory.path()).await;
        let store = Store::open(options(&database)).await.unwrap();
        store.migrate_up().await.unwrap();
        let lines = facts.lines();
        let report = import(&store, lines.as_bytes(), Options { keep_good: false, at: noon() }, |_| ()).await;
        let report = report.unwrap();
        assert!(report.bad.is_empty(), "{:?}", report.bad);
        if backend == Backend::Postgres {
            // As autovacuum does in time: without it the planner knows nothing of tables that were filled at once.
            let mut connection = PgConnection::connect(&postgres_url(&database)).await.unwrap();
            connection.execute("ANALYZE").await.unwrap();
        }
        let issuer = development_issuer(directory.path());
        claim(&store, directory.path()).await;
        let clock = Clock::set_to(noon());
        let server = start(&store, &issuer, &clock).await;
        let url = format!("http://{}", server.address);
        // The server closes connections that are idle for five seconds: one that it is about to close is not used again.
        let client = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(2)).build().unwrap();
        Self { facts, clock, url, database, store, issuer, client, server: Some(server), directory }
    }

    /// The same database, opened once more, with the same key to sign the log.
    pub async fn another_store(&self) -> Store {
        self.store_with(options(&self.database)).await
    }

    async fn store_with(&self, options: StoreOptions) -> Store {
        let store = Store::open(options).await.unwrap();
        claim(&store, self.directory.path()).await;
        store
    }

    /// The log has no break: every head is signed.
    pub async fn verify_log(&self) {
        let key = self.log_key().public();
        assert_eq!(self.store.verify_log(Some(&key), Vec::new()).await.unwrap().breaks, []);
    }

    /// The key that the world's log is signed with.
    pub fn log_key(&self) -> LogKey {
        key_file::open(&self.directory.path().join(LOG_KEY)).unwrap().unwrap().into()
    }

    /// Another server over the same database.
    pub async fn another_server(&self) -> Running {
        self.server_with(options(&self.database)).await
    }

    /// Another server, which talks to its database in a way of its own.
    pub async fn server_with(&self, options: StoreOptions) -> Running {
        let store = self.store_with(options).await;
        start(&store, &self.issuer, &self.clock).await
    }

    /// Another server over the same database, which has the world's issuer in its configuration and asks the second
    /// factor of applications, too.
    pub async fn server_that_asks_applications(&self) -> Running {
        let keys = self.directory.path().join("jwks.json");
        std::fs::write(&keys, self.issuer.jwks()).unwrap();
        let config = json!({ "issuer": DevelopmentIssuer::issuer(), "audience": ["urn:copartner:development"],
            "algorithms": ["EdDSA"], "jwks_file": keys, "applications_need_mfa": true });
        let issuers = Issuers::new(vec![serde_json::from_value(config).unwrap()], None).unwrap();
        let store = self.another_store().await;
        serve(service(&store, issuers, &self.clock).await, bind("127.0.0.1:0").unwrap()).unwrap()
    }

    pub fn token(&self, person: &Person) -> String {
        let request = MintRequest {
            tenant: TenantId(person.tenant),
            subject: person.subject.to_owned(),
            roles: person.roles.clone(),
            groups: person.groups.clone(),
            mfa: person.mfa,
            application: person.is_application,
            valid_for: Duration::from_hours(24),
        };
        self.issuer.mint(&request, self.clock.now()).unwrap()
    }

    /// Asks as `person`.
    pub async fn ask(&self, person: &Person, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        let request = self.client.post(format!("{}/graphql", self.url)).bearer_auth(self.token(person));
        self.send(
            request
                .header("content-type", "application/json")
                .header("accept", "application/graphql-response+json")
                .body(body.to_string()),
        )
        .await
    }

    /// Does something as `person`: the payload.
    pub async fn act(&self, person: &Person, mutation: &str, input: Value) -> Value {
        self.act_at(&self.url, person, mutation, input).await
    }

    /// [`act`](Self::act), at another server.
    pub async fn act_at(&self, url: &str, person: &Person, mutation: &str, input: Value) -> Value {
        let payload = self.attempt_at(url, person, mutation, input).await.data()["it"].take();
        crate::codes::are_said(mutation, &payload);
        payload
    }

    /// Tries to do something, at a server that may be unable to.
    pub async fn attempt_at(&self, url: &str, person: &Person, mutation: &str, input: Value) -> Answer {
        let body = json!({ "query": text_of(mutation), "variables": { "input": input } });
        let request = self.client.post(format!("{url}/graphql")).bearer_auth(self.token(person));
        let request = request
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(body.to_string());
        self.send(request).await
    }

    /// Does something that must not be refused.
    pub async fn done(&self, person: &Person, mutation: &str, input: Value) -> Value {
        let payload = self.act(person, mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload
    }

    /// The code with which something is refused; its message must say something.
    pub async fn refusal(&self, person: &Person, mutation: &str, input: Value) -> String {
        let payload = self.act(person, mutation, input).await;
        refusal_of(&payload)
    }

    /// Asks as `person` for data, of which there must be no error.
    pub async fn read(&self, person: &Person, query: &str) -> Value {
        self.ask(person, query, json!({})).await.data()
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// What is counted, of all worlds in this process.
    pub async fn metrics(&self) -> Answer {
        let listener = serve_metrics("127.0.0.1:0").unwrap();
        let answer = self.send(self.client.get(format!("http://{}/metrics", listener.address))).await;
        listener.stop().await;
        answer
    }

    /// An administrator of a partner's tenant.
    pub fn partner(&self, index: usize) -> Person {
        Person::of(self.facts.partners[index].tenant, TenantRole::AdminAgent)
    }

    /// An administrator of a customer's tenant.
    pub fn customer(&self, index: usize) -> Person {
        Person::of(self.facts.customers[index].tenant, TenantRole::CustomerAdministrator)
    }

    pub fn fabrikam(&self) -> Person {
        self.partner(FABRIKAM)
    }

    pub fn northwind(&self) -> Person {
        self.partner(NORTHWIND)
    }

    pub fn tailspin(&self) -> Person {
        self.partner(TAILSPIN)
    }

    pub fn contoso(&self) -> Person {
        self.customer(crate::facts::CONTOSO)
    }

    #[expect(clippy::unused_self, reason = "asked like everyone else in the world")]
    pub fn operator(&self) -> Person {
        Person::of(OPERATOR, TenantRole::Operator)
    }

    /// Ends the server.
    pub async fn end(mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }
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

async fn start(store: &Store, issuer: &DevelopmentIssuer, clock: &Clock) -> Running {
    let issuers = Issuers::new(Vec::new(), Some(issuer)).unwrap();
    let service = Service { development_keys: Some(issuer.jwks()), ..service(store, issuers, clock).await };
    serve(service, bind("127.0.0.1:0").unwrap()).unwrap()
}

async fn service(store: &Store, issuers: Issuers, clock: &Clock) -> Service {
    let cursors = CursorKey::new(&store.doorkeeper().cursor_key().await.unwrap()).unwrap();
    let invitations = InvitationUrl(Some("https://portal.example/take-up#{invitation}".to_owned()));
    Service {
        api: Arc::new(Api::new(copartner::graphql::door::Limits::default(), cursors, invitations).unwrap()),
        verifier: Arc::new(Verifier::new(issuers)),
        store: store.clone(),
        clock: clock.clone(),
        settings: Arc::new(HttpSettings { workers: 1, body_seconds: 1, ..HttpSettings::default() }),
        page: Arc::new(Page::default()),
        development_keys: None,
        draining: Draining::default(),
    }
}

/// Where the program keeps the key of the log, in its data directory.
const LOG_KEY: &str = "log-key.pem";

/// The development issuer of a data directory, whose key is made as a server makes it.
pub fn development_issuer(directory: &Path) -> DevelopmentIssuer {
    DevelopmentIssuer::new(&key_file::open_or_make(&directory.join("development-key.pem")).unwrap())
}

/// Takes the directory's key to sign the log with.
pub async fn claim(store: &Store, directory: &Path) {
    let key = LogKey::from(key_file::open_or_make(&directory.join(LOG_KEY)).unwrap());
    assert_eq!(store.claim_log(key).await.unwrap(), Claim::Ours);
}

/// The text of a mutation with one variable, its input.
pub fn text_of(mutation: &str) -> String {
    let type_name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    format!(
        "mutation($input: {type_name}!) {{ it: {mutation}(input: $input) {{ {} userErrors {{ code message path \
         currentVersion reasons {{ code message remedy }} }} }} }}",
        payload_of(mutation)
    )
}

/// What is asked of each mutation's payload.
fn payload_of(mutation: &str) -> &'static str {
    const GRANT: &str =
        "grant { id status version roles startsAt endsAt autoExtend assignments { assignee roles } }";
    match mutation {
        "requestRelationship" | "renewGrant" => {
            "request { id status version roles duration assignments { assignee roles } } invitation invitationUrl"
        }
        "requestRelationships" => {
            "results { request { id status } invitation userErrors { code message path } }"
        }
        "withdrawRelationshipRequest" | "declineRelationshipRequest" => {
            "request { id status version declineReason }"
        }
        "acceptRelationshipRequest" => {
            "grant { id status version roles startsAt endsAt autoExtend assignments { assignee roles } } \
             request { id status version }"
        }
        "narrowGrant" | "terminateGrant" | "unassignAccess" => {
            "grant { id status version roles startsAt endsAt autoExtend assignments { assignee roles } } \
             impact { assignmentsEnded { assignee roles } permissionsLost subscriptionsHidden subscriptionsChanged }"
        }
        "assignAccess" | "setGrantAutoExtend" => GRANT,
        "purchaseSubscription"
        | "renameSubscription"
        | "resizeSubscription"
        | "suspendSubscription"
        | "reactivateSubscription"
        | "cancelSubscription"
        | "setSubscriptionAutoRenew"
        | "scheduleSubscriptionNextTerm" => {
            "subscription { id status friendlyName quantity term billingCycle autoRenew suspensionReasons startsAt \
             termEndsAt cancellableUntil nextTerm { quantity term billingCycle } version }"
        }
        "registerPartner" => "partner { id name }",
        "registerCustomer" => "customer { id name }",
        "upsertOffer" => "offer { id name maxQuantity }",
        _ => panic!("{mutation} is not a mutation"),
    }
}

/// The code of a payload that was refused once, with words that say what to do.
pub fn refusal_of(payload: &Value) -> String {
    let errors = payload["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{payload:#}");
    assert!(errors[0]["message"].as_str().unwrap().ends_with('.'), "{payload:#}");
    let objects = payload.as_object().unwrap().iter().filter(|(name, _)| *name != "userErrors");
    assert!(objects.clone().all(|(_, value)| value.is_null() || *value == json!([])), "{payload:#}");
    errors[0]["code"].as_str().unwrap().to_owned()
}

/// The API's id of a row, as the server makes it.
pub fn api_id(kind: u8, row: Uuid) -> String {
    use base64::Engine;
    let mut bytes = vec![kind];
    bytes.extend_from_slice(row.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The row of an API's id.
pub fn row(api_id: &str) -> Uuid {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(api_id).unwrap();
    Uuid::from_slice(&bytes[1..]).unwrap()
}

pub const CUSTOMER: u8 = 2;
pub const OFFER: u8 = 3;
pub const SUBSCRIPTION: u8 = 4;
pub const REQUEST: u8 = 5;
pub const GRANT: u8 = 6;

/// How a test opens a database: if the tests run through a pooler, through it.
pub fn options(database: &Database) -> StoreOptions {
    let (database, pooling) = match (database, pooler()) {
        (Database::Postgres(url), Some((mut through, pooling))) => {
            through.set_path(url::Url::parse(url).unwrap().path());
            (Database::Postgres(through.into()), pooling)
        }
        (direct, _) => (direct.clone(), Pooling::Session),
    };
    StoreOptions {
        database,
        pooling,
        operator: Some(TenantId(OPERATOR)),
        connections: 4,
        acquire_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(20),
    }
}

/// The pooler that the tests run through, if they do, and what it does.
fn pooler() -> Option<(url::Url, Pooling)> {
    let url = std::env::var("COPARTNER_TEST_POOLER").ok()?;
    let pooling =
        std::env::var("COPARTNER_TEST_POOLING").expect("COPARTNER_TEST_POOLING says what the pooler does");
    let pooling = match pooling.as_str() {
        "session" => Pooling::Session,
        "transaction" => Pooling::Transaction,
        other => panic!("COPARTNER_TEST_POOLING is {other}"),
    };
    Some((url::Url::parse(&url).unwrap(), pooling))
}

/// Past any pooler.
pub fn postgres_url(database: &Database) -> String {
    match database {
        Database::Postgres(url) => url.clone(),
        Database::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

/// A database of the test's own.
pub async fn database(backend: Backend, directory: &Path) -> Database {
    match backend {
        Backend::Sqlite => Database::Sqlite(directory.join("world.sqlite")),
        Backend::Postgres => {
            let server = std::env::var("COPARTNER_TEST_POSTGRES").expect(
                "COPARTNER_TEST_POSTGRES names the PostgreSQL server of the tests; run them with scripts/test",
            );
            let name = format!("world_{}", Uuid::now_v7().simple());
            let mut connection = PgConnection::connect(&server).await.unwrap();
            connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
            let mut url = url::Url::parse(&server).unwrap();
            url.set_path(&name);
            Database::Postgres(url.into())
        }
    }
}
