//! The metrics, on a listener of their own.
//!
//! They count what all tenants do together, so that whoever reads them often enough learns what others do. Hence they are
//! not where the tenants are: by default only this machine is let near. Deliberately absent: a token. Who may reach the
//! address is the operator's to decide.

use std::net::TcpListener;

use actix_web::http::header;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};

use super::metrics;
use super::server::{Running, ServeError};
use super::stop::Draining;

/// Starts to serve `/metrics`. Port 0 takes any that is free.
///
/// # Errors
///
/// When the address cannot be had.
pub fn serve_metrics(address: &str) -> Result<Running, ServeError> {
    metrics::recorder()?;
    let refused = |cause| ServeError::Metrics { address: address.to_owned(), cause };
    let listener = TcpListener::bind(address).map_err(refused)?;
    let address = listener.local_addr()?;
    let server = HttpServer::new(|| {
        App::new()
            .wrap(DefaultHeaders::new().add((header::X_CONTENT_TYPE_OPTIONS, "nosniff")))
            .route("/metrics", web::get().to(prometheus))
    })
    .workers(1)
    // They can be read until the last request is answered: the program's end is theirs.
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(Running::new(address, server, Draining::default(), None))
}

/// In Prometheus' text format.
async fn prometheus() -> HttpResponse {
    match metrics::recorder() {
        Ok(recorder) => HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(recorder.render()),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
