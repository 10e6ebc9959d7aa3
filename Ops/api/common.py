"""A cluster of its own, what its processes cost, and requests signed in advance."""

import base64
import hashlib
import hmac
import json
import os
import platform
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[2]
PORT_SPAN = 100
SYMBOL = "BTCUSDT"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def say(text):
    print(text, file=sys.stderr, flush=True)


def machine():
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "processor": model, "processors": os.cpu_count(), "kernel": platform.release(),
        "load1": os.getloadavg()[0], "revision": os.environ.get("CASTLE_REVISION", "unknown"),
    }


def free_port_base():
    """A base below the ephemeral ports whose whole span is free."""
    while True:
        base = random.randrange(110, 320) * PORT_SPAN
        try:
            for port in range(base, base + PORT_SPAN):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue


class Cluster:
    """Starts with `with`, and leaves nothing behind."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="castle-api-"))
        self.port_base = free_port_base()

    def __enter__(self):
        command = [ROOT / "Ops/up", "--detach", "--dir", self.directory,
                   "--port-base", str(self.port_base)]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=180)
        if run.returncode != 0:
            self.__exit__()
            raise SystemExit(f"the cluster does not start: {run.stderr.decode()[-400:]}")
        described = json.loads((self.directory / "cluster.json").read_text())
        self.rest = described["rest"]
        self.account = described["accounts"][0]
        self.nodes = described["nodes"]
        self.edge = urlsplit(self.rest).netloc.split(":")
        return self

    def __exit__(self, *_):
        subprocess.run([ROOT / "Ops/down", "--dir", self.directory], timeout=90,
                       stdin=subprocess.DEVNULL, capture_output=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def router_url(self):
        return next(node["url"] for node in self.nodes if node["role"] == "router")

    def processes(self):
        """Names by process id; of the edge also the child that does the work."""
        found = {}
        described = json.loads((self.directory / "cluster.json").read_text())
        for node in described["nodes"]:
            if node.get("pid"):
                found[node["pid"]] = f"{node['role']} {node['id']}"
        for status in Path("/proc").glob("[0-9]*/environ"):
            pid = int(status.parent.name)
            try:
                environment = status.read_bytes()
                name = (status.parent / "comm").read_text().strip()
                folder = os.readlink(status.parent / "cwd")
            except OSError:
                continue
            ours = f"CASTLE_CLUSTER={self.directory}".encode() in environment.split(b"\0")
            if pid not in found and (ours or folder.startswith(f"{self.directory}/")):
                found[pid] = name
        return found

    def sign(self, payload):
        secret = self.account["secret"].encode()
        return hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()

    def signed_query(self, parameters):
        query = urlencode(parameters)
        return f"{query}&signature={self.sign(query)}"

    def order(self, **changes):
        """A limit order that never rests: what is measured is one order, not a growing book."""
        return {
            "symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "IOC",
            "quantity": "0.001", "price": "30000", "recvWindow": 60000,
            "timestamp": int(time.time() * 1000), **changes,
        }

    def place(self, **changes):
        query = self.signed_query(self.order(**changes))
        request = urllib.request.Request(
            f"{self.rest}/api/v3/order?{query}", method="POST",
            headers={"X-MBX-APIKEY": self.account["apiKey"]})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()


class Costs:
    """Processor time and memory of processes over a stretch of time."""

    def __init__(self, names):
        self.names = names
        self.start = time.monotonic()
        self.before = {pid: self.ticks(pid) for pid in names}

    @staticmethod
    def ticks(pid):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0
        return int(fields[11]) + int(fields[12])

    @staticmethod
    def resident(pid):
        try:
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
        except OSError:
            return 0

    def shares(self):
        """Time on a processor and bytes resident, the dearest first."""
        seconds = time.monotonic() - self.start
        rows = []
        for pid, name in self.names.items():
            ticks = self.ticks(pid) - self.before[pid]
            share = 100 * ticks / TICKS_PER_SECOND / seconds
            if share >= 1:
                rows.append({"process": name, "percent": round(share, 1),
                             "processorSeconds": ticks / TICKS_PER_SECOND,
                             "residentBytes": self.resident(pid)})
        return sorted(rows, key=lambda row: -row["percent"])


def microseconds_each(row, count):
    """What one of `count` things cost a process: load of others does not change it much."""
    return row["processorSeconds"] * 1e6 / max(count, 1)


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0


# ---- WebSockets, as far as a client of our own needs them ----------------------------------------


def upgrade(address, target, source=None):
    """A connected socket and what came after the answer to the upgrade."""
    peer = socket.create_connection(address, 30, source_address=source)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    peer.sendall((
        f"GET {target} HTTP/1.1\r\nHost: {address[0]}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode())
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = peer.recv(65536)
        if not chunk:
            raise ConnectionError(f"no answer to an upgrade: {received[:200]}")
        received += chunk
    head, _, rest = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101"):
        raise ConnectionError(f"upgrade refused: {head[:300]}")
    return peer, rest


def masked_frame(payload, opcode=1):
    """Masked with zeros: legal, and the bytes need no second pass."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 65536:
        head = bytes([0x80 | opcode, 0x80 | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0x80 | 127]) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def frames(buffer):
    """The whole frames of a server at the start of a bytearray, which are taken off it."""
    found = []
    start = 0
    while len(buffer) - start >= 2:
        size = buffer[start + 1] & 127
        head = start + 2
        if size == 126:
            size = int.from_bytes(buffer[head:head + 2], "big")
            head += 2
        elif size == 127:
            size = int.from_bytes(buffer[head:head + 8], "big")
            head += 8
        if len(buffer) < head + size:
            break
        found.append((buffer[start] & 15, bytes(buffer[head:head + size])))
        start = head + size
    del buffer[:start]
    return found
