import Model

/// The signal table of a CANDU 6 unit. Ranges follow the users' document (flux 1.0-1.5e13 n/cm2/s, core 260-320 Cel,
/// pressure from 10 MPa, vibration 0-5 mm/s, tritium 0-1000 pCi/L); the operating point lies inside them at 10.2 MPa.
extension CanduPlant {
    static let layout = SensorLayout<CanduPlant>(
        [
            ChannelGroup("process", .everyTick, nuclear + primary + pumps + secondary + containment),
            ChannelGroup("environment", .every(seconds: 10), environment),
            ChannelGroup("status", .onChange, status),
        ],
        faults: SensorFaults(
            drift: .init("core_outlet_temperature", by: 20), stuck: .init("primary_pressure"),
            spike: .init("neutron_flux", by: 0.3e13), dropout: .init("coolant_flow"),
            bias: .init("core_outlet_temperature_b", by: 12)))

    private typealias Row = Channel<CanduPlant>

    private static let nuclear: [Channel<CanduPlant>] = [
        Row.measured(
            "neutron_flux", "Neutron flux, ion chamber A", "{n}/cm2/s", normal: 1.0e13...1.5e13,
            alarm: 0.5e13...1.6e13, physical: 0...5e13, decimals: 0, weight: 2,
            Instrument(relative: 0.0015, resolution: 1e5)
        ) { $0.fluxPerCm2S },
        Row.measured(
            "neutron_flux_b", "Neutron flux, ion chamber B", "{n}/cm2/s", normal: 1.0e13...1.5e13,
            alarm: 0.5e13...1.6e13, physical: 0...5e13, decimals: 0, weight: 1,
            Instrument(relative: 0.0015, resolution: 1e5)
        ) { $0.fluxPerCm2S },
        Row.measured(
            "neutron_flux_c", "Neutron flux, ion chamber C", "{n}/cm2/s", normal: 1.0e13...1.5e13,
            alarm: 0.5e13...1.6e13, physical: 0...5e13, decimals: 0, weight: 1,
            Instrument(relative: 0.0015, resolution: 1e5)
        ) { $0.fluxPerCm2S },
        Row.measured(
            "flux_log_rate", "Log rate of neutron flux", "%/s", normal: -2...2, alarm: -8...8, physical: -1000...1000,
            decimals: 3, weight: 1, Instrument(noise: 0.02, wander: 0.02, lag: 3)
        ) { $0.logRatePercentS },
        Row.measured(
            "reactor_power", "Reactor power", "%", normal: 55...104, alarm: 20...110, physical: 0...400, weight: 2,
            Instrument(noise: 0.05, wander: 0.04)
        ) { $0.powerPercent },
        Row.measured(
            "thermal_power", "Thermal power to coolant", "MW", normal: 1100...2160, alarm: 400...2270,
            physical: 0...8000, decimals: 1, weight: 1, Instrument(noise: 2, wander: 2)
        ) { $0.thermalMW },
        Row.measured(
            "decay_heat", "Decay heat", "MW", normal: 60...150, alarm: 0...160, physical: 0...300, decimals: 2,
            Instrument(noise: 0.1, wander: 0.1)
        ) { $0.decayHeatMW },
        Row.measured(
            "xenon_reactivity", "Xenon reactivity, estimated", "{mk}", normal: -36...(-20), alarm: -120...0,
            physical: -400...10, decimals: 3, weight: 0.5, Instrument(noise: 0.01, wander: 0.01)
        ) { $0.xenonMk },
        Row.measured(
            "zone_level_average", "Liquid zone level, average", "%", normal: 15...75, alarm: 5...95, physical: 0...100,
            weight: 1, Instrument(noise: 0.1, wander: 0.1)
        ) { $0.zonePercent },
        Row.known(
            "adjuster_withdrawal", "Adjuster rods withdrawn", "%", normal: 0...60, alarm: 0...100, physical: 0...100,
            decimals: 1
        ) { $0.adjusterPercent },
        Row.measured(
            "moderator_temperature", "Moderator outlet temperature", "Cel", normal: 60...75, alarm: 50...85,
            physical: 0...120, weight: 0.5, Instrument(noise: 0.05, wander: 0.05, lag: 8)
        ) { $0.moderatorC },
    ]

