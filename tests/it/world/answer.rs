//! What came back.

use serde_json::Value;

use crate::log;

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
