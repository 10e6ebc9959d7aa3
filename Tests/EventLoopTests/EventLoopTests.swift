import EventLoop
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventLoopTests {
    @Test func timersFireInOrderOfTheirTime() {
        var fired: [Int] = []
        runLoop { loop, done in
            loop.schedule(afterMilliseconds: 20) {
                fired.append(3)
                done()
            }
            loop.schedule(afterMilliseconds: 10) { fired.append(2) }
            loop.schedule(afterMilliseconds: 0) { fired.append(1) }
        }
        #expect(fired == [1, 2, 3])
    }

    @Test func repeatingTimerStopsWhenCancelled() {
        var count = 0
        runLoop { loop, done in
            var timer: LoopTimer?
            timer = loop.schedule(afterMilliseconds: 1, repeatingMilliseconds: 1) {
                count += 1
                if count == 3 { timer?.cancel() }
            }
            loop.schedule(afterMilliseconds: 30, done)
        }
        #expect(count == 3)
    }

    @Test func cancelledTimerDoesNotFire() {
        var isFired = false
        runLoop { loop, done in
            let timer = loop.schedule(afterMilliseconds: 5) { isFired = true }
            timer.cancel()
            #expect(timer.isCancelled)
            loop.schedule(afterMilliseconds: 20, done)
        }
        #expect(!isFired)
    }

    @Test func enqueuedBlocksRunBeforeHooksAndBothBeforeSleep() {
        var order: [String] = []
        runLoop { loop, done in
            loop.beforeSleep {
                guard order.last == "enqueued" else { return }
                order.append("hook")
                loop.enqueue {
                    order.append("from the hook")
                    done()
                }
            }
            loop.enqueue { order.append("enqueued") }
        }
        #expect(order == ["enqueued", "hook", "from the hook"])
    }

    @Test func endlessEnqueueingDoesNotStarveTimers() {
        var rounds = 0
        runLoop { loop, done in
            var isOver = false
            func again() {
                rounds += 1
                if !isOver { loop.enqueue(again) }
            }
            loop.enqueue(again)
            loop.schedule(afterMilliseconds: 5) {
                isOver = true
                done()
            }
        }
        #expect(rounds > 16)
    }

    @Test func clocksGoForward() {
        let loop = EventLoop()
        defer { loop.close() }
        let start = loop.nowNanoseconds
        #expect(loop.nowNanoseconds >= start)
        #expect(loop.wallClockMilliseconds > 1_700_000_000_000)
        #expect(loop.wallClockMicroseconds / 1_000_000 >= loop.wallClockMilliseconds / 1000 - 1)
    }
}
