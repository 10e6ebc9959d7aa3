import Trading

/// Which pairs a request is about: `symbol`, `symbols` or neither.
struct SymbolSelection {
    /// The pairs, in the order named.
    let instruments: [InstrumentID]
    /// Whether one was named by `symbol`: its answer is an object, not a list.
    let isSingle: Bool
    /// Whether none was named.
    let isAll: Bool
}

extension Gateway {
    private static let symbolsRange =
        "^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$"

    /// Reads the selection.
    ///
    /// - Parameter parameters: `symbol` and `symbols` exclude one another.
    /// - Returns: Every pair when neither was sent.
    /// - Throws: -1128, -1100, -1121, -1151.
    func selection(_ parameters: Parameters) throws(APIError) -> SymbolSelection {
        let symbol = try parameters.optional("symbol")
        let symbols = try parameters.optional("symbols")
        guard symbol == nil || symbols == nil else { throw .badCombination }
        if let symbol {
            let instrument = try instrument(named: symbol, in: "symbol")
            return SymbolSelection(instruments: [instrument.id], isSingle: true, isAll: false)
        }
        guard let symbols else {
            let all = venue.instruments.map(\.id)
            return SymbolSelection(instruments: all, isSingle: false, isAll: true)
        }
        var chosen: [InstrumentID] = []
        for name in try Self.strings(symbols, in: "symbols", range: Self.symbolsRange) {
            let id = try instrument(named: name, in: "symbols").id
            guard !chosen.contains(id) else { throw .duplicateSymbol }
            chosen.append(id)
        }
        guard !chosen.isEmpty else { throw .missing("symbols") }
        return SymbolSelection(instruments: chosen, isSingle: false, isAll: false)
    }

    /// Splits `["A","B"]`, with blanks where JSON allows them.
    static func strings(
        _ text: ArraySlice<UInt8>,
        in name: StaticString,
        range: String
    ) throws(APIError) -> [ArraySlice<UInt8>] {
        let inner = trimmed(text)
        guard inner.count >= 2, inner.first == UInt8(ascii: "["), inner.last == UInt8(ascii: "]")
        else { throw .illegal(name, range: range) }
        let list = trimmed(inner.dropFirst().dropLast())
        guard !list.isEmpty else { return [] }
        var result: [ArraySlice<UInt8>] = []
        for part in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let element = trimmed(part)
            guard element.count >= 2, element.first == UInt8(ascii: "\""),
                element.last == UInt8(ascii: "\"")
            else { throw .illegal(name, range: range) }
            result.append(element.dropFirst().dropLast())
        }
        return result
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while text.first == UInt8(ascii: " ") { text.removeFirst() }
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }
}
