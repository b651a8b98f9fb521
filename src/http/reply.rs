//! An answer as HTTP carries it: its status, its media type and what belongs to both.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap, HeaderValue, RETRY_AFTER, VARY};

use rand::random_range;

use super::error::HttpError;
use super::media::Media;
use super::record::{HttpRequestId, RequestRecord};
use crate::graphql::{Answer, Code, Stage};

/// Puts an answer into a response. One without data because the database is unavailable is a 503, whatever the media
/// type: what stands in front of the server tries again.
pub fn reply(answer: Answer, media: Media, id: &HttpRequestId, mut record: RequestRecord) -> HttpResponse {
    record.code = answer.code();
    let mut response = HttpResponse::build(status(answer.stage(), media));
    if answer.is_nothing_for_now() {
        response.status(StatusCode::SERVICE_UNAVAILABLE).insert_header((RETRY_AFTER, "1"));
    }
    finish(response, answer, media, id, record)
}

/// Puts a refusal of the transport into a response.
pub fn refuse(
    error: &HttpError,
    media: Media,
    id: &HttpRequestId,
    mut record: RequestRecord,
) -> HttpResponse {
    record.code = Some(error.code.name().to_owned());
    let mut response = HttpResponse::build(error.status);
    if let Some(taken) = &error.taken {
        response.insert_header(taken.clone());
    }
    match error.status {
        StatusCode::SERVICE_UNAVAILABLE => {
            response.insert_header((RETRY_AFTER, "1"));
        }
        // Not all at the same time.
        StatusCode::TOO_MANY_REQUESTS => {
            let seconds = error.retry_after.unwrap_or_else(|| random_range(1..=5));
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        _ => {}
    }
    finish(response, error.answer(), media, id, record)
}

/// The challenge of a 401 (RFC 6750, section 3), which names the error if the request had a token.
pub fn challenge(request: &HeaderMap) -> HeaderValue {
    let has_token = request.contains_key(AUTHORIZATION);
    HeaderValue::from_static(if has_token { "Bearer error=\"invalid_token\"" } else { "Bearer" })
}

fn finish(
    mut response: actix_web::HttpResponseBuilder,
    answer: Answer,
    media: Media,
    id: &HttpRequestId,
    record: RequestRecord,
) -> HttpResponse {
    let response = response
        .content_type(media.content_type())
        // RFC 9111 forbids shared caches to keep it, but for those that were told otherwise.
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((VARY, "Authorization, Accept"))
        .body(answer.to_json(&id.0));
    kept(response, record)
}

/// The response with what is known of its request.
pub fn kept(mut response: HttpResponse, record: RequestRecord) -> HttpResponse {
    for (name, value) in record.rate.iter().flatten() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response.extensions_mut().insert(record);
    response
}

/// GraphQL over HTTP, section 6.4: with `application/json` a well-formed request is 200 whatever came of it.
fn status(stage: Stage, media: Media) -> StatusCode {
    match (stage, media) {
        (Stage::Refused(Code::Internal), _) => StatusCode::INTERNAL_SERVER_ERROR,
        (Stage::Refused(Code::Forbidden), _) => StatusCode::FORBIDDEN,
        (Stage::Executed, _) | (Stage::Refused(_), Media::Json) => StatusCode::OK,
        (Stage::Refused(Code::ValidationFailed), Media::GraphqlResponse) => StatusCode::UNPROCESSABLE_ENTITY,
        (Stage::Refused(_), Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
    }
}
