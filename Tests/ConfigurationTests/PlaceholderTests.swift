import Testing

@Suite struct ConfigurationPlaceholderTests {
}
