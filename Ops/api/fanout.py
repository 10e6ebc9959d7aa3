"""Ops/bench fanout: thousands of subscribers of one pair's depth while orders change its book."""

import argparse
import collections
import json
import multiprocessing
import os
import select
import socket
import time
import urllib.request
from pathlib import Path

import common
from common import (
    Cluster, Costs, frames, masked_frame, microseconds_each, quantile, say, upgrade,
)

# One address may try 300 WebSockets in five minutes; loopback has many addresses.
PER_ADDRESS = 250
# Of each subscriber's events the numbers are checked; of these also the bytes.
SAMPLE_EVERY = 100


def arguments():
    parser = argparse.ArgumentParser(prog="Ops/bench fanout", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=10_000, help="connections (10000)")
    parser.add_argument("--seconds", type=int, default=20, help="how long orders come (20)")
    parser.add_argument("--changes", type=float, default=5, help="changes of the book a second (5)")
    parser.add_argument("--json", metavar="FILE", help="the figures for scripts")
    return parser.parse_args()


class Subscriber:
    __slots__ = ("peer", "buffer", "last", "count", "hasHole")

    def __init__(self, peer, rest):
        self.peer = peer
        self.buffer = bytearray(rest)
        self.last = None
        self.count = 0
        self.hasHole = False


def number(text, name):
    start = text.index(name) + len(name)
    end = start
    while 48 <= text[end] <= 57:
        end += 1
    return int(text[start:end])


class Crowd:
    """Many connections in one thread: they read, count and answer pings, nothing else."""

    def __init__(self, address, count):
        self.subscribers = {}
        self.poller = select.epoll()
        self.late = collections.Counter()
        self.gone = 0
        self.seen = {}
        for index in range(count):
            source = (f"127.1.{index // PER_ADDRESS}.1", 0)
            peer, rest = upgrade(address, "/ws/btcusdt@depth@100ms", source)
            peer.setblocking(False)
            self.subscribers[peer.fileno()] = Subscriber(peer, rest)
            self.poller.register(peer.fileno(), select.EPOLLIN)

    def read(self, until):
        while (left := until - time.monotonic()) > 0:
            for descriptor, _ in self.poller.poll(min(left, 0.2), 1024):
                self.receive(descriptor, self.subscribers[descriptor])

    def receive(self, descriptor, subscriber):
        try:
            chunk = subscriber.peer.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self.gone += 1
            self.poller.unregister(descriptor)
            subscriber.peer.close()
            return
        now = time.time() * 1000
        subscriber.buffer += chunk
        for opcode, payload in frames(subscriber.buffer):
            if opcode == 9:
                subscriber.peer.send(masked_frame(payload, 10))
            elif opcode == 1:
                self.note(subscriber, payload, now)

    def note(self, subscriber, payload, now):
        facts = self.seen.get(payload)
        if facts is None:
            # The same bytes for everyone are read once.
            facts = (number(payload, b'"E":'), number(payload, b'"U":'), number(payload, b'"u":'))
            if len(self.seen) > 64:
                self.seen.clear()
            self.seen[payload] = facts
        event, first, last = facts
        if subscriber.last is not None and first != subscriber.last + 1:
            subscriber.hasHole = True
        subscriber.last = last
        subscriber.count += 1
        self.late[round(now - event)] += 1

    def facts(self):
        alive = [s for s in self.subscribers.values() if s.peer.fileno() >= 0]
        return {
            "connected": len(alive), "gone": self.gone,
            "counts": collections.Counter(s.count for s in alive),
            "last": collections.Counter(s.last for s in alive),
            "holes": sum(s.hasHole for s in alive), "late": self.late,
        }


def change_book(cluster, seconds, changes, pipe):
    """Places and cancels one order after the other; each is a change of a level."""
    key = {"X-MBX-APIKEY": cluster.account["apiKey"]}
    end = time.monotonic() + seconds
    done = 0
    placed = None
    while time.monotonic() < end:
        now = int(time.time() * 1000)
        if placed is None:
            values = cluster.order(timeInForce="GTC", price=f"{29000 + done % 50}")
            method = "POST"
        else:
            values = {"symbol": common.SYMBOL, "orderId": placed, "timestamp": now,
                      "recvWindow": 60000}
            method = "DELETE"
        url = f"{cluster.rest}/api/v3/order?{cluster.signed_query(values)}"
        request = urllib.request.Request(url, method=method, headers=key)
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = json.loads(answer.read())
        placed = body["orderId"] if method == "POST" else None
        done += 1
        time.sleep(1 / changes)
    pipe.send(done)


def values_of(counter):
    return [value for value, count in counter.items() for _ in range(count)]


def main():
    options = arguments()
    facts = common.machine()
    print(f"machine  {facts['processor']}, {facts['processors']} processors, Linux"
          f" {facts['kernel']}, load {facts['load1']:.1f}, revision {facts['revision']}")
    print(f"command  Ops/bench fanout --subscribers {options.subscribers} --seconds"
          f" {options.seconds} --changes {options.changes:g}", flush=True)
    with Cluster() as cluster:
        report = measure(cluster, options)
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": facts, **report}, indent=2) + "\n")
    raise SystemExit(0 if report["isClean"] else 1)


def measure(cluster, options):
    address = (cluster.edge[0], int(cluster.edge[1]))
    began = time.monotonic()
    crowd = Crowd(address, options.subscribers)
    say(f"{options.subscribers} subscribed in {time.monotonic() - began:.1f} s")
    costs = Costs({**cluster.processes(), os.getpid(): "subscribers"})
    ours, theirs = multiprocessing.Pipe()
    writer = multiprocessing.get_context("fork").Process(
        target=change_book, args=(cluster, options.seconds, options.changes, theirs))
    writer.start()
    crowd.read(time.monotonic() + options.seconds)
    shares = costs.shares()
    # What is still on its way arrives.
    crowd.read(time.monotonic() + 5)
    writer.join(30)
    changes = ours.recv() if ours.poll() else 0
    seen = crowd.facts()
    late = values_of(seen["late"])
    lasts = seen["last"]
    report = {
        "subscribers": options.subscribers, "connected": seen["connected"], "changes": changes,
        "events": sum(seen["late"].values()), "eventsEach": dict(seen["counts"]),
        "holes": seen["holes"], "p50Milliseconds": quantile(late, 0.5),
        "p99Milliseconds": quantile(late, 0.99), "processes": shares,
    }
    report["isClean"] = (
        seen["connected"] == options.subscribers and seen["holes"] == 0 and len(lasts) == 1
        and len(seen["counts"]) == 1 and changes > 0)
    each = ", ".join(f"{count} to {many}" for count, many in sorted(seen["counts"].items())[:4])
    print(f"changes of the book {changes}, events {each} subscribers, holes {seen['holes']},"
          f" lost connections {seen['gone']}")
    print(f"from event time to receipt  p50 {report['p50Milliseconds']} ms"
          f"  p99 {report['p99Milliseconds']} ms"
          f"  ({report['events'] / options.seconds:.0f} events/s received)")
    for row in shares[:6]:
        each = microseconds_each(row, report["events"])
        print(f"  {row['process']:20} {row['percent']:6.1f} %  {each:6.2f} us an event received "
              f" {row['residentBytes'] >> 20} MiB")
    return report


if __name__ == "__main__":
    main()
