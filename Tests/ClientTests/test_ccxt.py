"""Unmodified ccxt against the edge."""

from decimal import Decimal

import ccxt
import pytest

from conftest import SYMBOLS, make_ccxt
from rest import Account, h2_request

FEE = Decimal("0.001")


def raw_balances(exchange):
    """Free and locked by asset, exactly as sent: ccxt's own numbers are floats."""
    return {
        entry["asset"]: (Decimal(entry["free"]), Decimal(entry["locked"]))
        for entry in exchange.private_get_account()["balances"]
    }


def total(balances, asset):
    free, locked = balances.get(asset, (Decimal(0), Decimal(0)))
    return free + locked


def change(before, after, asset):
    return total(after, asset) - total(before, asset)


def test_markets_load_with_their_filters(alice):
    markets = alice.load_markets()
    assert {market["id"] for market in markets.values()} >= set(SYMBOLS)
    pair = markets["BTC/USDT"]
    assert pair["spot"] and pair["active"]
    assert pair["precision"]["price"] == 0.01
    assert pair["precision"]["amount"] == 0.00001
    assert pair["limits"]["cost"]["min"] == 5
    names = {entry["filterType"] for entry in pair["info"]["filters"]}
    assert names >= {"PRICE_FILTER", "LOT_SIZE", "NOTIONAL"}


def test_clock_is_ours(alice):
    assert abs(alice.fetch_time() - alice.milliseconds()) < 5000


def test_balance_shows_the_funds(alice):
    balance = alice.fetch_balance()
    assert balance["USDT"]["free"] > 0
    assert balance["BTC"]["total"] > 0


def test_limit_order_rests_and_cancels(alice):
    placed = alice.create_order("BTC/USDT", "limit", "buy", 0.5, 30000)
    assert (placed["status"], placed["filled"]) == ("open", 0)
    assert placed["id"] in [order["id"] for order in alice.fetch_open_orders("BTC/USDT")]
    assert [30000.0, 0.5] in alice.fetch_order_book("BTC/USDT")["bids"]

    assert alice.cancel_order(placed["id"], "BTC/USDT")["status"] == "canceled"
    assert alice.fetch_order(placed["id"], "BTC/USDT")["status"] == "canceled"
    assert alice.fetch_open_orders("BTC/USDT") == []
    assert alice.fetch_order_book("BTC/USDT")["bids"] == []


def test_edit_cancels_and_places_anew(alice):
    placed = alice.create_order("BTC/USDT", "limit", "buy", 0.5, 30000)
    edited = alice.edit_order(placed["id"], "BTC/USDT", "limit", "buy", 0.25, 30001)
    assert edited["id"] != placed["id"]
    assert (edited["status"], edited["price"], edited["amount"]) == ("open", 30001, 0.25)
    assert alice.fetch_order(placed["id"], "BTC/USDT")["status"] == "canceled"
    with pytest.raises(ccxt.ExchangeError, match="-2022.*Unknown order sent"):
        # The old order is gone, so nothing is placed in its stead.
        alice.edit_order(placed["id"], "BTC/USDT", "limit", "buy", 0.25, 30002)
    assert [order["id"] for order in alice.fetch_open_orders("BTC/USDT")] == [edited["id"]]
    alice.cancel_order(edited["id"], "BTC/USDT")


def test_hold_is_taken_and_released(alice):
    before = raw_balances(alice)
    placed = alice.create_order("SOL/USDT", "limit", "buy", 2, 150.25)
    during = raw_balances(alice)
    assert during["USDT"][1] - before["USDT"][1] == Decimal("300.5")
    assert before["USDT"][0] - during["USDT"][0] == Decimal("300.5")
    alice.cancel_order(placed["id"], "SOL/USDT")
    assert raw_balances(alice) == before


def test_partial_fill_then_the_rest(alice, bob):
    maker = alice.create_order("ETH/USDT", "limit", "sell", 1, 2000)
    taker = bob.create_order("ETH/USDT", "limit", "buy", 0.4, 2000)
    assert (taker["status"], taker["filled"]) == ("closed", 0.4)
    seen = alice.fetch_order(maker["id"], "ETH/USDT")
    assert (seen["status"], seen["filled"], seen["remaining"]) == ("open", 0.4, 0.6)
    assert seen["info"]["status"] == "PARTIALLY_FILLED"
    assert [2000.0, 0.6] in alice.fetch_order_book("ETH/USDT")["asks"]

    rest = bob.create_order("ETH/USDT", "market", "buy", 0.6)
    assert (rest["status"], rest["average"]) == ("closed", 2000)
    assert alice.fetch_order(maker["id"], "ETH/USDT")["status"] == "closed"


