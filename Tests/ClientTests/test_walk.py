"""The walk through each client library, in quiet and while a primary is killed."""

import asyncio

import pytest

from adapter_ccxt import CcxtAdapter
from adapter_python_binance import PythonBinanceAdapter
from adapter_sdk import SdkAdapter
from shards import await_new_primary, kill_primary
from walk import walk

WALK_SECONDS = 120
# A pair of its own each, at the price that the other tests use.
CLIENTS = [
    (CcxtAdapter, "ETHUSDT", 2000), (SdkAdapter, "SOLUSDT", 150),
    (PythonBinanceAdapter, "BNBUSDT", 600),
]


def run(cluster, client, symbol, price, disturb):
    async def bounded():
        alice, bob = (client(cluster, cluster.accounts[name]) for name in ("alice", "bob"))
        async with asyncio.timeout(WALK_SECONDS):
            await walk(alice, bob, symbol, price, disturb)

    asyncio.run(bounded())


@pytest.mark.parametrize(
    "client,symbol,price", CLIENTS, ids=[client.name for client, _, _ in CLIENTS])
class TestWalk:
    def test_quiet(self, cluster, rests, client, symbol, price):
        run(cluster, client, symbol, price, lambda: None)

    def test_through_the_death_of_a_primary(self, cluster, rests, client, symbol, price):
        epochs = []
        run(cluster, client, symbol, price, lambda: epochs.append(kill_primary(cluster, symbol)))
        assert len(epochs) == 1
        # The next test may kill another.
        await_new_primary(cluster, symbol, epochs[0])
