// Placeholder until the first type of MarketData lands.
