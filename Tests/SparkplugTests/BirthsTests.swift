import Model
import Sparkplug
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct BirthsTests {
    private let births = Births(aliases: Samples.aliases)
    private let device = Samples.aliases.devices[0]

    private func nodeBirth() -> Payload {
        births.node(Samples.status, bdSeq: 255, properties: [("Software", "Bellwether"), ("OS", "Linux")], timeMs: 99)
    }

    private func deviceBirth() -> Payload {
        births.device(device, latest: [Samples.frame, nil], status: Samples.status, seq: 1, timeMs: 99)
    }

    // MARK: Rules of the standard

    @Test func everyMetricOfABirthIsComplete() {
        for payload in [nodeBirth(), deviceBirth()] {
            #expect(payload.timestampMs == 99)
            for metric in payload.metrics {
                #expect(metric.name?.isEmpty == false)
                #expect(metric.datatype?.isKnown == true && metric.datatype != .unknown)
                #expect(metric.timestampMs == 99)
                #expect((metric.value == nil) == (metric.isNull == true), "\(metric)")
                #expect(metric.isHistorical == nil)
                #expect(metric.properties.map { $0.keys.count == $0.values.count } != false)
            }
            let names = payload.metrics.compactMap { $0.name?.lowercased() }
            #expect(Set(names).count == names.count, "two names differ by case only or not at all")
        }
    }

    @Test func aliasesAreUniqueOverTheNodeAndItsDevices() {
        let payloads =
            [nodeBirth()]
            + Samples.aliases.devices.map {
                births.device($0, latest: [], status: Samples.status, seq: 1, timeMs: 99)
            }
        let aliases = payloads.flatMap { $0.metrics.compactMap(\.alias) }
        #expect(Set(aliases).count == aliases.count)
        #expect(aliases.min() == 1)
        #expect(aliases.max() == UInt64(aliases.count), "no number is left out: small aliases are short")
    }

    @Test func nodeBirthSaysWhatHolds() throws {
        let payload = nodeBirth()
        #expect(payload.seq == 0)
        #expect(payload.bdSeq == 255)
        let byName = Dictionary(uniqueKeysWithValues: payload.metrics.map { ($0.name ?? "", $0) })
        let rebirth = try #require(byName["Node Control/Rebirth"])
        #expect(rebirth.datatype == .boolean && rebirth.value == .scalar(.boolean(false)))
        for name in ["bdSeq", "Node Control/Rebirth", "Node Control/Receipt", "Node Control/Resend", "Properties/OS"] {
            #expect(try #require(byName[name]).alias == nil, "\(name)")
        }
        #expect(byName["bdSeq"]?.datatype == .int64)
        #expect(byName["Delivery/Epoch"]?.text == "0123456789abcdef")
        #expect(byName["Delivery/Sequence"]?.integer() == 42)
        #expect(byName["Delivery/Sequence"]?.isTransient == true)
        #expect(byName["Delivery/Chain"]?.integer() == Int64(bitPattern: 0xFEDC_BA98_7654_3210))
        #expect(byName["Delivery/First"]?.integer() == 40)
        #expect(byName["Delivery/Receipted"]?.integer() == 39)
        #expect(byName["Delivery/Pending"]?.integer() == 3)
        #expect(byName["Delivery/Dropped"]?.integer() == 0)
        #expect(byName["Outbox/Bytes"]?.integer() == 1 << 20)
        #expect(byName["Outbox/Capacity Bytes"]?.integer() == 1 << 30)
        #expect(byName["Outbox/Days Left"]?.number() == 12.5)
        #expect(byName["Delivery/Report"]?.text == "")
        #expect(byName["Properties/Software"]?.text == "Bellwether")
    }

    @Test(arguments: [nil, Double.infinity, Double.nan])
    func daysLeftThatNobodyKnowsAreNull(days: Double?) throws {
        var status = Samples.status
        status.outboxDaysLeft = days
        let payload = births.node(status, bdSeq: 0, properties: [], timeMs: 1)
        let metric = try #require(payload.metrics.first { $0.name == MetricName.outboxDaysLeft })
        #expect(metric.isNull == true && metric.value == nil)
    }

    @Test func deaths() {
        let death = Births.nodeDeath(bdSeq: 7, timeMs: 5)
        #expect(death.seq == nil)
        #expect(death.metrics.count == 1)
        #expect(death.bdSeq == 7)
        #expect(Births.deviceDeath(seq: 3, timeMs: 5) == Payload(timestampMs: 5, seq: 3))
    }

    @Test func deviceBirthSaysWhatScenariosThereAre() throws {
        func born(_ scenarios: Births.DeviceScenarios) -> [String: Metric] {
            let payload = births.device(
                device, latest: [], status: Samples.status, seq: 1, timeMs: 99, scenarios: scenarios)
            return Dictionary(uniqueKeysWithValues: payload.metrics.map { ($0.name ?? "", $0) })
        }
        let calm = born(.init())
        #expect(calm["Scenario/Running"]?.text == "[]" && calm["Scenario/Running"]?.alias == device.scenariosRunning)
        #expect(calm["Scenario/Note"]?.alias == device.note && calm["Scenario/Note"]?.isTransient == true)
        #expect(calm["Properties/Scenarios"] == nil && calm["Device Control/Scenario Start"] == nil)
        let open = born(.init(available: "[1]", running: "[2]"))
        #expect(open["Properties/Scenarios"]?.text == "[1]" && open["Scenario/Running"]?.text == "[2]")
        for name in ["Device Control/Scenario Start", "Device Control/Scenario Stop", "Properties/Scenarios"] {
            let metric = try #require(open[name])
            #expect(metric.datatype == .string && metric.alias == nil, "\(name)")
        }
    }

    @Test func notesTravelAsData() throws {
        let envelope = DataEnvelope(
            epoch: Samples.status.epoch, sequence: 7, chain: 8, seq: 9, sentMs: 100, isHistorical: false)
        let note = Note(timeMs: 50, text: "{\"phase\":\"onset\"}")
        let live = births.note(note, of: device, running: "[]", envelope)
        #expect(
            live.metrics.map(\.alias) == [
                device.delivery.epoch, device.delivery.sequence, device.delivery.chain, device.note,
                device.scenariosRunning,
            ])
        #expect(live.metrics.allSatisfy { $0.timestampMs == 50 && $0.isHistorical == nil } && live.seq == 9)
        #expect(live.metrics[3].text == note.text && live.timestampMs == 100)
        var late = envelope
        late.isHistorical = true
        let historical = births.note(note, of: device, running: nil, late)
        #expect(historical.metrics.count == 4 && historical.metrics.allSatisfy { $0.isHistorical == true })
    }

    @Test func deviceBirthDescribesEverySignal() throws {
        let payload = deviceBirth()
        #expect(payload.seq == 1)
        let byName = Dictionary(uniqueKeysWithValues: payload.metrics.map { ($0.name ?? "", $0) })
        #expect(byName["Delivery/Sequence"]?.alias == device.delivery.sequence)
        #expect(byName["Properties/Asset Kind"]?.text == "sample")

        let temperature = try #require(byName["temperature"])
        #expect(temperature.datatype == .double && temperature.number() == 290.25)
        #expect(temperature.alias == device.alias(group: 0, position: 0))
        let properties = try #require(temperature.properties)
        #expect(properties["engUnit"] == PropertyValue("Cel"))
        #expect(properties["engLow"] == PropertyValue(-50.0))
        #expect(properties["engHigh"] == PropertyValue(1200.0))
        #expect(properties["group"] == PropertyValue("process"))
        #expect(properties["position"] == PropertyValue(Int32(0)))
        #expect(properties["readOnly"] == PropertyValue(true))
        #expect(properties["Quality"] == nil)

        // No value: null, and never good.
        let pressure = try #require(byName["pressure"])
        #expect(pressure.isNull == true && pressure.qualityCode == 500)
        let rain = try #require(byName["rain"])
        #expect(rain.isNull == true && rain.qualityCode == 0)

        #expect(byName["scram"]?.datatype == .boolean)
        #expect(byName["scram"]?.value == .scalar(.boolean(true)))
        let mode = try #require(byName["mode"])
        #expect(mode.datatype == .string && mode.text == "Störung" && mode.qualityCode == 500)
        #expect(mode.properties?["categories"] == PropertyValue("stop|run|Störung"))
    }

    // MARK: Data of the node

    @Test func onlyWhatChangedIsSent() throws {
        var status = Samples.status
        #expect(births.statusChange(status, since: Samples.status, seq: 4, timeMs: 100) == nil)
        status.receipted = 41
        status.outboxDaysLeft = nil
        // What every record says anyway is not repeated.
        status.sequence = 50
        let payload = try #require(births.statusChange(status, since: Samples.status, seq: 4, timeMs: 100))
        #expect(
            payload
                == Payload(
                    timestampMs: 100,
                    metrics: [
                        Metric(alias: Samples.aliases.node.receipted, timestampMs: 100, value: .scalar(.long(41))),
                        Metric(alias: Samples.aliases.node.outboxDaysLeft, timestampMs: 100, isNull: true),
                    ], seq: 4))
    }

    @Test func aReportTravelsUnderItsNumber() {
        let payload = births.report(Samples.report, Samples.envelope(sequence: 44, isHistorical: true))
        let node = Samples.aliases.node
        #expect(
            payload.metrics.map(\.alias)
                == [node.delivery.epoch, node.delivery.sequence, node.delivery.chain, node.report])
        #expect(payload.metrics.allSatisfy { $0.isHistorical == true && $0.name == nil })
        #expect(payload.metrics[1].integer(declared: .int64) == 44)
        #expect(payload.metrics[3].text.flatMap { Report($0) } == Samples.report)
        #expect(payload.seq == 7)
    }

    @Test func everyAliasInDataWasBorn() throws {
        let born = Set((nodeBirth().metrics + deviceBirth().metrics).compactMap(\.alias))
        var encoder = DataEncoder(device: device)
        let data = try Payload(decoding: encoder.withMessage(Samples.frame, Samples.envelope()) { Array($0) })
        let report = births.report(Samples.report, Samples.envelope())
        for metric in data.metrics + report.metrics {
            #expect(born.contains(metric.alias ?? 0))
            #expect(metric.name == nil)
        }
    }
}
