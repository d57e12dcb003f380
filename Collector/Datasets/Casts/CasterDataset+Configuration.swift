import Assets
import Model
public import Runtime

/// The settings in effect, for the manifest, from which a check can be made without any other file.
extension CasterDataset {
    public func writeConfiguration(_ json: inout JSONWriter) {
        let config = campaign.config
        json.field("minutes", minutes)
        json.field("defect_share", config.defects.share)
        json.field("excursion_share", campaign.planner.excursionShare)
        json.field("liquidus_formula", LiquidusFormula.plant.rawValue)
        json.field("layout", config.outputs.layout.rawValue)
        json.field(
            "campaign",
            object: { json in
                json.key("start")
                json.time(ms: config.campaign.startMs)
                json.field("casts_per_sequence", config.campaign.castsPerSequence)
                json.field("hours_between_sequences", config.campaign.hoursBetweenSequences)
                json.field(
                    "split",
                    object: { json in
                        json.field("train", config.campaign.trainShare)
                        json.field("validation", config.campaign.validationShare)
                        json.field("test", config.campaign.testShare)
                    })
            })
        json.field(
            "climate",
            object: { json in
                json.field("mean_c", config.climate.meanC)
                json.field("seasonal_swing_c", config.climate.seasonalSwingC)
                json.field("daily_swing_c", config.climate.dailySwingC)
                json.field("warmest_day", config.climate.warmestDay)
            })
        json.field("ladle_t", config.ladleT)
        json.distribution("turbulence", config.turbulence)
        json.key("grades")
        json.array { json in for grade in config.grades { CasterDataset.write(grade, &json) } }
        json.field("defects", object: { json in CasterDataset.write(config.defects, &json) })
        CasterDataset.write("excursions", config.excursions, campaign.excursionProbabilities, &json)
        json.field("disturbance_share", config.disturbanceShare)
        CasterDataset.write("disturbances", config.disturbances, [], &json)
    }

    private static func write(_ grade: CasterDatasetConfig.Grade, _ json: inout JSONWriter) {
        json.object { json in
            json.field("name", grade.name)
            json.field("share", grade.share)
            json.distribution("speed_m_per_min", grade.speedMPerMin)
            json.distribution("superheat_k", grade.superheatK)
            json.distribution("cleanliness", grade.cleanliness)
            json.field(
                "composition",
                object: { json in
                    for element in SteelElement.allCases {
                        json.distribution(element.name, grade.elements[element.rawValue])
                    }
                })
        }
    }

    private static func write(_ model: DefectModel, _ json: inout JSONWriter) {
        let limits = model.thresholds
        func rule(_ defect: DefectModel.Defect, _ json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
            json.field(
                defect.name,
                object: { json in
                    body(&json)
                    json.field("probability", model.responses[defect.rawValue].threshold)
                    json.field("steepness", model.responses[defect.rawValue].steepness)
                })
        }
        rule(.surfaceCracks, &json) { json in
            json.field("deviation_mm", limits.levelMm)
            json.field("longer_than_s", limits.levelSeconds)
        }
        rule(.internalCracks, &json) { json in
            json.field("drop_k", limits.dropK)
            json.field("within_s", limits.dropSeconds)
            json.field("above_m_per_min", limits.dropSpeedMPerMin)
        }
        rule(.cornerCracks, &json) { json in
            json.field("low_per_min", limits.oscillationPerMin.lowerBound)
            json.field("high_per_min", limits.oscillationPerMin.upperBound)
            json.field("longer_than_s", limits.oscillationSeconds)
        }
        rule(.inclusions, &json) { json in
            json.field("superheat_above_k", limits.superheatK)
            json.field("imbalance_above", limits.imbalance)
            json.field("longer_than_s", limits.imbalanceSeconds)
            json.key("zone_shares")
            json.array { json in for share in limits.zoneShares { json.double(share) } }
        }
        rule(.shape, &json) { json in json.field("vibration_above_mm_per_s", limits.vibrationMmPerS) }
        json.field(
            "background",
            object: { json in
                json.field("probability", model.background.probability)
                json.field("cleanliness", model.background.cleanliness)
                json.field("cleanliness_scale", model.background.cleanlinessScale)
                json.field("peritectic_factor", model.background.peritecticFactor)
                json.field("at_most", model.background.atMost)
            })
        json.field(
            "severity_levels",
            object: { json in
                json.field("moderate", model.moderate)
                json.field("severe", model.severe)
            })
    }

    private static func write(
        _ name: String, _ templates: [CastTemplate], _ probabilities: [Double], _ json: inout JSONWriter
    ) {
        json.key(name)
        json.array { json in
            for (index, template) in templates.enumerated() {
                json.object { json in
                    json.field("name", template.name)
                    json.field("weight", template.weight)
                    if probabilities.indices.contains(index) {
                        json.field("expected_probability", Distribution.rounded(probabilities[index], decimals: 6))
                    }
                    json.distribution("onset", template.onset)
                    json.distribution("speed_factor", template.speedFactor)
                    json.key("parts")
                    json.array { json in
                        for part in template.parts {
                            json.object { json in
                                json.field("scenario", part.scenario)
                                json.distribution("severity", part.severity)
                                json.field("delay_min", part.delayMin)
                                json.distribution("ramp_min", part.rampMin)
                                json.distribution("duration_min", part.durationMin)
                                json.distribution("recovery_min", part.recoveryMin)
                            }
                        }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func distribution(_ name: String, _ distribution: Distribution) {
        key(name)
        object { json in
            switch distribution {
            case .constant(let value): json.field("value", value)
            case .uniform(let range):
                json.field("min", range.lowerBound)
                json.field("max", range.upperBound)
            case .normal(let mean, let deviation, let range):
                json.field("mean", mean)
                json.field("deviation", deviation)
                json.field("min", range.lowerBound)
                json.field("max", range.upperBound)
            }
        }
    }
}
