//! A world that is served: a database of its own, a server over it, a clock that the test sets, and people who ask.

mod answer;
mod database;
mod id;
mod mutation;
mod person;

pub use self::answer::Answer;
pub use self::database::{database, options, postgres_url};
pub use self::id::{CUSTOMER, EVENT, GRANT, OFFER, REQUEST, SUBSCRIPTION, WEBHOOK, api_id, row};
pub use self::mutation::{refusal_of, text_of};
pub use self::person::Person;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::{Claim, Database, LogKey, Store, StoreOptions};
use copartner::clock::Clock;
use copartner::graphql::{Api, ApiData, CursorKey, InvitationUrl};
use copartner::http::{
    Bulkhead, Counts, DocumentSettings, Draining, GraphiqlPage, HttpSettings, LiveSettings, RateSettings,
    Rates, Running, Service, TrustedDocuments, bind, serve, serve_metrics,
};
use copartner::import::{Options, import};
use copartner::key_file;
use copartner::live::Live;
use copartner::trust::Trust;
use copartner::webhook::WebhookSettings;
use entity::{TenantId, TenantRole};
use serde_json::{Value, json};
use tempfile::TempDir;
use token::{DevelopmentIssuer, Issuers, MintRequest, Verifier};

use crate::facts::{FABRIKAM, Facts, NORTHWIND, OPERATOR, TAILSPIN, noon};
use crate::log;
use crate::outside::Outside;

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
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        if backend == Backend::Postgres {
            // As autovacuum does in time: without it the planner knows nothing of tables that were filled at once.
            Outside::of(&database).await.run("ANALYZE").await;
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
        assert_eq!(self.store.verify_log(Some(&key), Vec::new()).await.unwrap().errors, []);
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

    /// Another server over the same database, with other bounds for sockets and streams.
    pub async fn server_with_live(&self, live: LiveSettings) -> Running {
        let issuers = Issuers::new(Vec::new(), Some(&self.issuer)).unwrap();
        let service = service(&self.another_store().await, issuers, &self.clock).await;
        serve(Service { live_settings: Arc::new(live), ..service }, bind("127.0.0.1:0").unwrap()).unwrap()
    }

    /// One that answers 503 when it has not looked for a second at what was revoked.
    pub async fn server_that_looks_every_second(&self) -> Running {
        let issuers = Issuers::new(Vec::new(), Some(&self.issuer)).unwrap();
        let service = service(&self.another_store().await, issuers, &self.clock).await;
        let verifier = Arc::clone(&service.verifier);
        let trust = Trust::load(service.store.clone(), verifier, Duration::from_secs(1)).await.unwrap();
        serve(Service { trust, ..service }, bind("127.0.0.1:0").unwrap()).unwrap()
    }

    /// Another server over the same database, which does this about documents that are not trusted.
    pub async fn server_with_documents(&self, settings: &DocumentSettings) -> Running {
        let issuers = Issuers::new(Vec::new(), Some(&self.issuer)).unwrap();
        let service = service(&self.another_store().await, issuers, &self.clock).await;
        let documents = TrustedDocuments::read(settings).unwrap();
        serve(Service { documents, ..service }, bind("127.0.0.1:0").unwrap()).unwrap()
    }

    /// Another server over the same database, where a tenant has another share.
    pub async fn server_with_rate(&self, rate: RateSettings) -> Running {
        let issuers = Issuers::new(Vec::new(), Some(&self.issuer)).unwrap();
        let service = service(&self.another_store().await, issuers, &self.clock).await;
        let bulkhead = Bulkhead::new(service.store.clone(), rate.bulkhead_points, service.settings.workers);
        let service = Service { rates: Rates::new(&rate), bulkhead, ..service };
        serve(service, bind("127.0.0.1:0").unwrap()).unwrap()
    }

    /// Another server over the same database, whose answers may take so long.
    pub async fn server_with_patience(&self, request_seconds: u64) -> Running {
        let issuers = Issuers::new(Vec::new(), Some(&self.issuer)).unwrap();
        let service = service(&self.another_store().await, issuers, &self.clock).await;
        let settings = Arc::new(HttpSettings { request_seconds, ..(*service.settings).clone() });
        serve(Service { settings, ..service }, bind("127.0.0.1:0").unwrap()).unwrap()
    }

    /// Another server over the same database, with other bounds for webhooks.
    pub async fn server_with_webhooks(&self, webhooks: &WebhookSettings) -> Running {
        let issuers = Issuers::new(Vec::new(), Some(&self.issuer)).unwrap();
        let service = service(&self.another_store().await, issuers, &self.clock).await;
        let api = Arc::new(api(&service.store, Arc::clone(&service.verifier), webhooks).await);
        serve(Service { api, ..service }, bind("127.0.0.1:0").unwrap()).unwrap()
    }

    pub fn token(&self, person: &Person) -> String {
        self.token_for(person, Duration::from_hours(24))
    }

    /// A token that is good for so long.
    pub fn token_for(&self, person: &Person, valid_for: Duration) -> String {
        let request = MintRequest {
            tenant: TenantId(person.tenant),
            subject: person.subject.to_owned(),
            roles: person.roles.clone(),
            groups: person.groups.clone(),
            mfa: person.mfa,
            application: person.is_application,
            valid_for,
        };
        self.issuer.mint(&request, self.clock.now()).unwrap()
    }

    /// Asks as `person`.
    pub async fn query(&self, person: &Person, query: &str, variables: Value) -> Answer {
        self.query_at(&self.url, person, json!({ "query": query, "variables": variables })).await
    }

    /// [`query`](Self::query), at another server.
    pub async fn query_at(&self, url: &str, person: &Person, body: Value) -> Answer {
        let request = self.client.post(format!("{url}/graphql")).bearer_auth(self.token(person));
        self.send(
            request
                .header("content-type", "application/json")
                .header("accept", "application/graphql-response+json")
                .body(body.to_string()),
        )
        .await
    }

    /// Does something as `person`: the payload.
    pub async fn mutate(&self, person: &Person, mutation: &str, input: Value) -> Value {
        self.mutate_at(&self.url, person, mutation, input).await
    }

    /// [`mutate`](Self::mutate), at another server.
    pub async fn mutate_at(&self, url: &str, person: &Person, mutation: &str, input: Value) -> Value {
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
        let payload = self.mutate(person, mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload
    }

    /// The code with which something is refused; its message must say something.
    pub async fn refusal(&self, person: &Person, mutation: &str, input: Value) -> String {
        let payload = self.mutate(person, mutation, input).await;
        refusal_of(&payload)
    }

    /// Asks as `person` for data, of which there must be no error.
    pub async fn read(&self, person: &Person, query: &str) -> Value {
        self.query(person, query, json!({})).await.data()
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

async fn start(store: &Store, issuer: &DevelopmentIssuer, clock: &Clock) -> Running {
    let issuers = Issuers::new(Vec::new(), Some(issuer)).unwrap();
    let service = Service { development_keys: Some(issuer.jwks()), ..service(store, issuers, clock).await };
    serve(service, bind("127.0.0.1:0").unwrap()).unwrap()
}

async fn api(store: &Store, verifier: Arc<Verifier>, webhooks: &WebhookSettings) -> Api {
    let cursors = CursorKey::new(&store.doorkeeper().cursor_key().await.unwrap()).unwrap();
    let invitations = InvitationUrl(Some("https://portal.example/take-up#{invitation}".to_owned()));
    let data = ApiData { cursors, invitations, webhooks: webhooks.rules(), verifier };
    Api::new(gate::Limits::default(), data).unwrap()
}

async fn service(store: &Store, issuers: Issuers, clock: &Clock) -> Service {
    let verifier = Arc::new(Verifier::new(issuers));
    // Machines that run tests are slow at times.
    let trust = Trust::load(store.clone(), Arc::clone(&verifier), Duration::from_secs(20)).await.unwrap();
    Service {
        api: Arc::new(api(store, Arc::clone(&verifier), &webhooks()).await),
        verifier,
        trust,
        store: store.clone(),
        clock: clock.clone(),
        live: Live::at_the_end(store.clone(), clock.clone()).await.unwrap(),
        live_settings: Arc::default(),
        counts: Counts::default(),
        rates: Rates::new(&RateSettings::default()),
        bulkhead: Bulkhead::new(store.clone(), RateSettings::default().bulkhead_points, 1),
        documents: TrustedDocuments::default(),
        settings: Arc::new(HttpSettings { workers: 1, body_seconds: 1, ..HttpSettings::default() }),
        page: Arc::new(GraphiqlPage::default()),
        development_keys: None,
        draining: Draining::default(),
    }
}

/// How webhooks are served in worlds: their receivers are on this machine.
pub fn webhooks() -> WebhookSettings {
    WebhookSettings {
        timeout_seconds: 1,
        allowed_networks: vec!["127.0.0.0/8".to_owned().try_into().unwrap()],
        allow_http: true,
        ..WebhookSettings::default()
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