    private static let primary: [Channel<CanduPlant>] = [
        Row.measured(
            "core_inlet_temperature", "Core inlet temperature", "Cel", normal: 260...275, alarm: 250...290,
            physical: 0...400, weight: 1, Instrument(noise: 0.012, wander: 0.01, drift: 0.03)
        ) { $0.inletSensedC },
        Row.measured(
            "core_outlet_temperature", "Core outlet temperature A", "Cel", normal: 295...320, alarm: 260...325,
            physical: 0...400, weight: 2, Instrument(noise: 0.012, wander: 0.01, drift: 0.03)
        ) { $0.outletSensedC },
        Row.measured(
            "core_outlet_temperature_b", "Core outlet temperature B", "Cel", normal: 295...320, alarm: 260...325,
            physical: 0...400, weight: 1, Instrument(noise: 0.012, wander: 0.01, drift: 0.03)
        ) { $0.outletSensedC },
        Row.measured(
            "primary_pressure", "Outlet header pressure A", "MPa", normal: 10.0...10.5, alarm: 9.6...10.9,
            physical: 0...20, decimals: 4, weight: 2, Instrument(noise: 0.002, wander: 0.0015, drift: 0.001)
        ) { $0.pressureMPa },
        Row.measured(
            "primary_pressure_b", "Outlet header pressure B", "MPa", normal: 10.0...10.5, alarm: 9.6...10.9,
            physical: 0...20, decimals: 4, weight: 1, Instrument(noise: 0.002, wander: 0.0015, drift: 0.001)
        ) { $0.pressureMPa },
        Row.measured(
            "inlet_header_pressure", "Inlet header pressure", "MPa", normal: 11.0...12.0, alarm: 10.2...12.6,
            physical: 0...20, decimals: 4, Instrument(noise: 0.003, wander: 0.003)
        ) { $0.inletHeaderMPa },
        Row.measured(
            "pressurizer_level", "Pressuriser level", "%", normal: 40...75, alarm: 20...90, physical: 0...100,
            weight: 1.5, Instrument(noise: 0.05, wander: 0.06)
        ) { $0.pressurizerPercent },
        Row.measured(
            "coolant_flow", "Primary coolant flow", "kg/s", normal: 7200...8200, alarm: 6900...8600,
            physical: 0...15_000, decimals: 1, weight: 2, Instrument(noise: 20, wander: 15, over: 3)
        ) { $0.flowKgS },
        Row.measured(
            "feed_flow", "D2O feed flow", "kg/s", normal: 5...35, alarm: 0...60, physical: 0...150,
            Instrument(noise: 0.1, wander: 0.15)
        ) { $0.feedKgS },
        Row.measured(
            "bleed_flow", "D2O bleed flow", "kg/s", normal: 5...35, alarm: 0...60, physical: 0...150,
            Instrument(noise: 0.1, wander: 0.15)
        ) { $0.bleedKgS },
        Row.measured(
            "storage_tank_level", "D2O storage tank level", "%", normal: 50...75, alarm: 20...90, physical: 0...100,
            decimals: 3, weight: 0.5, Instrument(noise: 0.01, wander: 0.012)
        ) { $0.tankPercent },
    ]

    private static let pumps: [Channel<CanduPlant>] =
        (0..<4).map { pump in
            Row.measured(
                "pump_\(pump + 1)_vibration", "Primary pump \(pump + 1) vibration, rms velocity", "mm/s",
                normal: 0...5, alarm: 0...7.6, physical: 0...100, decimals: 3, weight: 0.75,
                Instrument(noise: 0.02, wander: 0.03, over: 4)
            ) { $0.vibrationMmS(pump) }
        }
        + (0..<4).map { pump in
            Row.measured(
                "pump_\(pump + 1)_speed", "Primary pump \(pump + 1) speed", "{rev}/min", normal: 1770...1800,
                alarm: 1700...1830, physical: 0...2500, decimals: 1, weight: 0.25,
                Instrument(noise: 0.3, wander: 0.3)
            ) { $0.pumpSpeedRpm(pump) }
        }

