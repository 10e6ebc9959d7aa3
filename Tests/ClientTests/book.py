"""An order book kept as clients keep it: a snapshot by REST, then the changes of the stream."""

from decimal import Decimal


def levels(pairs):
    """Quantity by price; what is at no price is left out."""
    return {Decimal(price): Decimal(quantity) for price, quantity in pairs}


class Book:
    def __init__(self, snapshot):
        self.last = snapshot["lastUpdateId"]
        self.sides = [levels(snapshot["bids"]), levels(snapshot["asks"])]

    def apply(self, event):
        if event["u"] <= self.last:
            return
        assert event["U"] <= self.last + 1, "a hole between snapshot and stream"
        for side, changes in zip(self.sides, (event["b"], event["a"])):
            for price, quantity in levels(changes).items():
                if quantity:
                    side[price] = quantity
                else:
                    # Removing a level that the snapshot already lacks is no fault.
                    side.pop(price, None)
        self.last = event["u"]
