//! What operators and their tools watch: no token, no secret, no row.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::server::Service;
use crate::Error;
use crate::access::Schema;
use crate::error::Outage;
use crate::graphql;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "ok" }))
}

/// The process can answer requests: its database is there, with the tables that it expects, and can be written to.
pub async fn ready(service: web::ThinData<Service>) -> HttpResponse {
    let look = async {
        let schema = service.store.schema().await?;
        service.store.check_writing().await.map(|()| schema)
    };
    let problem = match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(Schema::Current)) => None,
        Ok(Err(Error::Unavailable(Outage::ReadOnly | Outage::Undecided, _))) => {
            Some("the database cannot be written to")
        }
        Ok(Ok(Schema::Outdated(_))) => Some("the database's schema is outdated; run `copartner migrate up`"),
        Ok(Ok(Schema::Newer(_))) => Some("the database's schema is newer than this program"),
        Ok(Err(_)) | Err(_) => Some("the database cannot be reached"),
    };
    match problem {
        None => {
            HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "ready" }))
        }
        Some(problem) => HttpResponse::ServiceUnavailable()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(json!({ "status": "unavailable", "reason": problem })),
    }
}

/// The schema in GraphQL's own language, for tools that generate code.
pub async fn schema() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::plaintext()).body(graphql::sdl())
}

/// The public key of the development issuer, where it is accepted.
pub async fn development_keys(service: web::ThinData<Service>) -> HttpResponse {
    match &service.development_keys {
        Some(keys) => HttpResponse::Ok().content_type(ContentType::json()).body(keys.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}