    private static let secondary: [Channel<CanduPlant>] = [
        Row.measured(
            "steam_generator_level", "Steam generator level", "%", normal: 40...60, alarm: 20...80, physical: 0...100,
            weight: 1, Instrument(noise: 0.1, wander: 0.15)
        ) { $0.steamGeneratorPercent },
        Row.measured(
            "steam_pressure", "Steam pressure", "MPa", normal: 4.5...4.9, alarm: 4.0...5.1, physical: 0...10,
            decimals: 4, weight: 1, Instrument(noise: 0.001, wander: 0.0015)
        ) { $0.steamMPa },
        Row.measured(
            "steam_flow", "Steam flow", "kg/s", normal: 500...1100, alarm: 100...1180, physical: 0...3000, decimals: 1,
            weight: 0.5, Instrument(noise: 2, wander: 2)
        ) { $0.steamKgS },
        Row.measured(
            "feedwater_flow", "Feedwater flow", "kg/s", normal: 500...1100, alarm: 100...1200, physical: 0...3000,
            decimals: 1, weight: 0.5, Instrument(noise: 2, wander: 2)
        ) { $0.feedwaterKgS },
        Row.measured(
            "feedwater_temperature", "Feedwater temperature", "Cel", normal: 160...192, alarm: 120...200,
            physical: 0...300, Instrument(noise: 0.05, wander: 0.06, lag: 5)
        ) { $0.feedwaterC },
        Row.measured(
            "generator_power", "Generator power", "MW", normal: 380...750, alarm: 100...780, physical: -20...1200,
            decimals: 1, weight: 0.5, Instrument(noise: 0.3, wander: 0.3)
        ) { $0.generatorMW },
        Row.measured(
            "secondary_activity", "Steam generator blowdown activity", "Bq/L", normal: 0...150, alarm: 0...1000,
            physical: 0...1e9, weight: 1, Instrument(noise: 0.6, wander: 1.2, over: 12)
        ) { $0.secondaryActivityBqL },
    ]

    private static let containment: [Channel<CanduPlant>] = [
        Row.measured(
            "building_pressure", "Reactor building pressure", "kPa", normal: 99...103, alarm: 96...105,
            physical: 50...400, decimals: 3, weight: 1, Instrument(noise: 0.01, wander: 0.01)
        ) { $0.buildingKPa },
        Row.measured(
            "building_sump_level", "Reactor building sump level", "%", normal: 0...30, alarm: 0...60,
            physical: 0...100, decimals: 2, weight: 0.5, Instrument(noise: 0.03, wander: 0.03)
        ) { $0.sumpPercent },
        Row.measured(
            "building_radiation", "Reactor building dose rate", "uSv/h", normal: 2...25, alarm: 0...100,
            physical: 0...1e8, decimals: 2, weight: 1, Instrument(noise: 0.1, wander: 0.15, over: 15)
        ) { $0.buildingUSvH },
        Row.measured(
            "tritium_concentration", "Tritium in service-water effluent", "pCi/L", normal: 0...1000,
            alarm: 0...20_000, physical: 0...1e10, decimals: 1, weight: 1,
            Instrument(noise: 1.0, wander: 1.2, over: 20)
        ) { $0.tritiumPCiL },
    ]

    private static let environment: [Channel<CanduPlant>] = [
        Row.measured(
            "ambient_temperature", "Outdoor air temperature", "Cel", normal: -30...40, alarm: -40...45,
            physical: -60...60, Instrument(noise: 0.05, wander: 0.08, over: 60)
        ) { $0.weather.airC },
        Row.measured(
            "relative_humidity", "Outdoor relative humidity", "%", normal: 5...100, physical: 0...100, decimals: 1,
            Instrument(noise: 0.2, wander: 0.3, over: 60)
        ) { $0.weather.humidityPercent },
        Row.measured(
            "barometric_pressure", "Barometric pressure", "kPa", normal: 96...105, physical: 85...110, decimals: 3,
            Instrument(noise: 0.005, wander: 0.005, over: 60)
        ) { $0.weather.pressureKPa },
        Row.measured(
            "lake_temperature", "Cooling water intake temperature", "Cel", normal: 0...27, alarm: -1...32,
            physical: -3...50, Instrument(noise: 0.02, wander: 0.03, over: 60)
        ) { $0.lakeC },
        Row.measured(
            "condenser_pressure", "Condenser pressure", "kPa", normal: 3...7, alarm: 2...12, physical: 0...110,
            decimals: 3, Instrument(noise: 0.01, wander: 0.02, over: 60)
        ) { $0.condenserKPa },
    ]

    private static let status: [Channel<CanduPlant>] = [
        Row.flag("sds1_tripped", "Shutdown system 1 tripped", normal: 0...0, weight: 1) { $0.isSDS1Tripped },
        Row.flag("sds2_tripped", "Shutdown system 2 tripped", normal: 0...0, weight: 1) { $0.isSDS2Tripped },
        Row.category("trip_cause", "First cause of the trip", TripCause.labels, normal: 0...0) {
            $0.tripCause.rawValue
        },
        Row.known("pumps_running", "Primary pumps running", normal: 4...4, physical: 0...4, decimals: 0, weight: 1) {
            $0.pumpsRunning
        },
        Row.flag("maintenance_scheduled", "Scheduled maintenance") { $0.isMaintenanceScheduled },
        Row.flag("maintenance_unscheduled", "Unscheduled maintenance", normal: 0...0) { $0.isMaintenanceUnscheduled },
    ]
}
