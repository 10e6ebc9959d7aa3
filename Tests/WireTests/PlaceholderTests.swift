import Testing

@Suite struct WirePlaceholderTests {
}
