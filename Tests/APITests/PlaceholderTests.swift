import Testing

@Suite struct APIPlaceholderTests {
}
