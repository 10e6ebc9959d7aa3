/// A range of values on a stretch of pixels, with round numbers for its ticks.
struct PlotAxis: Equatable, Sendable {
    private static let steps: [Int64] = [1, 2, 5]

    let low: Int64
    let high: Int64
    /// Pixel of the lowest value.
    let origin: Double
    /// Pixels from the lowest to the highest value; negative runs upwards.
    let length: Double

    /// Lays out a range; an empty one is widened by one.
    init(low: Int64, high: Int64, origin: Double, length: Double) {
        self.low = low
        self.high = max(high, low + 1)
        self.origin = origin
        self.length = length
    }

    /// Where a value is.
    func pixel(_ value: Double) -> Double {
        origin + (value - Double(low)) * length / Double(high - low)
    }

    /// Values to be written beside the axis, at most so many: multiples of 1, 2 or 5 times a power
    /// of ten.
    func ticks(countMax: Int64) -> [Int64] {
        let step = Self.step(high - low, countMax: countMax)
        var value = low >= 0 ? (low + step - 1) / step * step : -(-low / step) * step
        var ticks: [Int64] = []
        while value <= high {
            ticks.append(value)
            value += step
        }
        return ticks
    }

    /// The smallest round step that makes at most so many of a span.
    static func step(_ span: Int64, countMax: Int64) -> Int64 {
        var power: Int64 = 1
        while power < Int64.max / 100 {
            for digit in steps where span / (digit * power) < countMax { return digit * power }
            power *= 10
        }
        return power
    }
}
