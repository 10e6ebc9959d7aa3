import Testing

@Suite struct ReplicationPlaceholderTests {
}
