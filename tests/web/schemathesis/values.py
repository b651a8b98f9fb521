"""How copartner's own scalars look, and what the schema cannot say of other values.

WORLD is a JSON object with ids of objects that there are, by the names of their types.
"""

import json
import os
import re
import zlib
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# Good ones mostly, or nothing would get beyond them.
INSTANTS = st.one_of(
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(timezone.utc)).map(
        lambda instant: instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda instant: instant.isoformat() + "+01:30"),
    st.sampled_from(["2026-12-31T23:59:60Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", ""]),
    st.text(max_size=30),
)
DURATIONS = st.one_of(
    st.integers(0, 4_000).map("P{}D".format),
    st.sampled_from(["P1Y", "P2Y", "P0D", "P-1D", "P99999999999999999999D", "PT24H", "P1M", "P", ""]),
    st.text(max_size=10),
)
UUIDS = st.one_of(
    st.uuids().map(str),
    st.sampled_from(["00000000-0000-0000-0000-000000000000", "{3f2504e0-4f89-41d3-9a0c-0305e82c3301}", "3F2504E04F8941D39A0C0305E82C3301", ""]),
    st.text(max_size=40),
)
for name, strategy in {"DateTime": INSTANTS, "Duration": DURATIONS, "UUID": UUIDS}.items():
    schemathesis.graphql.scalar(name, strategy.map(nodes.String))

SCHEMA = graphql.build_schema((Path(__file__).parents[3] / "schema.graphql").read_text(encoding="utf-8"))
WORLD = json.loads(os.environ.get("WORLD", "{}"))
EVERYTHING = [one for ids in WORLD.values() for one in ids]

# Which ids belong where; others, such as `target` and `subject`, take any.
TYPES = {
    "customer": "Customer",
    "customers": "Customer",
    "subscription": "CustomerSubscription",
    "grant": "DelegatedAdminGrant",
    "request": "RelationshipRequest",
    "offer": "Offer",
    "offers": "Offer",
    "partner": "Partner",
    "partnerOfRecord": "Partner",
    "tenant": "Tenant",
    "webhook": "Webhook",
    "from": "Event",
}
TEXTS = {
    "domain": "contoso.example",
    "country": "NL",
    "search": "co",
    "url": "https://hooks.example.com/here",
    "issuer": "https://login.example.org",
    "jwksUrl": "https://login.example.org/keys",
    "algorithms": "ES256",
    "partnerNumber": "4999999",
    "assignee": "ADMIN_AGENT",
}


class Tidying(graphql.Visitor):
    """Puts in what there is, and takes away what a schema cannot forbid: two ends of one page, pages of any size, made-up cursors."""

    def __init__(self, info, seed):
        super().__init__()
        self.info, self.seed = info, seed

    def pick(self, name, choices):
        return choices[zlib.crc32(f"{self.seed} {name}".encode()) % len(choices)]

    def enter_field(self, node, *_):
        names = {argument.name.value for argument in node.arguments}
        unwanted = {"after", "before"} | ({"last"} if {"first", "last"} <= names else set())
        return replace(node, arguments=tuple(argument for argument in node.arguments if argument.name.value not in unwanted))

    def enter_object_value(self, node, *_):
        unwanted = {"expectedVersion"} if self.pick("version", [True, True, False]) else set()
        return replace(node, fields=tuple(field for field in node.fields if field.name.value not in unwanted))

    def tidy(self, node, *_):
        kind = graphql.get_named_type(self.info.get_input_type())
        if kind is not None and not isinstance(node.value, (graphql.NullValueNode, graphql.ObjectValueNode)):
            return replace(node, value=self.value(node.name.value, kind.name, node.value))
        return None

    enter_argument = enter_object_field = tidy

    def value(self, name, kind, value):
        if isinstance(value, graphql.ListValueNode):
            return replace(value, values=tuple(self.value(name, kind, one) for one in value.values[:5]))
        elif kind == "ID" and EVERYTHING:
            return nodes.String(self.pick(name, WORLD.get(TYPES.get(name)) or EVERYTHING))
        elif kind == "String" and isinstance(value, graphql.StringValueNode):
            return nodes.String(TEXTS.get(name) or re.sub(r"[\x00-\x1f\x7f-\x9f]", "", value.value).strip()[:60] or "Something")
        elif kind == "Int" and isinstance(value, graphql.IntValueNode):
            return nodes.Int(abs(int(value.value)) % 20 + 1)
        return value


@schemathesis.hook
def map_body(context, body):
    """Of four requests three are tidied, so that more of them get as far as the database."""
    seed = zlib.crc32(graphql.print_ast(body).encode("utf-8", "surrogatepass"))
    if seed % 4 == 0:
        return body
    info = graphql.TypeInfo(SCHEMA)
    body = graphql.visit(body, graphql.TypeInfoVisitor(info, Tidying(info, seed)))
    return replace(body, definitions=tuple(telling(definition) for definition in body.definitions))


REFUSALS = graphql.parse("{ userErrors { code message path } }").definitions[0].selection_set.selections


def telling(definition):
    """A mutation's answer says whether it was refused."""
    if definition.operation is not graphql.OperationType.MUTATION:
        return definition
    roots = tuple(
        replace(root, selection_set=replace(root.selection_set, selections=(*root.selection_set.selections, *REFUSALS)))
        for root in definition.selection_set.selections
    )
    return replace(definition, selection_set=replace(definition.selection_set, selections=roots))
