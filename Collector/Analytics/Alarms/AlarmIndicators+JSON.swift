public import Runtime

extension AlarmIndicators {
    /// The members of the indicators; `names`: public names of assets, by number.
    public func write(_ json: inout JSONWriter, names: [Int32: String]) {
        func share(_ share: Share, _ json: inout JSONWriter) {
            json.field("alarm", share.alarm)
            json.field("asset", names[share.asset] ?? "")
            json.field("rule", share.rule)
            json.field("count", share.count)
            json.field("share", share.share)
        }
        func alarm(_ alarm: Standing, _ json: inout JSONWriter) {
            json.field("alarm", alarm.alarm)
            json.field("asset", names[alarm.asset] ?? "")
            json.field("rule", alarm.rule)
            json.field("state", alarm.state.rawValue)
            json.field("since", timeMs: alarm.sinceMs)
        }
        json.field("from", timeMs: fromMs)
        json.field("to", timeMs: toMs)
        json.field("alarms", alarms)
        json.field("late", late)
        json.field("announced", announced)
        json.field("per_10_min", perTenMinutes)
        json.field("peak_per_10_min", peakPerTenMinutes)
        json.field("flood_share", floodShare)
        json.field(
            "floods",
            array: { json in
                for flood in floods {
                    json.object { json in
                        json.field("from", timeMs: flood.fromMs)
                        json.field("to", timeMs: flood.toMs)
                        json.field("alarms", flood.alarms)
                    }
                }
            })
        json.field("top_ten", array: { json in for one in topTen { json.object { share(one, &$0) } } })
        json.field("top_ten_share", topTenShare)
        json.field("standing", array: { json in for one in standing { json.object { alarm(one, &$0) } } })
        json.field("stale", array: { json in for one in stale { json.object { alarm(one, &$0) } } })
        json.field("chattering", array: { json in for one in chattering { json.object { share(one, &$0) } } })
        json.field(
            "priority_split",
            object: { json in
                for priority in AlarmRule.Priority.allCases {
                    json.field(priority.rawValue, Double(byPriority[priority] ?? 0) / Double(max(1, alarms)))
                }
            })
        json.field(
            "time_to_acknowledge_s",
            object: { json in
                json.field("count", acknowledgeMs.count)
                json.field("median", acknowledgeMs(quantile: 0.5).map { Double($0) / 1000 })
                json.field("p95", acknowledgeMs(quantile: 0.95).map { Double($0) / 1000 })
                json.field("max", acknowledgeMs.last.map { Double($0) / 1000 })
            })
    }
}
