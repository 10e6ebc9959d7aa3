import Testing

@Suite struct TLSPlaceholderTests {
}
