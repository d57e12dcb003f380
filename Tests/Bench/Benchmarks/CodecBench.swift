import Assets
import Glibc
import Model
import Sparkplug
import TestSupport

/// What a metric of a data message costs: 40 readings and the three delivery metrics in one DDATA, beside protobuf-c.
/// Processor time of the calling thread, so that other work on the machine disturbs little.
struct CodecBench: Benchmark {
    static let name = "codec"
    private static let messages = 100_000
    private static let rounds = 5

    func run(_ bench: inout Bench) throws {
        guard let kind = AssetCatalog["caster"], let epoch = Epoch(bits: 0x0123_4567_89AB_CDEF) else {
            throw SupportFailure("there is no caster")
        }
        let frame = FramePool(kind: kind, signals: 40, count: 1).frame(0, timeMs: 1_767_225_600_000)
        let work = Work(kind: kind, frame: frame, epoch: epoch)
        let folder = try TemporaryFolder("codec")
        let file = folder.path("message")
        try writeBytes(file, work.message)
        var ours: [String: [Double]] = [:]
        var rivals: [String: [Double]] = [:]
        for _ in 0..<CodecBench.rounds {
            for (name, ns) in work.run(messages: CodecBench.messages) { ours[name, default: []].append(ns) }
            for (name, ns) in try bench.rivals.run(["codec", file, "\(CodecBench.messages / 4)"]) {
                rivals[name, default: []].append(ns)
            }
        }
        for (what, ours) in ours.sorted(by: { $0.key < $1.key }) {
            let verb = what.hasPrefix("encode") ? "encode" : "decode"
            for kind in ["malloc", "arena"] where what != "decode any payload" || kind == "malloc" {
                try bench.report.add(
                    Figure(
                        name: CodecBench.name, figure: what, value: median(ours), unit: "ns/metric",
                        rival: "protobuf-c, \(kind)", rivalValue: rivals["\(verb)_\(kind)"].map(median),
                        note: kind == "malloc" ? "\(work.message.count) bytes, \(work.metricCount) metrics" : ""))
            }
        }
    }
}

/// The same message again and again, as often as the measurement needs.
private struct Work {
    let frame: Frame
    let device: AliasTable.Device
    let epoch: Epoch
    private(set) var message: [UInt8] = []
    var metricCount: Int { frame.values.count + 3 }

    init(kind: AssetKind, frame: Frame, epoch: Epoch) {
        self.frame = frame
        self.epoch = epoch
        device = AliasTable(assets: [("asset", kind)]).devices[0]
        var encoder = DataEncoder(device: device)
        message = (try? encoder.withMessage(frame, envelope) { Array($0) }) ?? []
    }

    private var envelope: DataEnvelope {
        DataEnvelope(
            epoch: epoch, sequence: 1 << 20, chain: 0xFEDC_BA98_7654_3210, seq: 7, sentMs: frame.timeMs + 50,
            isHistorical: false)
    }

    /// Nanoseconds a metric.
    func run(messages: Int) -> [(String, Double)] {
        var encoder = DataEncoder(device: device)
        var envelope = envelope
        var total = 0
        let encoding = cpuNs {
            for sequence in 1...messages {
                envelope.sequence = Int64(1 << 20 + sequence)
                envelope.seq &+= 1
                total += (try? encoder.withMessage(frame, envelope) { $0.count }) ?? 0
            }
        }
        var sum: UInt64 = 0
        let decoding = cpuNs {
            for _ in 1...messages { message.withUnsafeBytes { sum ^= decode($0) } }
        }
        let full = cpuNs {
            for _ in 1...(messages / 20) { total += (try? Payload(decoding: message).metrics.count) ?? 0 }
        }
        precondition(total > 0 && sum != 1, "the work must not be optimised away")
        let metrics = Double(messages * metricCount)
        return [
            ("encode DDATA", encoding / metrics), ("decode DDATA", decoding / metrics),
            ("decode any payload", full / metrics * 20),
        ]
    }

    @inline(never)
    private func decode(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
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

    private func cpuNs(_ work: () -> Void) -> Double {
        let start = threadNs()
        work()
        return threadNs() - start
    }

    private func threadNs() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}

private func writeBytes(_ path: String, _ bytes: [UInt8]) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    defer { close(file) }
    guard file >= 0, write(file, bytes, bytes.count) == bytes.count else {
        throw SupportFailure("write \(path): \(errno)")
    }
}
