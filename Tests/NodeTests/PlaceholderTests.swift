import Testing

@Suite struct NodePlaceholderTests {
}
