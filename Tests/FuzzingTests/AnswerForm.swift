import Trading

@testable import API

/// What every answer has in common, whatever was asked.
enum AnswerForm {
    /// Size in bytes of the largest answer: nothing a client sends makes a small venue say more.
    private static let sizeMax = 1 << 20

    /// Holds an answer to a refusal of the documented form, or to a status of success.
    static func check(_ response: APIResponse) {
        checkJSON(response.body)
        if response.status == 200 { return }
        invariant((400...599).contains(response.status), "a refusal has the status of one")
        checkError(response.body)
    }

    /// Holds a text to JSON.
    static func checkJSON(_ text: [UInt8]) {
        invariant(text.count <= sizeMax, "an answer of \(text.count) bytes")
        invariant(String(validating: text, as: UTF8.self) != nil, "an answer is UTF-8")
        var reader = JSONReader(text)
        do throws(JSONFault) {
            _ = try reader.readValue()
            try reader.expectEnd()
        } catch {
            invariant(false, "no JSON: \(error) in \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// Holds a body to `{"code":<negative integer>,"msg":"<words>",…}`.
    private static func checkError(_ body: [UInt8]) {
        var members: [String: JSONValue] = [:]
        var reader = JSONReader(body)
        do throws(JSONFault) {
            try reader.readObject { (reader, name) throws(JSONFault) in
                let previous = members.updateValue(try reader.readValue(), forKey: name)
                invariant(previous == nil, "a member is there once")
            }
        } catch {
            invariant(false, "a refusal is no object: \(error)")
        }
        guard case .number(let code)? = members["code"],
            case .string(let words)? = members["msg"]
        else { return invariant(false, "a refusal has a code and words") }
        let text = String(decoding: code, as: UTF8.self)
        guard let number = Int(text) else { return invariant(false, "the code is \(text)") }
        invariant((-2999 ... -1000).contains(number), "no code of the venue: \(number)")
        invariant(!words.isEmpty, "a refusal says why")
    }
}
