import Testing

@Suite struct TradingPlaceholderTests {
}
