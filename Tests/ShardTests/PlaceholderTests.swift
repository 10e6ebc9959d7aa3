import Testing

@Suite struct ShardPlaceholderTests {
}
