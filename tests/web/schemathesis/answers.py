"""What holds of every answer, whatever was asked.

SUMMARY names the file that has, in the end, how often which code was answered.
"""

import atexit
import json
import os
import re
from collections import Counter

import schemathesis

# The words of databases, of what talks to them, and of a program that has come to grief.
FROM_WITHIN = re.compile(
    r"(?i:sqlite|sqlx|sea.?orm|postgres|libpq|sqlstate|no such (?:table|column)|constraint failed|stack backtrace)"
    r"|\bSELECT\b.*\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.*\bSET\b|\bDELETE FROM\b"
    r"|violates|syntax error at or near|deadlock|database is locked|panicked|unwrap\(\)|\.rs:\d+"
)
MEDIA = ("application/graphql-response+json", "application/json")

counts = Counter()


def write_summary():
    with open(os.environ["SUMMARY"], "w", encoding="utf-8") as file:
        json.dump(counts, file)


if "SUMMARY" in os.environ:
    atexit.register(write_summary)


def claim(holds, what):
    if not holds:
        raise AssertionError(what)


def strings(value):
    """All texts in an answer's errors, which are the server's own words."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from strings(member)


def check_error(error, request_id):
    claim(isinstance(error.get("message"), str) and error["message"], "an error has no message")
    claim(set(error) <= {"message", "locations", "path", "extensions"}, f"an error has {sorted(error)}")
    extensions = error.get("extensions") or {}
    claim(re.fullmatch(r"[A-Z][A-Z_]+", extensions.get("code", "")), "an error has no code")
    claim(extensions["code"] != "INTERNAL", "the server does not know what went wrong")
    claim(extensions.get("requestId") == request_id, "an error has not the id of its request")
    for location in error.get("locations", []):
        claim(location["line"] >= 1 and location["column"] >= 1, "an error is nowhere")
    for step in error.get("path", []):
        claim(isinstance(step, (str, int)), "the path of an error is none")


@schemathesis.check
def well_formed(ctx, response, case):
    """No failure of the server's, nothing from within it, and an answer as GraphQL over HTTP has it."""
    claim(response.status_code < 500, f"the status is {response.status_code}")
    content_type = response.headers["content-type"][0].split(";")[0]
    claim(content_type in MEDIA, f"it is of the type {content_type}")
    answer = json.loads(response.content.decode("utf-8"))
    claim(isinstance(answer, dict) and set(answer) <= {"data", "errors", "extensions"}, "it is no answer of GraphQL")
    errors = answer.get("errors")
    claim(errors is None or (isinstance(errors, list) and errors), "its errors are an empty list")
    claim("data" in answer or errors, "it has neither data nor errors")
    if content_type == MEDIA[0]:
        claim(("data" in answer) == (response.status_code < 300), f"it has data or not, with status {response.status_code}")
    request_id = response.headers["x-request-id"][0]
    for error in errors or []:
        check_error(error, request_id)
    refusals = [
        refusal
        for payload in (answer.get("data") or {}).values()
        if isinstance(payload, dict)
        for refusal in payload.get("userErrors") or []
    ]
    for text in strings([errors or [], refusals]):
        # What the request itself says may be repeated to it.
        said = FROM_WITHIN.search(text)
        claim(not said or said[0] in case_text(case), f"it speaks of what is within: {text}")
    count(case, answer)


def case_text(case):
    return case.body if isinstance(case.body, str) else json.dumps(case.body, ensure_ascii=False)


def count(case, answer):
    kind = "mutations" if case.operation.definition.is_mutation else "queries"
    counts[kind] += 1
    counts[f"{kind} without an error"] += "errors" not in answer
    for payload in (answer.get("data") or {}).values():
        counts["mutations done"] += isinstance(payload, dict) and payload.get("userErrors") == []
    for error in answer.get("errors") or []:
        counts[error["extensions"]["code"]] += 1
