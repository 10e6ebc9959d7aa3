import Testing

@Suite struct WorkloadPlaceholderTests {
}
