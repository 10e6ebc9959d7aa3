#!/usr/bin/env python3
"""Packs the text of a recorded combined stream into the capture that the tests read.

Usage: pack.py RECORDING.gz OUT.capture

One message a line: local receive time in nanoseconds, a space, the JSON. Nothing is left out but
the venue's own clock. README.md beside this file gives the layout.
"""

import gzip
import json
import sys

PRICE_DECIMALS = 2
# Two levels of the capture have five where the pair has four.
QUANTITY_DECIMALS = 5
SNAPSHOT, LEVELS, TOP, TRADE = range(4)


def units(text, decimals):
    whole, _, fraction = text.partition(".")
    fraction = fraction.ljust(decimals, "0")
    if fraction[decimals:].strip("0"):
        raise ValueError(f"{text} has more than {decimals} decimals")
    return int(whole + fraction[:decimals])


class Packer:
    def __init__(self):
        self.bytes = bytearray()
        self.time = 0
        self.update = 0
        self.trade = 0
        self.prices = [0, 0]
        self.trade_price = 0

    def unsigned(self, value):
        if value < 0:
            raise ValueError(f"{value} is below zero")
        while value > 0x7F:
            self.bytes.append(value & 0x7F | 0x80)
            value >>= 7
        self.bytes.append(value)

    def signed(self, value):
        self.unsigned(2 * value if value >= 0 else -2 * value - 1)

    def begin(self, kind, nanoseconds):
        microseconds = nanoseconds // 1000
        self.unsigned((microseconds - self.time) << 2 | kind)
        self.time = microseconds

    def levels(self, levels):
        self.unsigned(len(levels))
        previous = 0
        for price, quantity in levels:
            ticks = units(price, PRICE_DECIMALS)
            self.signed(ticks - previous)
            self.unsigned(units(quantity, QUANTITY_DECIMALS))
            previous = ticks

    def updates(self, first, last):
        self.signed(first - self.update)
        self.unsigned(last - first)
        self.update = last

    def message(self, nanoseconds, message):
        if "lastUpdateId" in message:
            self.begin(SNAPSHOT, nanoseconds)
            self.updates(message["lastUpdateId"], message["lastUpdateId"])
            self.levels(message["bids"])
            self.levels(message["asks"])
            return
        name, data = message["stream"].split("@", 1)[1], message["data"]
        if name.startswith("depth"):
            self.begin(LEVELS, nanoseconds)
            self.updates(data["U"], data["u"])
            self.levels(data["b"])
            self.levels(data["a"])
        elif name == "bookTicker":
            self.begin(TOP, nanoseconds)
            self.signed(data["u"] - self.update)
            for side, (price, quantity) in enumerate(("bB", "aA")):
                ticks = units(data[price], PRICE_DECIMALS)
                self.signed(ticks - self.prices[side])
                self.unsigned(units(data[quantity], QUANTITY_DECIMALS))
                self.prices[side] = ticks
        elif name == "trade":
            self.begin(TRADE, nanoseconds)
            self.signed(data["t"] - self.trade)
            self.trade = data["t"]
            ticks = units(data["p"], PRICE_DECIMALS)
            self.signed(ticks - self.trade_price)
            self.trade_price = ticks
            # The buyer made: the aggressor sold.
            self.unsigned(units(data["q"], QUANTITY_DECIMALS) << 1 | data["m"])
        else:
            raise ValueError(f"unknown stream {name}")


def main(source, target):
    with gzip.open(source, "rt") as file:
        lines = [line.split(" ", 1) for line in file if line.strip()]
    packer = Packer()
    for time, text in lines:
        packer.message(int(time), json.loads(text))
    head = Packer()
    head.bytes += b"CASTCAP1"
    head.unsigned(PRICE_DECIMALS)
    head.unsigned(QUANTITY_DECIMALS)
    head.unsigned(len(lines))
    with open(target, "wb") as file:
        file.write(head.bytes + packer.bytes)


if __name__ == "__main__":
    main(*sys.argv[1:])
