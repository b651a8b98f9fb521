//! How long the target of a request may be: the path, and a query with it.
//!
//! Beyond 64 KiB the transport itself refuses it, with 400 or 431, and closes the connection.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

/// In bytes: more than what browsers and proxies let through, which is 8 KiB at least (RFC 9110, section 4.1).
const LONGEST_TARGET: usize = 32 * 1024;

/// Refuses a request whose target is too long (RFC 9110, section 15.5.15).
pub async fn check_target(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let length = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if length > LONGEST_TARGET {
        let sentence = format!(
            "The address is longer than {LONGEST_TARGET} bytes. Send the query by POST, in a body.\n"
        );
        let refusal = HttpResponse::UriTooLong().content_type("text/plain; charset=utf-8").body(sentence);
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}
