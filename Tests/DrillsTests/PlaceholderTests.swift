import Testing

@Suite struct DrillsPlaceholderTests {
}
