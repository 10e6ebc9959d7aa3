"""The OpenAPI document against the server that serves it: requests made from it, answers held to it."""

from urllib.parse import quote

import hypothesis
import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance, response_schema_conformance, status_code_conformance,
)

from rest import TIMEOUT_SECONDS, now_ms

CHECKS = [
    not_a_server_error, content_type_conformance, response_schema_conformance,
    status_code_conformance,
]
EXAMPLES_EACH = 12
ENDPOINTS_MIN = 40
# Ours to send: made up they would be refused before anything else is looked at.
SIGNING = {"timestamp", "signature", "recvWindow"}
# An HTTP/1.1 header block holds no more, and how it is refused is a test of its own.
VALUE_SIZE_MAX = 2000

# The same examples on every run: a new one that fails belongs into a test of its own.
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES_EACH, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate])


def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:VALUE_SIZE_MAX]


def encoded(query):
    pairs = []
    for name, value in query.items():
        for one in value if isinstance(value, list) else [value]:
            pairs.append(f"{quote(str(name), safe='')}={quote(text(one), safe='')}")
    return "&".join(pairs)


def check(case, cluster, account):
    """Sends a request made up from the document, signed where it says so."""
    query = {name: value for name, value in (case.query or {}).items() if name not in SIGNING}
    is_signed = "security" in case.operation.definition.raw
    if is_signed:
        query["timestamp"] = now_ms()
    payload = encoded(query)
    if is_signed:
        payload += f"&signature={account.sign(payload)}"
    response = requests.request(
        case.method, f"{cluster.rest}{case.path}?{payload}",
        headers={"X-MBX-APIKEY": account.key}, timeout=TIMEOUT_SECONDS)
    case.validate_response(response, checks=CHECKS)


def test_answers_are_as_the_document_says(cluster, rests):
    schema = schemathesis.openapi.from_url(f"{cluster.rest}/api/v3/openapi.json")
    failures = {}
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        @SETTINGS
        @hypothesis.given(case=operation.as_strategy())
        def run(case):
            check(case, cluster, rests[0].account)

        try:
            run()
        except Exception as failure:  # Every endpoint is heard before the test fails.
            failures[operation.label] = failure
    for label, failure in failures.items():
        print(f"--- {label}\n{failure}")
    assert not failures, sorted(failures)
    assert len(operations) >= ENDPOINTS_MIN
