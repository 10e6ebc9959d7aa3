import Testing

@Suite struct SimulationPlaceholderTests {
}
