"""A strategy of one idea: what rose in the last minute is bought."""

import json
import logging

from freqtrade.strategy import IStrategy
from pandas import DataFrame

logger = logging.getLogger(__name__)


class RisingCandle(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "1m"
    startup_candle_count = 1
    minimal_roi = {"0": 10}
    stoploss = -0.9
    order_types = {
        "entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False,
    }

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        last = dataframe.iloc[-1]
        # Whoever runs the bot compares this with what the venue says of that minute.
        logger.info("candle %s", json.dumps({
            "time": int(last["date"].timestamp() * 1000),
            **{name: float(last[name]) for name in ("open", "high", "low", "close", "volume")},
        }))
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        rose = (dataframe["close"] > dataframe["open"]) & (dataframe["volume"] > 0)
        dataframe.loc[rose, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe
