import Testing

@Suite struct MatchingPlaceholderTests {
}
