import Testing

@Suite struct AccountsPlaceholderTests {
}
