"""Who leads the shards of the cluster, and how to end one of them."""

import os
import signal
import time

from rest import h2_request

DEADLINE_SECONDS = 60
PAUSE_SECONDS = 0.05


def view(cluster):
    """The coordinator's view of nodes and shards."""
    answer = h2_request(cluster.coordinator, None, "GET", "/cluster")
    assert answer.status == 200, answer
    return answer.json


def kill_primary(cluster, symbol):
    """SIGKILL to the process that leads the shard of the symbol; its epoch before."""
    seen = view(cluster)
    shard = next(each for each in seen["shards"] if symbol in each["pairs"])
    node = next(each for each in seen["nodes"] if each["id"] == shard["primary"])
    os.kill(node["pid"], signal.SIGKILL)
    return shard["epoch"]


def is_whole(seen):
    """Every shard is led and followed, so that any one process may die."""
    return all(shard["serving"] and shard["standbys"] for shard in seen["shards"])


def await_new_primary(cluster, symbol, epoch):
    """Waits for another epoch of the symbol's shard, and for all shards to be whole again."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        seen = view(cluster)
        shard = next(each for each in seen["shards"] if symbol in each["pairs"])
        if shard["epoch"] > epoch and is_whole(seen):
            return
        assert time.monotonic() < deadline, seen["shards"]
        time.sleep(PAUSE_SECONDS)
