import Glibc
import Model
import Sparkplug

/// What a metric of a data message costs: 40 readings and the three delivery metrics in one DDATA of 875 bytes.
/// Processor time of the calling thread, so that other work on the machine disturbs little.
enum SparkplugBench {
    struct Result {
        let name: String
        let nsPerMetric: Double
    }

    static func run(messages: Int = 500_000) -> [Result] {
        let signals = (0..<40).map { Signal("signal_\($0)", "Signal \($0)") }
        let kind = AssetKind(id: "bench", title: "", groups: [SignalGroup("all", .everyTick, signals)], scenarios: []) {
            _ in fatalError("not simulated")
        }
        let device = AliasTable(assets: [("asset", kind)]).devices[0]
        let frame = Frame(group: 0, timeMs: 1_767_225_600_000, values: (0..<40).map { Double($0) * 1.25 + 0.1 })
        guard let epoch = Epoch(bits: 0x0123_4567_89AB_CDEF) else { return [] }
        var envelope = DataEnvelope(
            epoch: epoch, sequence: 1, chain: 0xFEDC_BA98_7654_3210, seq: 0, sentMs: frame.timeMs + 50,
            isHistorical: false)
        var encoder = DataEncoder(device: device)
        var total = 0
        let encoding = cpuNs {
            for sequence in 1...messages {
                envelope.sequence = Int64(sequence)
                envelope.seq &+= 1
                total += (try? encoder.withMessage(frame, envelope) { $0.count }) ?? 0
            }
        }
        let message = (try? encoder.withMessage(frame, envelope) { Array($0) }) ?? []
        var sum: UInt64 = 0
        let decoding = cpuNs {
            for _ in 1...messages { message.withUnsafeBytes { sum ^= decode($0) } }
        }
        let full = cpuNs {
            for _ in 1...(messages / 20) { total += (try? Payload(decoding: message).metrics.count) ?? 0 }
        }
        precondition(total > 0 && sum != 1, "the work must not be optimised away")
        let metrics = Double(messages * 43)
        return [
            Result(name: "encode DDATA", nsPerMetric: encoding / metrics),
            Result(name: "decode DDATA", nsPerMetric: decoding / metrics),
            Result(name: "decode any payload", nsPerMetric: full / metrics * 20),
        ]
    }

    @inline(never)
    private static func decode(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        do throws(PayloadError) {
            var decoder = try DataDecoder(bytes)
            var sum = decoder.seq ?? 0
            while try decoder.next() {
                sum ^= decoder.metric.alias ^ decoder.metric.timestampMs
                sum ^= decoder.metric.number(declared: .double)?.bitPattern ?? 0
            }
            return sum
        } catch {
            return 1
        }
    }

    private static func cpuNs(_ work: () -> Void) -> Double {
        let start = threadNs()
        work()
        return threadNs() - start
    }

    private static func threadNs() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
