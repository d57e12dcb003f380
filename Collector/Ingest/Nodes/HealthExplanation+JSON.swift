import Analytics
import Runtime

/// Why an asset's score is what it is, as its history keeps it.
extension HealthExplanation {
    /// The contributions, as a JSON array.
    var reasonsJSON: String {
        var json = JSONWriter()
        json.array { json in
            for part in contributions {
                json.object { json in
                    json.field("signal", part.signal)
                    json.field("subsystem", part.subsystem)
                    json.field("value", part.value)
                    json.field("limit", part.limit)
                    json.field("cause", part.cause.rawValue)
                    json.field("points", part.points)
                    json.field("without", part.without)
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Everything else, as a JSON object.
    var detailJSON: String {
        var json = JSONWriter()
        json.object { json in
            json.field("uncertainty", uncertainty)
            json.field("trend", trend.rawValue)
            json.field("rate_per_hour", ratePerHour)
            json.field(
                "subsystems",
                array: { json in
                    for part in subsystems {
                        json.object { json in
                            json.field("name", part.name)
                            json.field("title", part.title)
                            json.field("score", part.score)
                        }
                    }
                })
            json.field(
                "unseen",
                array: { json in
                    for signal in unseen {
                        json.object { json in
                            json.field("signal", signal.signal)
                            json.field("why", signal.isStale ? "stale" : "bad")
                        }
                    }
                })
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension HealthExplanation.Contribution {
    /// For people; nil when there is no reading to name.
    var words: String? { value.map { "\(signal) is at \($0)" } }
}
