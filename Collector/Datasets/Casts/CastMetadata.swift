import Assets
import Model
import Runtime

/// A cast as a JSON document of its own.
enum CastMetadata {
    static func json(_ record: CastRecord) -> [UInt8] {
        let plan = record.plan
        var json = JSONWriter()
        json.object { json in
            json.field("cast_id", plan.id)
            json.field("sequence_id", plan.sequenceID)
            json.field("split", plan.split.rawValue)
            json.field("steel_grade", plan.gradeName)
            json.key("composition")
            json.object { json in
                for element in SteelElement.allCases {
                    json.field(element.name, plan.heat.composition[keyPath: element.path])
                }
            }
            json.field("cleanliness_index", plan.heat.cleanliness)
            json.field("liquidus_temperature", plan.heat.liquidusC)
            json.field("liquidus_formula", LiquidusFormula.plant.rawValue)
            json.key("superheat")
            json.object { json in
                json.field("aim", plan.heat.superheatAimK)
                json.field("mean", record.summary.meanSuperheatK)
                json.field("min", record.summary.leastSuperheatK)
                json.field("max", record.summary.mostSuperheatK)
            }
            json.field("casting_speed_aim", plan.speedAimMPerMin)
            json.key("start")
            json.time(ms: plan.startMs)
            json.key("end")
            json.time(ms: plan.endMs)
            json.field("duration_s", plan.seconds)
            labels(record.labels, &json)
            scenarios(plan, &json)
            statistics(record, &json)
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func labels(_ labels: CastLabels, _ json: inout JSONWriter) {
        json.key("labels")
        json.object { json in
            json.field("defect", labels.isDefective)
            json.field("defect_type", labels.className)
            json.key("defect_types")
            json.array { json in
                for defect in CastLabels.Defect.allCases where labels.defects[defect.rawValue] {
                    json.string(defect.name)
                }
            }
            json.field("severity", labels.severity)
            json.field("level", labels.level.rawValue)
            json.field("probability", labels.probability)
            json.key("rules")
            json.object { json in
                for defect in CastLabels.Defect.allCases {
                    json.key(defect.name)
                    json.object { json in
                        json.field("broken", labels.ruleSeverities[defect.rawValue] > 0)
                        json.field("severity", labels.ruleSeverities[defect.rawValue])
                        json.field("probability", labels.probabilities[defect.rawValue])
                    }
                }
            }
        }
    }

    private static func scenarios(_ plan: CastPlan, _ json: inout JSONWriter) {
        json.field("template", plan.template)
        json.key("scenarios")
        json.array { json in
            for injection in plan.injections {
                json.object { json in
                    json.field("scenario", injection.scenario)
                    json.field("severity", injection.severity)
                    json.key("onset")
                    json.time(ms: plan.startMs + Int64(injection.onsetS) * 1000)
                    json.field("onset_s", injection.onsetS)
                    json.field("ramp_s", injection.rampS)
                    json.field("hold_s", injection.holdS)
                    json.field("recovery_s", injection.recoveryS)
                }
            }
        }
    }

    private static func statistics(_ record: CastRecord, _ json: inout JSONWriter) {
        json.key("statistics")
        json.object { json in
            for (signal, statistics) in zip(record.process.signals, record.statistics) {
                json.key(signal.name)
                json.object { json in
                    json.field("unit", signal.unit)
                    json.field("readings", statistics.count)
                    json.field("mean", Distribution.rounded(statistics.mean, decimals: 6))
                    json.field("std", Distribution.rounded(statistics.deviation, decimals: 6))
                    json.field("min", statistics.least)
                    json.field("max", statistics.most)
                }
            }
        }
    }
}
