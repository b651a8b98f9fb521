//! GraphiQL, from this server alone: the page, its parts, and the policy that keeps it from any other host.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ContentType};
use actix_web::{HttpResponse, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::server::Service;

/// The built page: `index.html`, and its parts compressed.
#[derive(RustEmbed)]
#[folder = "graphiql/dist"]
struct Built;

/// What the page may load. `graphiql/csp.txt` stands beside the page that needs it.
const POLICY: &str = include_str!("../../graphiql/csp.txt");

/// Someone to be, with one click, in the demo.
#[derive(Clone, Debug, Serialize)]
pub struct DemoIdentity {
    pub key: String,
    pub name: String,
    pub kind: String,
    pub description: String,
    pub token: String,
}

/// Makes the identities of the demo, with tokens that are good from now on.
pub type Identities = Arc<dyn Fn() -> Vec<DemoIdentity> + Send + Sync>;

/// What stands behind the page.
#[derive(Clone, Default)]
pub struct GraphiqlPage {
    /// In the demo, where the tenants are invented and everyone may be any of them.
    pub identities: Option<Identities>,
}

impl std::fmt::Debug for GraphiqlPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphiqlPage").field("is_demo", &self.identities.is_some()).finish()
    }
}

/// What the page is told by the server.
#[derive(Serialize)]
struct PageConfig {
    endpoint: &'static str,
    version: &'static str,
    demo: bool,
    identities: Vec<DemoIdentity>,
}

/// The page, with a nonce of its own.
pub fn page(service: &Service) -> HttpResponse {
    let Some(template) = Built::get("index.html").filter(|_| service.settings.graphiql) else {
        return HttpResponse::NotFound().finish();
    };
    let nonce = STANDARD.encode(rand::random::<[u8; 16]>());
    let identities = service.page.identities.as_ref();
    let config = PageConfig {
        endpoint: "/graphql",
        version: env!("CARGO_PKG_VERSION"),
        demo: identities.is_some(),
        identities: identities.map(|identities| identities()).unwrap_or_default(),
    };
    // Inside a script element `</script` would end it early, and `<!--` would change how it is read.
    let config = serde_json::to_string(&config).unwrap_or_default().replace('<', "\\u003c");
    let html =
        String::from_utf8_lossy(&template.data).replace("__NONCE__", &nonce).replace("__CONFIG__", &config);
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, POLICY.trim().replace("__NONCE__", &nonce)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(html)
}

/// The sign of the page, for browsers that ask for it at its customary place: whatever they show, and Safari always.
pub async fn icon() -> HttpResponse {
    match Built::get("favicon.ico") {
        Some(icon) => HttpResponse::Ok()
            .content_type("image/x-icon")
            .insert_header((CACHE_CONTROL, "public, max-age=86400"))
            .body(icon.data.into_owned()),
        None => HttpResponse::NotFound().finish(),
    }
}

/// A part of the page, or the licences of what it is made of.
pub async fn part(path: web::Path<String>) -> HttpResponse {
    let name = path.into_inner();
    let Some(part) = Built::get(&format!("assets/{name}.gz")) else {
        return HttpResponse::NotFound().finish();
    };
    let media = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    // The names of the parts hold their hashes, so that they never change; those of the texts do not.
    let keep =
        if media.starts_with("text/plain") { "no-cache" } else { "public, max-age=31536000, immutable" };
    HttpResponse::Ok()
        .content_type(media)
        .insert_header((CONTENT_ENCODING, "gzip"))
        .insert_header((CACHE_CONTROL, keep))
        .body(part.data.into_owned())
}
