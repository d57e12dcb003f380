import Runtime

extension EvaluationReport {
    /// One object on one line. Times are in seconds, shares between 0 and 1; null: the set has no such figure.
    public var json: String {
        var json = JSONWriter()
        json.object { json in
            json.field("set", set.rawValue)
            json.field("path", path)
            json.field("runs", runCount)
            json.field("rows", rowCount)
            json.field("values", valueCount)
            EvaluationReport.write(detector, &json)
            if set == .simulated { writeSimulated(&json) }
            json.field(
                "floors",
                object: { json in
                    for floor in floors {
                        json.field(floor.name, object: { json in EvaluationReport.write(floor, &json) })
                    }
                })
            json.field("groups", array: { json in for index in groups.indices { writeGroup(index, &json) } })
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }

    private static func write(_ figures: DetectorFigures, _ json: inout JSONWriter) {
        let events = figures.events
        json.field("events", events.outcomes.count)
        json.field("event_recall", events.recall)
        write("event_recall_interval", figures.recallInterval, &json)
        json.field("median_delay", events.delay(0.5))
        write("median_delay_interval", figures.delayInterval, &json)
        json.field("p90_delay", events.delay(0.9))
        json.field("max_delay", events.delay(1))
        json.field("false_episodes", events.falseEpisodes)
        json.field("false_episodes_per_day", events.falsePerDay)
        write("false_episodes_per_day_interval", figures.falseInterval, &json)
        json.field("normal_days", events.normalDays)
        json.field("precision", events.precision)
        json.field("missed_detection", figures.rows?.missedDetection)
        json.field("false_alarm_rate", figures.rows?.falseAlarmRate)
        json.field("row_f1", figures.rows?.f1)
        json.field("shifted_missed_detection", figures.shiftedRows?.missedDetection)
        json.field("shifted_false_alarm_rate", figures.shiftedRows?.falseAlarmRate)
        json.field("shifted_row_f1", figures.shiftedRows?.f1)
        json.field("vus_pr", figures.vusPR)
        for (place, profile) in zip(["standard", "low_fp", "low_fn"], NABScore.Profile.all).enumerated() {
            json.field("nab_\(profile.0)", figures.nab?.normalised(profile.1))
            json.field("nab_\(profile.0)_optimised_threshold", figures.nabOptimised?[place])
        }
        json.field("nab_windows", figures.nab?.windows)
        json.field("nab_detected", figures.nab?.detected)
        json.field("nab_false_alarms", figures.nab?.falseAlarms)
        json.field("guilty_first", events.explained(within: 1, atLast: false, onlySensors: false))
        json.field("guilty_in_first_3", events.explained(within: 3, atLast: false, onlySensors: false))
        json.field("guilty_sensor_first", events.explained(within: 1, atLast: false, onlySensors: true))
        json.field("guilty_sensor_first_in_the_end", events.explained(within: 1, atLast: true, onlySensors: true))
        json.field("ns_per_value", figures.nsPerValue)
        json.field("bytes_per_signal", figures.bytesPerSignal)
    }

    private static func write(_ name: String, _ range: ClosedRange<Double>?, _ json: inout JSONWriter) {
        json.key(name)
        guard let range else { return json.null() }
        json.array { json in
            json.double(range.lowerBound)
            json.double(range.upperBound)
        }
    }

    private func writeSimulated(_ json: inout JSONWriter) {
        json.field("median_delay_missed_counted", detector.events.censoredDelay(0.5))
        json.field("ewma_median_delay_missed_counted", floors.last?.events.censoredDelay(0.5))
        json.field("white_share", whiteShare)
        json.field(
            "kinds",
            array: { json in
                for kind in whiteness {
                    let normal = groups.first { $0.name == "\(kind.kind)/normal" }?.detector
                    json.object { json in
                        json.field("kind", kind.kind)
                        json.field("false_episodes_per_day", normal?.falsePerDay)
                        json.field("white_share", EvaluationReport.whiteShare(kind.autocorrelations))
                        json.field(
                            "not_white",
                            array: { json in
                                for one in kind.autocorrelations where abs(one.value) >= 0.1 { json.string(one.signal) }
                            })
                    }
                }
            })
    }

    static func whiteShare(_ all: [(signal: String, value: Double)]) -> Double? {
        all.isEmpty ? nil : Double(all.count { abs($0.value) < 0.1 }) / Double(all.count)
    }

    private func writeGroup(_ index: Int, _ json: inout JSONWriter) {
        let group = groups[index]
        json.object { json in
            json.field("name", group.name)
            json.field("events", group.detector.outcomes.count)
            json.field("event_recall", group.detector.recall)
            json.field("median_delay", group.detector.delay(0.5))
            json.field("max_delay", group.detector.delay(1))
            json.field("false_episodes", group.detector.falseEpisodes)
            json.field("normal_days", group.detector.normalDays)
            json.field("guilty_first", group.detector.explained(within: 1, atLast: false, onlySensors: false))
            for (floor, events) in zip(floors, group.floors) where floor.name.hasPrefix("ewma") {
                json.field("\(floor.name)_event_recall", events.recall)
                json.field("\(floor.name)_median_delay", events.delay(0.5))
            }
        }
    }
}
