import Testing

@Suite struct CoordinationPlaceholderTests {
}
