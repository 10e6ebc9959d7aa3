"""freqtrade as it comes from PyPI, trading dry on candles that the test makes by trading."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from conftest import ROOT

BOT = ROOT / ".build/venv-freqtrade/bin/freqtrade"
SYMBOL, PAIR = "XRPUSDT", "XRP/USDT"
TICK = Decimal("0.0001")
# A start of some ten seconds, a whole minute for a candle, and some for the bot's own rounds.
DEADLINE_SECONDS = 100
STOP_SECONDS = 30
PAUSE_SECONDS = 0.25
MINUTE = 60


def configuration(cluster, directory):
    return {
        "initial_state": "running",
        "dry_run": True,
        "dry_run_wallet": 1000,
        "max_open_trades": 1,
        "stake_currency": "USDT",
        "stake_amount": 100,
        "trading_mode": "spot",
        "entry_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
        "exit_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
        "exchange": {
            "name": "binance",
            "pair_whitelist": [PAIR],
            "ccxt_config": {
                "options": {
                    "fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False,
                    "fetchMargins": False,
                },
                "urls": {"api": {
                    "public": f"{cluster.rest}/api/v3",
                    "private": f"{cluster.rest}/api/v3",
                    "v1": f"{cluster.rest}/api/v1",
                    "sapi": f"{cluster.rest}/sapi/v1",
                    "ws": {
                        "spot": f"{cluster.ws}/ws",
                        "ws-api": {"spot": f"{cluster.ws}/ws-api/v3"},
                    },
                }},
            },
        },
        "pairlists": [{"method": "StaticPairList"}],
        "internals": {"process_throttle_secs": 1},
        "db_url": f"sqlite:///{directory}/trades.sqlite",
    }


@contextmanager
def bot(cluster, directory):
    """A bot that runs until the end, where it ends as it should on Ctrl-C."""
    (directory / "config.json").write_text(json.dumps(configuration(cluster, directory)))
    log = directory / "bot.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [BOT, "trade", "-v", "--config", directory / "config.json", "--userdir", directory,
             "--strategy-path", Path(__file__).parent / "strategies",
             "--strategy", "RisingCandle"],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=directory,
            # Otherwise it breaks its lines after 80 characters.
            env={**os.environ, "COLUMNS": "1000"})
    try:
        yield process, log
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 128 + signal.SIGINT, tail(log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def tail(log):
    return "\n".join(log.read_text().splitlines()[-40:])


def open_trades(directory):
    """What the bot has bought, as its own database tells it."""
    path = directory / "trades.sqlite"
    if not path.exists():
        return []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        try:
            return database.execute(
                "select pair, is_open, amount, open_rate, strategy from trades").fetchall()
        except sqlite3.OperationalError:
            # Not made yet, or being written.
            return []


def trade(seller, buyer):
    """Prices rise with the seconds of the minute, so each minute's candle rises."""
    price = Decimal("0.5") + int(time.time()) % MINUTE * TICK
    seller.order(SYMBOL, "SELL", "20", f"{price}")
    assert buyer.order(SYMBOL, "BUY", "20", f"{price}")["status"] == "FILLED"


def test_bot_trades_on_our_candles(cluster, rests, tmp_path):
    seller, buyer = rests
    # What the bot buys from, and what keeps the book from being empty on the other side.
    seller.order(SYMBOL, "SELL", "100000", "0.51")
    buyer.order(SYMBOL, "BUY", "100000", "0.49")
    trade(seller, buyer)
    with bot(cluster, tmp_path) as (process, log):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (open_trades(tmp_path) and f"reuse watch result for {PAIR}" in log.read_text()):
            assert process.poll() is None, tail(log)
            assert time.monotonic() < deadline, tail(log)
            trade(seller, buyer)
            time.sleep(PAUSE_SECONDS)
        said = log.read_text()

    ((pair, is_open, amount, rate, strategy),) = open_trades(tmp_path)
    assert (pair, bool(is_open), strategy) == (PAIR, True, "RisingCandle")
    assert amount > 0 and Decimal(str(rate)) == Decimal("0.51")
    candles_were_ours(rests[0], said)
    assert "ERROR" not in said and "Traceback" not in said, tail(log)


def candles_were_ours(rest, said):
    """Each candle the bot worked on is what the venue says of that minute now."""
    seen = [json.loads(each) for each in re.findall(r"candle (\{.*\})", said)]
    assert seen
    for candle in seen:
        (row,) = rest.public(
            "/api/v3/klines", symbol=SYMBOL, interval="1m", startTime=candle["time"],
            limit=1).json
        assert row[0] == candle["time"]
        for name, value in zip(("open", "high", "low", "close", "volume"), row[1:6]):
            assert Decimal(repr(candle[name])) == Decimal(value), (name, candle, row)
