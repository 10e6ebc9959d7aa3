"""Ops/bench api: signed orders over HTTP/2, HTTP/1.1 and WebSocket beside a static file server."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import common
from common import (
    Cluster, Costs, frames, masked_frame, microseconds_each, quantile, say, upgrade,
)


def arguments():
    parser = argparse.ArgumentParser(prog="Ops/bench api", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, help="orders a measurement (20000)")
    parser.add_argument("--window", type=int, default=64, help="orders in flight (64)")
    parser.add_argument("--json", metavar="FILE", help="the figures for scripts")
    return parser.parse_args()


class Bench:
    def __init__(self, cluster, options, folder):
        self.cluster = cluster
        self.options = options
        self.folder = folder
        self.names = cluster.processes()
        self.results = []
        # The first answer is also the size of what the file server says.
        self.body = cluster.place()
        (folder / "order").write_bytes(self.body)

    def targets(self, count, prefix):
        """Targets with an id each, all signed in advance."""
        path = self.folder / f"{prefix}.uris"
        lines = []
        for index in range(count):
            order = self.cluster.order(newClientOrderId=f"{prefix}-{index}")
            lines.append(f"/order?{self.cluster.signed_query(order)}")
        return path, lines

    def h2load(self, title, base, api, clients, streams, count, is_http1=False):
        """One run; `api` is the path before `/order`, empty for the file server."""
        each = count // clients
        prefix = title.replace(" ", "").replace(",", "").replace("/", "").replace(".", "")[:24]
        path, lines = self.targets(each, prefix)
        path.write_text("".join(f"{base}{api}{line}\n" for line in lines))
        log = self.folder / f"{prefix}.log"
        command = [
            "h2load", "-i", str(path), "-n", str(each * clients), "-c", str(clients),
            "-m", str(streams), "-t", "1", "-H", ":method: POST",
            "-H", f"x-mbx-apikey: {self.cluster.account['apiKey']}", f"--log-file={log}",
        ] + (["--h1"] if is_http1 else [])
        before = self.next_id()
        costs = Costs({**self.names})
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        costs.names[process.pid] = "h2load"
        costs.before[process.pid] = 0
        # Its own time is read while it still is there.
        shares = costs.shares()
        while process.poll() is None:
            shares = costs.shares() or shares
            time.sleep(0.05)
        elapsed = time.monotonic() - start
        rows = [line.split("\t") for line in log.read_text().splitlines()]
        good = sum(1 for row in rows if row[1] == "200")
        micros = [int(row[2]) for row in rows]
        span = (max(int(row[0]) + int(row[2]) for row in rows)
                - min(int(row[0]) for row in rows)) / 1e6 if rows else elapsed
        accepted = self.next_id() - before - 1 if api else None
        self.add(title, command, good, each * clients, span, micros, shares, accepted, each)

    def next_id(self):
        return json.loads(self.cluster.place())["orderId"]

    def socket_orders(self, title, count, window):
        """Orders on one connection of the WebSocket API, a window of them in flight."""
        sent = []
        for index in range(count):
            values = self.cluster.order(
                newClientOrderId=f"ws-{index}", apiKey=self.cluster.account["apiKey"])
            payload = "&".join(f"{name}={values[name]}" for name in sorted(values))
            values["signature"] = self.cluster.sign(payload)
            text = json.dumps({"id": index, "method": "order.place", "params": values})
            sent.append(masked_frame(text.encode()))
        before = self.next_id()
        address = (self.cluster.edge[0], int(self.cluster.edge[1]))
        peer, rest = upgrade(address, "/ws-api/v3?returnRateLimits=false")
        costs = Costs({**self.names, os.getpid(): "client"})
        with contextlib.closing(peer):
            good, micros, span = self.exchange(peer, bytearray(rest), sent, window)
        shares = costs.shares()
        accepted = self.next_id() - before - 1
        command = [f"one connection, window {window}"]
        self.add(title, command, good, count, span, micros, shares, accepted)

    @staticmethod
    def exchange(peer, buffer, sent, window):
        starts = [0.0] * len(sent)
        micros = []
        good = answered = 0
        start = time.perf_counter()
        following = min(window, len(sent))
        for index in range(following):
            starts[index] = time.perf_counter()
        peer.sendall(b"".join(sent[:following]))
        while answered < len(sent):
            chunk = peer.recv(1 << 18)
            if not chunk:
                raise ConnectionError("the connection ended")
            buffer += chunk
            now = time.perf_counter()
            arrived = [text for opcode, text in frames(buffer) if opcode == 1]
            for text in arrived:
                # {"id":N,"status":200,…
                index = int(text[6:text.index(b",")])
                good += text.startswith(b'"status":200', text.index(b",") + 1)
                micros.append((now - starts[index]) * 1e6)
            answered += len(arrived)
            more = sent[following:following + len(arrived)]
            for index in range(following, following + len(more)):
                starts[index] = now
            following += len(more)
            if more:
                peer.sendall(b"".join(more))
        return good, micros, time.perf_counter() - start

    def add(self, title, command, good, wanted, span, micros, shares, accepted, distinct=None):
        """`distinct` requests were sent by each client: what comes again is answered as at first."""
        result = {
            "title": title, "command": command, "orders": wanted, "answers200": good,
            "acceptedByIds": accepted, "perSecond": round(wanted / span, 1),
            "p50Microseconds": quantile(micros, 0.5), "p99Microseconds": quantile(micros, 0.99),
            "processes": shares,
        }
        self.results.append(result)
        dear = ", ".join(
            f"{row['process']} {row['percent']:.0f} % ({microseconds_each(row, wanted):.0f} us)"
            for row in shares[:4])
        print(
            f"{title:34} {result['perSecond']:9.0f}/s  p50 {result['p50Microseconds'] / 1000:7.2f}"
            f" ms  p99 {result['p99Microseconds'] / 1000:7.2f} ms  200: {good}/{wanted}"
            + ("" if accepted is None else f"  new ids: {accepted}") + f"\n{'':36}{dear}",
            flush=True)
        least = wanted if distinct is None else distinct
        if good != wanted or accepted is not None and not least <= accepted <= wanted:
            result["isClean"] = False
            say(f"{title}: not every order was accepted once")

    def ratio(self, title, baseline):
        rates = {result["title"]: result["perSecond"] for result in self.results}
        value = rates[title] / rates[baseline]
        print(f"{title}: {value:.2f} of {baseline}", flush=True)
        return {"of": title, "to": baseline, "ratio": round(value, 3)}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise SystemExit(f"nobody listens on port {port}")


@contextlib.contextmanager
def running(command, port):
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def measure(bench, options):
    count, window = options.orders, options.window
    router = bench.cluster.router_url()
    rest = bench.cluster.rest
    # A short run first: the processes have then seen every path once.
    bench.h2load("warm-up", router, "/api/v3", 1, window, 2000)
    bench.h2load("HTTP/2, router", router, "/api/v3", 1, window, count)
    bench.h2load("HTTP/2, edge", rest, "/api/v3", 1, window, count)
    bench.h2load("HTTP/1.1, edge", rest, "/api/v3", window, 1, count, is_http1=True)
    bench.socket_orders("WebSocket, edge", count, window)
    static = free_port()
    edge = free_port()
    server = ["nghttpd", "--no-tls", "-d", str(bench.folder), "-n", "1", str(static)]
    front = [
        "nghttpx", f"--conf={common.ROOT}/Cluster/edge/nghttpx.conf",
        f"--frontend=127.0.0.1,{edge};no-tls", f"--backend=127.0.0.1,{static};;proto=h2",
    ]
    with running(server, static) as files, running(front, edge) as proxy:
        bench.names = {files.pid: "nghttpd"}
        for child in Path(f"/proc/{proxy.pid}/task/{proxy.pid}/children").read_text().split():
            bench.names[int(child)] = "nghttpx"
        bench.h2load("HTTP/2, nghttpd", f"http://127.0.0.1:{static}", "", 1, window, count)
        bench.h2load("HTTP/2, nghttpd behind nghttpx", f"http://127.0.0.1:{edge}", "", 1, window,
                     count)
        bench.h2load("HTTP/1.1, nghttpd behind nghttpx", f"http://127.0.0.1:{edge}", "", window, 1,
                     count, is_http1=True)


def main():
    options = arguments()
    facts = common.machine()
    print(f"machine  {facts['processor']}, {facts['processors']} processors, Linux"
          f" {facts['kernel']}, load {facts['load1']:.1f}, revision {facts['revision']}")
    print(f"command  Ops/bench api --orders {options.orders} --window {options.window}", flush=True)
    with tempfile.TemporaryDirectory() as folder, Cluster() as cluster:
        bench = Bench(cluster, options, Path(folder))
        print(f"answer   {len(bench.body)} bytes")
        measure(bench, options)
        ratios = [
            bench.ratio("HTTP/2, router", "HTTP/2, nghttpd"),
            bench.ratio("HTTP/2, edge", "HTTP/2, nghttpd behind nghttpx"),
            bench.ratio("HTTP/1.1, edge", "HTTP/1.1, nghttpd behind nghttpx"),
            bench.ratio("WebSocket, edge", "HTTP/2, nghttpd"),
        ]
    if options.json:
        report = {"machine": facts, "results": bench.results, "ratios": ratios}
        Path(options.json).write_text(json.dumps(report, indent=2) + "\n")
    raise SystemExit(0 if all(row.get("isClean", True) for row in bench.results) else 1)


if __name__ == "__main__":
    main()
