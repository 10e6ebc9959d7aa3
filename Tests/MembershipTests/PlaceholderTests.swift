import Testing

@Suite struct MembershipPlaceholderTests {
}
