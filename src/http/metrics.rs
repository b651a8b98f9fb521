//! What is counted, for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use ::metrics::{counter, describe_counter, describe_gauge, describe_histogram, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::record::RequestRecord;

const REQUESTS: &str = "copartner_requests_total";
const SECONDS: &str = "copartner_request_duration_seconds";
const STATEMENTS: &str = "copartner_request_statements";
const REFUSED: &str = "copartner_tokens_refused_total";

/// The one recorder of the process, however many servers run in it.
pub fn recorder() -> Result<PrometheusHandle, BuildError> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(recorder) = RECORDER.get() {
        return Ok(recorder.clone());
    }
    let seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
    let statements = [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0];
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &seconds)?
        .set_buckets_for_metric(Matcher::Full(STATEMENTS.to_owned()), &statements)?
        .build_recorder();
    let handle = RECORDER.get_or_init(|| recorder.handle()).clone();
    // Only the first one can become the process's recorder; a race leaves one that counts nothing.
    if ::metrics::set_global_recorder(recorder).is_ok() {
        describe_counter!(
            REQUESTS,
            "GraphQL requests, by kind of operation, HTTP status and code of the first error"
        );
        describe_histogram!(SECONDS, "Time from a request's arrival to its answer, in seconds");
        describe_histogram!(STATEMENTS, "SQL statements that a request ran");
        describe_counter!(REFUSED, "Requests without a valid token, by reason");
        describe_gauge!("copartner_live_sockets", "WebSockets that are open");
        describe_gauge!("copartner_live_event_streams", "Streams of server-sent events that are open");
        describe_gauge!(
            "copartner_live_streams",
            "Live operations that are open, on sockets and as streams of events"
        );
        describe_counter!(
            "copartner_live_sockets_closed_total",
            "WebSockets that the server has closed, by code"
        );
        describe_counter!(
            "copartner_webhook_attempts_total",
            "Attempts to deliver an event to a webhook, by what came of it and why it failed"
        );
        describe_gauge!("copartner_webhooks_failing", "Webhooks that did not take what they were sent last");
    }
    Ok(handle)
}

/// Counts an answered request.
pub fn count_request(record: &RequestRecord, status: Option<u16>, elapsed: Duration) {
    let code = record.code.clone().unwrap_or_default();
    let operation = record.operation.unwrap_or("none");
    let status = status.map_or_else(|| "socket".to_owned(), |status| status.to_string());
    counter!(REQUESTS, "operation" => operation, "status" => status, "code" => code).increment(1);
    histogram!(SECONDS, "operation" => operation).record(elapsed.as_secs_f64());
    if let Some(statements) = record.statements {
        histogram!(STATEMENTS, "operation" => operation).record(f64::from(statements));
    }
    if let Some(reason) = record.refusal {
        count_rejection(reason);
    }
}

/// Counts a token that is not accepted.
pub fn count_rejection(reason: &'static str) {
    counter!(REFUSED, "reason" => reason).increment(1);
}
