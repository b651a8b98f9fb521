//! Media types: what the client sends, and what it accepts (GraphQL over HTTP, RFC 9110 section 12.5.1).

use actix_web::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// The two media types that answers come in. They differ in the status codes that go with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells how far the request got.
    GraphqlResponse,
    /// `application/json`: 200 for every well-formed request, because older clients take other codes for an outage.
    Json,
}

impl Media {
    /// The value of the `Content-Type` header.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The type that the client likes best; None when it accepts neither. Without a wish, or with a wildcard, it is
    /// `application/json`.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let ranges = accepted(headers);
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        // The most specific range that covers the type decides.
        let quality = |name: &str| {
            [name, "application/*", "*/*"]
                .iter()
                .find_map(|name| ranges.iter().find(|range| range.name == *name))
                .map_or(0, |range| range.quality)
        };
        let (graphql, json) = (quality(GRAPHQL_RESPONSE), quality("application/json"));
        // Whoever does not name the newer type may not know it.
        let knows_graphql = ranges.iter().any(|range| range.name == GRAPHQL_RESPONSE);
        match (graphql, json) {
            (0, 0) => None,
            (graphql, json) if graphql > json || (graphql == json && knows_graphql) => {
                Some(Self::GraphqlResponse)
            }
            _ => Some(Self::Json),
        }
    }
}

/// Whether a browser asks for a page to show: it accepts HTML by name, and no GraphQL answer.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let ranges = accepted(headers);
    let names = |name: &str| ranges.iter().any(|range| range.name == name && range.quality > 0);
    names("text/html") && !names("application/json") && !names("application/graphql-response+json")
}

/// Whether the client takes a stream of events, which it has to name.
pub fn takes_events(headers: &HeaderMap) -> bool {
    accepted(headers).iter().any(|range| range.name == "text/event-stream" && range.quality > 0)
}

/// Whether the body is sent as it is, not compressed.
pub fn sends_plainly(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(CONTENT_ENCODING);
    codings.into_iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whether the body is JSON in UTF-8.
pub fn sends_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                let charset = value.trim().trim_matches('"');
                charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
            }
            _ => true,
        })
}

struct Range {
    name: String,
    /// In thousandths.
    quality: u16,
}

fn accepted(headers: &HeaderMap) -> Vec<Range> {
    headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
            let quality = parts
                .filter_map(|parameter| parameter.split_once('='))
                .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
                .map_or(1.0, |(_, value)| value.trim().parse::<f32>().unwrap_or(0.0));
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to 0..=1000"
            )]
            let quality = (quality.clamp(0.0, 1.0) * 1000.0) as u16;
            Some(Range { name, quality })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use actix_web::http::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    fn headers(name: actix_web::http::header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[rstest]
    #[case("*/*", Some(Media::Json))]
    #[case("application/*", Some(Media::Json))]
    #[case("application/json", Some(Media::Json))]
    #[case("application/graphql-response+json", Some(Media::GraphqlResponse))]
    #[case("application/graphql-response+json, application/json;q=0.9", Some(Media::GraphqlResponse))]
    #[case("application/graphql-response+json;q=0.5, application/json", Some(Media::Json))]
    #[case("application/json;q=0, application/graphql-response+json", Some(Media::GraphqlResponse))]
    #[case("APPLICATION/JSON; charset=utf-8", Some(Media::Json))]
    #[case("application/json;q=0, */*", Some(Media::GraphqlResponse))]
    #[case("application/json;q=0.5, */*;q=0.8", Some(Media::GraphqlResponse))]
    #[case("application/json, */*;q=0.1", Some(Media::Json))]
    #[case("application/graphql-response+json;q=0, */*", Some(Media::Json))]
    #[case("text/html", None)]
    #[case("application/json;q=0", None)]
    fn the_client_gets_what_it_likes_best(#[case] accept: &str, #[case] media: Option<Media>) {
        assert_eq!(Media::accepted(&headers(ACCEPT, accept)), media);
    }

    #[test]
    fn a_client_without_a_wish_gets_json() {
        assert_eq!(Media::accepted(&HeaderMap::new()), Some(Media::Json));
    }

    #[rstest]
    #[case("application/json", true)]
    #[case("Application/JSON; charset=\"UTF-8\"", true)]
    #[case("application/json; charset=utf8", true)]
    #[case("application/json; charset=latin1", false)]
    #[case("application/graphql", false)]
    #[case("text/plain", false)]
    #[case("application/x-www-form-urlencoded", false)]
    fn only_json_in_utf8_is_read(#[case] content_type: &str, #[case] is_json: bool) {
        assert_eq!(sends_json(&headers(CONTENT_TYPE, content_type)), is_json);
    }

    #[test]
    fn only_a_browser_gets_a_page() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert!(wants_page(&headers(ACCEPT, browser)));
        assert!(!wants_page(&headers(ACCEPT, "*/*")));
        assert!(!wants_page(&headers(ACCEPT, "text/html, application/json")));
    }
}
