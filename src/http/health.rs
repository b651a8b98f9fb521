//! What operators and their tools watch: no token, no secret, no row.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::server::Service;
use crate::Error;
use crate::graphql;
use access::Outage;
use access::Schema;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "ok" }))
}

/// The process can answer requests: it is not about to stop, its database is there, with the tables that it expects, and
/// can be written to, and there is a key to verify tokens with.
pub async fn ready(service: web::ThinData<Service>) -> HttpResponse {
    if service.draining.has_begun() {
        return unavailable("the server is about to stop");
    }
    let issuers = service.verifier.known_keys(service.clock.now());
    let without = issuers.iter().filter(|issuer| issuer.usable == 0).count();
    if without > 0 && without == issuers.len() {
        return unavailable("no issuer has a usable key, so that no token can be verified; the log says why");
    }
    if let Some(problem) = problem_of_database(&service).await {
        return unavailable(problem);
    }
    let mut answer = json!({ "status": "ready" });
    if without > 0 {
        // Not which: whoever asks may be anyone, and an issuer tells whose tokens are accepted.
        let all = issuers.len();
        answer["warning"] = format!(
            "{without} of {all} issuers have no usable key, so that their tokens cannot be verified; the log says which and why"
        )
        .into();
    }
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer)
}

fn unavailable(reason: &str) -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "status": "unavailable", "reason": reason }))
}

async fn problem_of_database(service: &Service) -> Option<&'static str> {
    let look = async {
        let schema = service.store.schema().await?;
        service.store.check_writing().await.map(|()| schema)
    };
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(Schema::Current)) => None,
        Ok(Err(Error::Unavailable(Outage::ReadOnly | Outage::Undecided, _))) => {
            Some("the database cannot be written to")
        }
        Ok(Ok(Schema::Outdated(_))) => Some("the database's schema is outdated; run `copartner migrate up`"),
        Ok(Ok(Schema::Newer(_))) => Some("the database's schema is newer than this program"),
        Ok(Err(_)) | Err(_) => Some("the database cannot be reached"),
    }
}

/// The schema in GraphQL's own language, for tools that generate code.
pub async fn schema(service: web::ThinData<Service>) -> HttpResponse {
    if !service.documents.is_schema_public() {
        return HttpResponse::NotFound().finish();
    }
    match graphql::sdl() {
        Ok(sdl) => HttpResponse::Ok().content_type(ContentType::plaintext()).body(sdl),
        Err(error) => {
            tracing::error!(%error, "the schema cannot be told");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// The public key of the development issuer, where it is accepted.
pub async fn development_keys(service: web::ThinData<Service>) -> HttpResponse {
    match &service.development_keys {
        Some(keys) => HttpResponse::Ok().content_type(ContentType::json()).body(keys.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}
