import Testing

@Suite struct HTTPPlaceholderTests {
}
