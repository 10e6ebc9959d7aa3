/// Lends the strings as the null-terminated list of C strings that a program is started with.
func withCStrings<Value>(
    _ strings: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
        capacity: strings.count + 1
    )
    for (index, string) in strings.enumerated() {
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: string.utf8.count + 1)
        _ = copy.initialize(from: string.utf8CString)
        list[index] = copy.baseAddress
    }
    list[strings.count] = nil
    defer {
        for index in strings.indices { list[index]?.deallocate() }
        list.deallocate()
    }
    return body(list)
}
