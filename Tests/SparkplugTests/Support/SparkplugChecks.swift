import Model
import Sparkplug

/// What must hold for any bytes: asked by the tests and by the fuzz targets. Nil if it does, else what does not.
enum SparkplugChecks {
    /// Both decoders agree on the bytes; what they accept survives being written and read again.
    static func payload(_ bytes: [UInt8]) -> String? {
        guard FlatPayload.fast(bytes) == FlatPayload.full(bytes) else { return "the decoders differ on \(bytes)" }
        guard let payload = try? Payload(decoding: bytes) else { return nil }
        let written = payload.encoded()
        guard (try? Payload(decoding: written).encoded()) == written else { return "not a fixed point: \(bytes)" }
        // Whoever may publish commands and deaths is nobody we trust: reading them gives an answer, whatever they are.
        for command in ReceivedCommand.parse(payload) {
            if case .accepted(.receipt(let receipt)) = command, Receipt(receipt.text) != receipt {
                return "a receipt that has two texts: \(bytes)"
            }
        }
        _ = payload.bdSeq
        for metric in payload.metrics {
            if let text = metric.text, let report = Report(text), report.text != text {
                return "a report that has two texts: \(text)"
            }
        }
        return nil
    }

    /// What is accepted as a topic is exactly the text that it writes; a STATE body is read or refused.
    static func topic(_ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { raw in
            if let topic = try? Topic(raw), Array(topic.text.utf8) != bytes { return "another topic than \(bytes)" }
            if let state = try? HostState(raw) {
                let again = state.encoded().withUnsafeBytes { try? HostState($0) }
                if again != state { return "another state than \(bytes)" }
            }
            return nil
        }
    }
}
