import Runtime
import Testing

@Suite struct FootprintTests {
    /// Code that was dropped must come back when it is called, also while another thread is running it.
    @Test func droppedCodeComesBack() throws {
        let isDone = Locked(false)
        let worker = try NamedThread.start(name: "worker") {
            var sum: UInt32 = 0
            while !isDone.withLock({ $0 }) { sum = CRC32C.of(withUnsafeBytes(of: sum) { Array($0) }) }
        }
        for round in 0..<20 {
            Footprint.release()
            #expect(RFC3339.parse(RFC3339.format(ms: Int64(round) * 1_000)) == Int64(round) * 1_000)
        }
        isDone.withLock { $0 = true }
        worker.join()
        #expect(ResourceUse.now().rssBytes > 0)
    }
}