def test_balances_and_fees_are_exact(alice, bob):
    before = [raw_balances(exchange) for exchange in (alice, bob)]
    alice.create_order("BNB/USDT", "limit", "sell", 3, 600.01)
    bob.create_order("BNB/USDT", "limit", "buy", 2.5, 600.05)
    after = [raw_balances(exchange) for exchange in (alice, bob)]

    # The fill is at the maker's price; the buyer's better limit costs nothing.
    quantity, notional = Decimal("2.5"), Decimal("2.5") * Decimal("600.01")
    assert change(before[0], after[0], "BNB") == -quantity
    assert change(before[0], after[0], "USDT") == notional * (1 - FEE)
    assert change(before[1], after[1], "USDT") == -notional
    assert change(before[1], after[1], "BNB") == quantity * (1 - FEE)
    assert after[1]["USDT"][1] == before[1]["USDT"][1]


def test_reported_commissions_are_what_was_taken(alice, bob):
    before = raw_balances(bob)
    for price in ("0.5123", "0.5127", "0.5131"):
        alice.create_order("XRP/USDT", "limit", "sell", 77, float(price))
    taken = bob.create_order("XRP/USDT", "limit", "buy", 203, 0.52)
    fills = taken["info"]["fills"]
    assert [fill["price"][:6] for fill in fills] == ["0.5123", "0.5127", "0.5131"]
    bought = sum(Decimal(fill["qty"]) for fill in fills)
    paid = sum(Decimal(fill["qty"]) * Decimal(fill["price"]) for fill in fills)
    fees = sum(Decimal(fill["commission"]) for fill in fills)
    assert bought == Decimal("203")
    assert {fill["commissionAsset"] for fill in fills} == {"XRP"}
    after = raw_balances(bob)
    assert change(before, after, "XRP") == bought - fees
    assert change(before, after, "USDT") == -paid
    assert abs(fees - bought * FEE) <= len(fills) * Decimal("1e-8")


def test_market_order_by_cost(alice, bob):
    alice.create_order("SOL/USDT", "limit", "sell", 10, 150)
    bought = bob.create_market_buy_order_with_cost("SOL/USDT", 300.1)
    assert bought["filled"] == 2
    assert bought["cost"] <= 300.1


def test_market_order_on_an_empty_book_expires(bob):
    order = bob.create_order("BNB/BTC", "market", "buy", 1)
    assert (order["status"], order["filled"]) == ("expired", 0)


@pytest.mark.parametrize("force,filled", [("IOC", 10), ("FOK", 0)])
def test_immediate_orders_leave_nothing(alice, bob, force, filled):
    alice.create_order("ADA/USDT", "limit", "sell", 10, 0.5)
    order = bob.create_order("ADA/USDT", "limit", "buy", 20, 0.5, {"timeInForce": force})
    assert (order["status"], order["filled"]) == ("expired", filled)
    assert bob.fetch_open_orders("ADA/USDT") == []


def test_my_trades_agree_on_both_sides(alice, bob):
    alice.create_order("ETH/BTC", "limit", "buy", 1.5, 0.05)
    bob.create_order("ETH/BTC", "market", "sell", 1.5)
    maker = alice.fetch_my_trades("ETH/BTC")[-1]
    taker = bob.fetch_my_trades("ETH/BTC")[-1]
    assert maker["id"] == taker["id"]
    assert (maker["side"], maker["takerOrMaker"]) == ("buy", "maker")
    assert (taker["side"], taker["takerOrMaker"]) == ("sell", "taker")
    assert (maker["fee"]["currency"], taker["fee"]["currency"]) == ("ETH", "BTC")
    assert taker["id"] == bob.fetch_trades("ETH/BTC")[-1]["id"]


def test_market_data_follows_the_trade(alice, bob):
    alice.create_order("BTC/USDT", "limit", "sell", 0.25, 30100)
    bob.create_order("BTC/USDT", "limit", "buy", 0.25, 30100)
    alice.create_order("BTC/USDT", "limit", "buy", 0.1, 29900)
    alice.create_order("BTC/USDT", "limit", "sell", 0.2, 30200)
    ticker = bob.fetch_ticker("BTC/USDT")
    assert (ticker["last"], ticker["bid"], ticker["ask"]) == (30100, 29900, 30200)
    candle = bob.fetch_ohlcv("BTC/USDT", "1m")[-1]
    # The minute may have turned since; an empty one repeats the close.
    assert candle[4] == 30100
    assert bob.fetch_bids_asks(["BTC/USDT"])["BTC/USDT"]["bid"] == 29900


def test_all_open_orders_cancel_at_once(alice):
    for step in range(3):
        alice.create_order("SOL/USDT", "limit", "buy", 1, 100 + step)
    assert len(alice.fetch_open_orders("SOL/USDT")) == 3
    alice.cancel_all_orders("SOL/USDT")
    assert alice.fetch_open_orders("SOL/USDT") == []


