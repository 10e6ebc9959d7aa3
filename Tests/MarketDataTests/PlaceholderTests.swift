import Testing

@Suite struct MarketDataPlaceholderTests {
}
