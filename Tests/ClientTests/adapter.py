"""What the walk asks of a client library; each library has its adapter.

An adapter places orders, reads and listens by the library's own means and gives back what the venue
said, field by field as Binance names them: what a library made of it is the adapter's to check.
"""

import asyncio
import time
from abc import ABC, abstractmethod

DEADLINE_SECONDS = 20
PAUSE_SECONDS = 0.02


class Refused(Exception):
    """The venue said no, and nothing happened."""

    def __init__(self, code, message):
        super().__init__(code, message)
        self.code = code
        self.message = message


class Unknown(Exception):
    """Sent, and no answer says what became of it."""


# Not carried out, and worth another try: no primary just now, or too much in flight.
TRY_AGAIN = (-1001, -1008)
# Carried out or not: the venue does not know either.
UNKNOWN_OUTCOME = (-1006, -1007)


def refusal(code, message):
    """The exception for an error answer."""
    return Unknown(code, message) if code in UNKNOWN_OUTCOME else Refused(code, message)


def text(number):
    """A decimal as it is sent."""
    return format(number, "f")


async def until(condition, what, seconds=DEADLINE_SECONDS):
    """Waits until the condition gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        said = what() if callable(what) else what
        assert time.monotonic() < deadline, f"not in {seconds} s: {said}"
        await asyncio.sleep(PAUSE_SECONDS)


class Adapter(ABC):
    """One account at one venue through one library."""

    name = ""

    def __init__(self, cluster, account):
        self.cluster = cluster
        self.account_keys = account
        # As they came, in the order they came.
        self.events = []
        self.trades = []
        self.candles = []
        # Of what runs in the background: anything here is a failure.
        self.faults = []
        self.tasks = []

    async def __aenter__(self):
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.close()

    def listen(self, step):
        """Runs a step again and again beside the walk."""

        async def run():
            try:
                while True:
                    await step()
            except asyncio.CancelledError:
                raise
            except Exception as fault:
                self.faults.append(fault)

        self.tasks.append(asyncio.create_task(run()))

    # ---- Connecting and listening ---------------------------------------------------------------

    @abstractmethod
    async def open(self):
        """Connects and loads the markets."""

    @abstractmethod
    async def close(self):
        """Leaves nothing open."""

    @abstractmethod
    def market(self, symbol):
        """Tick and step of a symbol as the library understood them, as decimals."""

    @abstractmethod
    async def watch_account(self):
        """Events of the account go to `events` from the return on."""

    @abstractmethod
    async def watch_market(self, symbol):
        """Keeps a book; trades and candles of one second go to `trades` and `candles`."""

    @abstractmethod
    def book(self):
        """Bids and asks as the library keeps them: two dictionaries of decimals."""

    # ---- Orders ---------------------------------------------------------------------------------

    @abstractmethod
    async def place(self, symbol, **terms):
        """By REST, in full."""

    @abstractmethod
    async def place_by_socket(self, symbol, **terms):
        """By the WebSocket API."""

    @abstractmethod
    async def cancel(self, symbol, identity):
        pass

    @abstractmethod
    async def cancel_all(self, symbol):
        pass

    @abstractmethod
    async def replace(self, symbol, identity, **terms):
        """Cancels one order and places another in its stead; the answer is about the other."""

    @abstractmethod
    async def amend(self, symbol, identity, quantity):
        pass

    @abstractmethod
    async def place_list(self, kind, symbol, **terms):
        """`kind` is oco, oto or otoco."""

    @abstractmethod
    async def cancel_list(self, symbol, identity):
        pass

    # ---- Questions ------------------------------------------------------------------------------

    @abstractmethod
    async def order(self, symbol, **reference):
        pass

    @abstractmethod
    async def order_list(self, identity):
        pass

    @abstractmethod
    async def open_orders(self, symbol):
        pass

    @abstractmethod
    async def my_trades(self, symbol, first=None):
        pass

    @abstractmethod
    async def account(self):
        pass

    @abstractmethod
    async def depth(self, symbol):
        pass

    @abstractmethod
    async def klines(self, symbol, interval, start):
        pass

    @abstractmethod
    async def public_trades(self, symbol):
        """The newest, oldest first."""