def test_order_history_keeps_order_and_state(alice):
    first = alice.create_order("SOL/USDT", "limit", "buy", 1, 101)
    second = alice.create_order("SOL/USDT", "limit", "buy", 1, 102)
    alice.cancel_order(first["id"], "SOL/USDT")
    states = {order["id"]: order["status"] for order in alice.fetch_orders("SOL/USDT")}
    assert (states[first["id"]], states[second["id"]]) == ("canceled", "open")
    assert int(second["id"]) > int(first["id"])


def test_post_only_order_that_would_take_is_refused(alice, bob):
    alice.create_order("ETH/USDT", "limit", "sell", 1, 2000)
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        bob.create_order("ETH/USDT", "limit", "buy", 1, 2000, {"postOnly": True})


def test_own_orders_do_not_trade(alice):
    resting = alice.create_order("ETH/USDT", "limit", "sell", 1, 2000)
    incoming = alice.create_order(
        "ETH/USDT", "limit", "buy", 1, 2000, {"selfTradePreventionMode": "EXPIRE_TAKER"})
    assert incoming["info"]["status"] == "EXPIRED_IN_MATCH"
    assert incoming["filled"] == 0
    assert alice.fetch_order(resting["id"], "ETH/USDT")["status"] == "open"


# ---- Refusals, by the class a ccxt user catches -------------------------------------------------


def test_more_than_the_balance(alice):
    before = raw_balances(alice)
    with pytest.raises(ccxt.InsufficientFunds):
        alice.create_order("ADA/USDT", "limit", "sell", 8000000, 0.5)
    assert raw_balances(alice) == before


def test_unknown_order(alice):
    with pytest.raises(ccxt.OrderNotFound):
        alice.fetch_order("987654321", "BTC/USDT")
    with pytest.raises(ccxt.OrderNotFound):
        alice.cancel_order("987654321", "BTC/USDT")


@pytest.mark.parametrize("field,value,refusal", [
    ("price", "30000.001", ccxt.InvalidOrder),
    ("quantity", "0.000001", ccxt.InvalidOrder),
    # ccxt knows the name NOTIONAL on Binance's own hosts only; elsewhere -1013 is a bad request.
    ("quantity", "0.00001", ccxt.BadRequest),
])
def test_filters(alice, field, value, refusal):
    terms = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": "0.1", "price": "30000", field: value,
    }
    with pytest.raises(refusal, match="Filter failure"):
        alice.private_post_order(terms)


def test_unknown_symbol(alice):
    with pytest.raises(ccxt.BadSymbol):
        alice.public_get_depth({"symbol": "NOPEUSDT"})


def test_wrong_secret_and_unknown_key(cluster):
    true = cluster.accounts["alice"]
    for account in (Account("x", true.key, "x" * 64), Account("x", "x" * 64, true.secret)):
        with pytest.raises(ccxt.AuthenticationError):
            make_ccxt(cluster, account).private_get_account()


def test_client_order_id_is_unique_while_open(alice):
    terms = {"clientOrderId": "only-once"}
    placed = alice.create_order("BTC/USDT", "limit", "buy", 0.1, 30000, terms)
    with pytest.raises(ccxt.InvalidOrder, match="Duplicate order sent"):
        alice.create_order("BTC/USDT", "limit", "buy", 0.1, 30000, terms)
    assert len(alice.fetch_open_orders("BTC/USDT")) == 1
    alice.cancel_order(placed["id"], "BTC/USDT")


# ---- Read your writes ---------------------------------------------------------------------------


def test_a_write_through_one_router_is_read_through_the_other(cluster, rests):
    account = cluster.accounts["alice"]
    routers = cluster.router_urls
    assert len(routers) == 2
    for turn in range(20):
        writer, reader = routers[turn % 2], routers[(turn + 1) % 2]
        price = f"{1500 + turn}.00"
        placed = h2_request(
            writer, account, "POST", "/api/v3/order", symbol="ETHUSDT", side="BUY", type="LIMIT",
            timeInForce="GTC", quantity="0.5", price=price)
        assert placed.status == 200, placed
        order_id = placed.json["orderId"]

        seen = h2_request(
            reader, account, "GET", "/api/v3/order", symbol="ETHUSDT", orderId=order_id)
        assert (seen.status, seen.json["status"]) == (200, "NEW")
        held = h2_request(reader, account, "GET", "/api/v3/account").json["balances"]
        locked = {entry["asset"]: Decimal(entry["locked"]) for entry in held}
        assert locked["USDT"] == Decimal(price) / 2
        depth = h2_request(reader, None, "GET", "/api/v3/depth", symbol="ETHUSDT").json
        assert [f"{price}000000", "0.50000000"] in depth["bids"]

        cancelled = h2_request(
            writer, account, "DELETE", "/api/v3/order", symbol="ETHUSDT", orderId=order_id)
        assert cancelled.status == 200
        open_orders = h2_request(
            reader, account, "GET", "/api/v3/openOrders", symbol="ETHUSDT").json
        assert open_orders == []
