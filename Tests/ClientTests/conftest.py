"""A cluster of its own for the whole run, and clients of it."""

import json
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import ccxt
import pytest

from rest import Account, Rest

ROOT = Path(__file__).resolve().parents[2]
SYMBOLS = [
    "BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "ADAUSDT", "ETHBTC", "BNBBTC",
]
PORT_SPAN = 100
START_SECONDS = 180


@dataclass(frozen=True)
class Cluster:
    rest: str
    ws: str
    h2: str
    accounts: dict
    nodes: list
    directory: Path

    @property
    def router_urls(self):
        return [node["url"] for node in self.nodes if node["role"] == "router"]


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port_base():
    """The first base from 20000 on whose whole span is free."""
    for base in range(20000, 32000, PORT_SPAN):
        if all(is_free(port) for port in range(base, base + PORT_SPAN)):
            return base
    raise RuntimeError("no free range of ports")


def tails_of_logs(directory):
    texts = []
    for path in sorted(Path(directory).rglob("*.log")):
        lines = path.read_text(errors="replace").splitlines()[-20:]
        texts.append(f"--- {path.name}\n" + "\n".join(lines))
    return "\n".join(texts)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    directory = tmp_path_factory.mktemp("cluster")
    try:
        run = subprocess.run(
            [ROOT / "Ops/up", "--detach", "--dir", directory,
             "--port-base", str(free_port_base())],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=START_SECONDS)
        if run.returncode != 0:
            pytest.fail(f"Ops/up ended with {run.returncode}\n{tails_of_logs(directory)}")
        described = json.loads((directory / "cluster.json").read_text())
        accounts = {
            entry["name"]: Account(entry["name"], entry["apiKey"], entry["secret"])
            for entry in described["accounts"]
        }
        yield Cluster(
            described["rest"], described["ws"], described["h2"], accounts, described["nodes"],
            directory)
    finally:
        subprocess.run([ROOT / "Ops/down", "--dir", directory], timeout=90, check=True)


def make_ccxt(cluster, account):
    """ccxt as it comes from PyPI, pointed here as its users point it at any other server."""
    exchange = ccxt.binance({
        "apiKey": account.key,
        "secret": account.secret,
        "timeout": 10000,
        "enableRateLimit": False,
        "options": {
            "fetchMarkets": {"types": ["spot"]},
            "fetchCurrencies": False,
            "fetchMargins": False,
            "fetchTradesMethod": "publicGetTrades",
        },
    })
    for name in ("public", "private"):
        exchange.urls["api"][name] = f"{cluster.rest}/api/v3"
    exchange.urls["api"]["v1"] = f"{cluster.rest}/api/v1"
    exchange.urls["api"]["sapi"] = f"{cluster.rest}/sapi/v1"
    return exchange


@pytest.fixture
def rests(cluster):
    """REST connections of alice and bob; their open orders are cancelled afterwards."""
    clients = [Rest(cluster.rest, cluster.accounts[name]) for name in ("alice", "bob")]
    yield clients
    for client in clients:
        client.close()
        # A test may have left its own connection half used, so this is a new one.
        with_fresh = Rest(cluster.rest, client.account)
        for symbol in SYMBOLS:
            with_fresh.cancel_all(symbol)
        with_fresh.close()


@pytest.fixture
def alice(cluster, rests):
    return make_ccxt(cluster, cluster.accounts["alice"])


@pytest.fixture
def bob(cluster, rests):
    return make_ccxt(cluster, cluster.accounts["bob"])


def pytest_make_parametrize_id(val):
    """Short names, even where the value is a megabyte."""
    return repr(val)[:40] if isinstance(val, (str, bytes)) else None
