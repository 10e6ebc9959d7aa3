"""A plain client of the REST API: what it sends is exactly what the test says."""

import hashlib
import hmac
import http.client
import json
import subprocess
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Account:
    name: str
    key: str
    secret: str

    def sign(self, payload):
        return hmac.new(self.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()

    def signed_query(self, parameters):
        query = urlencode({"timestamp": now_ms(), **parameters})
        return f"{query}&signature={self.sign(query)}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The error code, or None when the answer is no error."""
        value = self.json
        return value.get("code") if isinstance(value, dict) else None


def now_ms():
    return int(time.time() * 1000)


class Rest:
    """One keep-alive HTTP/1.1 connection to the edge."""

    def __init__(self, base, account=None):
        self.host = urlsplit(base).netloc
        self.account = account
        self.connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)

    def close(self):
        self.connection.close()

    def send(self, method, target, body=None, headers=None):
        self.connection.request(method, target, body=body, headers=headers or {})
        response = self.connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())

    def public(self, path, **parameters):
        query = urlencode(parameters)
        return self.send("GET", f"{path}?{query}" if query else path)

    def signed(self, method, path, **parameters):
        headers = {"X-MBX-APIKEY": self.account.key}
        return self.send(method, f"{path}?{self.account.signed_query(parameters)}", headers=headers)

    def order(self, symbol, side, quantity, price, **more):
        """A GTC limit order; the answer must be a success."""
        answer = self.signed(
            "POST", "/api/v3/order", symbol=symbol, side=side, type="LIMIT", timeInForce="GTC",
            quantity=quantity, price=price, **more)
        assert answer.status == 200, answer
        return answer.json

    def cancel_all(self, symbol):
        answer = self.signed("DELETE", "/api/v3/openOrders", symbol=symbol)
        # Nothing open is -2011, which is what we want to reach.
        assert answer.status == 200 or answer.code == -2011, answer


def h2_request(base, account, method, path, **parameters):
    """One request straight to a router: HTTP/2 with prior knowledge, so curl sends it.

    Signed unless `account` is None.
    """
    query = account.signed_query(parameters) if account else urlencode(parameters)
    key = ["--header", f"X-MBX-APIKEY: {account.key}"] if account else []
    run = subprocess.run(
        ["curl", "--silent", "--show-error", "--http2-prior-knowledge",
         "--max-time", str(TIMEOUT_SECONDS), "--request", method, *key,
         "--write-out", "\n%{http_code}", f"{base}{path}?{query}"],
        capture_output=True, timeout=TIMEOUT_SECONDS + 5, check=True)
    body, _, status = run.stdout.rpartition(b"\n")
    return Answer(int(status), {}, body)
