import Testing

@Suite struct EventLoopPlaceholderTests {
}
