import Configuration
import Testing
import Trading

/// What an operator may say of a deposit or a withdrawal.
@Suite struct CashRequestTests {
    private func decode(_ body: String) throws(ConfigurationError) -> (CashRequest, Amount) {
        try CashRequest.decode(Array(body.utf8))
    }

    private func refusal(_ body: String) -> String {
        do throws(ConfigurationError) {
            _ = try decode(body)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func amountIsReadToTheLastUnit() throws {
        let body = #"{"id":9007199254740991,"account":2,"asset":"BTC","amount":"0.00000001"}"#
        let (request, amount) = try decode(body)
        #expect(request.id == CashRequest.idMax)
        #expect(request.account == 2)
        #expect(request.asset == "BTC")
        #expect(amount == Amount(units: 1))
    }

    @Test(arguments: [
        (#"{"id":0,"account":1,"asset":"BTC","amount":"1"}"#, "id"),
        (#"{"id":9007199254740992,"account":1,"asset":"BTC","amount":"1"}"#, "id"),
        (#"{"id":1,"account":0,"asset":"BTC","amount":"1"}"#, "account"),
        (#"{"id":1,"account":1,"asset":"BTC","amount":"0"}"#, "amount"),
        (#"{"id":1,"account":1,"asset":"BTC","amount":"-1"}"#, "amount"),
        (#"{"id":1,"account":1,"asset":"BTC","amount":"0.000000001"}"#, "amount"),
        (#"{"id":1,"account":1,"asset":"BTC","amount":"1e3"}"#, "amount"),
        (#"{"id":1,"account":1,"asset":"BTC","amount":"99999999999999999999"}"#, "amount"),
        (#"{"id":1,"account":1,"asset":"BTC","amount":1}"#, "amount"),
        (#"{"id":1,"account":1,"amount":"1"}"#, "asset"),
    ])
    func badFieldIsNamed(body: String, field: String) {
        #expect(refusal(body).contains("\(field): "), "\(refusal(body))")
    }

    @Test func whatIsNoJSONIsRefused() {
        #expect(!refusal("").isEmpty)
        #expect(!refusal("id=1").isEmpty)
    }
}
