/// `configs/datasets/caster.yaml`; also the settings that a file leaves out.
enum CasterDatasetSample {
    static let text = #"""
        # Casts of a slab caster with labels. What is left out is as in the sample that the program prints
        # (bellwether-dataset config --kind caster); a list (grades, excursions, templates) is taken whole or not at
        # all.
        #
        # How many casts, of how many minutes and from which seed stands on the command line, as do the formats.
        # What varies is written as one of
        #   {value: 26}                                     always the same
        #   {min: 16, max: 36}                              evenly in between
        #   {mean: 26, deviation: 4, min: 16, max: 36}      normally distributed; what falls outside is drawn again

        campaign:
          # Start of the first sequence's interval, UTC. Casts of one sequence follow one another without a gap.
          start: 2026-01-01T00:00:00Z
          # Casts of a sequence are of one grade and never in different splits.
          casts_per_sequence: 4
          # From start to start, at a time drawn within it; longer sequences follow one another directly.
          # 35 hours spread 1000 casts over a year.
          hours_between_sequences: 35
          # Shares of the sequences; must add up to 1.
          split: {train: 0.7, validation: 0.15, test: 0.15}

        # The air outside: mean over the year, and half of what summer and winter, day and night differ.
        climate:
          mean_c: 12
          seasonal_swing_c: 9
          daily_swing_c: 5
          # Counted from 1 January.
          warmest_day: 201

        caster:
          # Steel in a ladle: 250 t last for more than an hour. In longer casts one heat follows another.
          ladle_t: 250
          # Turbulence in the nozzle, in terms of the usual one: how restless the mould level is.
          turbulence: {min: 1.8, max: 3.2}

        # What is cast. Shares count relative to each other. Composition in mass per cent; elements that are not named
        # are absent. The liquidus follows from it by 1537 - 88 C - 8 Si - 5 Mn - 30 P - 25 S - 4 Ni - 1.5 Cr.
        grades:
          - name: Low_Carbon
            share: 0.4
            # Aimed at in a sequence; within a cast the speed varies by 5 % around it.
            speed_m_per_min: {mean: 1.25, deviation: 0.03, min: 1.15, max: 1.35}
            # Aimed at in the tundish when the heat is opened. It falls while the ladle cools.
            superheat_k: {mean: 26, deviation: 3, min: 18, max: 34}
            # Inclusion cleanliness index, 100 = cleanest.
            cleanliness: {mean: 88, deviation: 3, min: 75, max: 99}
            composition:
              carbon: {mean: 0.045, deviation: 0.006, min: 0.03, max: 0.06}
              manganese: {mean: 0.22, deviation: 0.025, min: 0.15, max: 0.30}
              silicon: {mean: 0.015, deviation: 0.003, min: 0.005, max: 0.03}
              sulfur: {mean: 0.008, deviation: 0.0012, min: 0.004, max: 0.012}
              phosphorus: {mean: 0.011, deviation: 0.0015, min: 0.006, max: 0.016}
              chromium: {mean: 0.03, deviation: 0.008, min: 0, max: 0.06}
              nickel: {mean: 0.02, deviation: 0.006, min: 0, max: 0.04}
          - name: Medium_Carbon
            share: 0.2
            speed_m_per_min: {mean: 1.12, deviation: 0.03, min: 1.03, max: 1.21}
            superheat_k: {mean: 26, deviation: 3, min: 18, max: 34}
            cleanliness: {mean: 86, deviation: 3, min: 74, max: 98}
            composition:
              carbon: {mean: 0.16, deviation: 0.015, min: 0.12, max: 0.20}
              manganese: {mean: 0.85, deviation: 0.05, min: 0.70, max: 1.00}
              silicon: {mean: 0.22, deviation: 0.025, min: 0.14, max: 0.30}
              sulfur: {mean: 0.009, deviation: 0.0012, min: 0.005, max: 0.013}
              phosphorus: {mean: 0.013, deviation: 0.0018, min: 0.007, max: 0.019}
              chromium: {mean: 0.04, deviation: 0.01, min: 0, max: 0.08}
              nickel: {mean: 0.03, deviation: 0.008, min: 0, max: 0.06}
          - name: HSLA
            share: 0.25
            speed_m_per_min: {mean: 1.10, deviation: 0.03, min: 1.01, max: 1.19}
            superheat_k: {mean: 25, deviation: 3, min: 17, max: 33}
            cleanliness: {mean: 90, deviation: 3, min: 78, max: 99}
            composition:
              carbon: {mean: 0.075, deviation: 0.005, min: 0.06, max: 0.089}
              manganese: {mean: 1.35, deviation: 0.06, min: 1.15, max: 1.55}
              silicon: {mean: 0.25, deviation: 0.025, min: 0.17, max: 0.33}
              sulfur: {mean: 0.004, deviation: 0.0007, min: 0.002, max: 0.006}
              phosphorus: {mean: 0.012, deviation: 0.0015, min: 0.007, max: 0.017}
              chromium: {mean: 0.05, deviation: 0.012, min: 0.01, max: 0.09}
              nickel: {mean: 0.06, deviation: 0.015, min: 0.01, max: 0.11}
          - name: Stainless
            share: 0.15
            speed_m_per_min: {mean: 1.00, deviation: 0.03, min: 0.92, max: 1.08}
            superheat_k: {mean: 28, deviation: 3, min: 20, max: 34}
            cleanliness: {mean: 91, deviation: 3, min: 79, max: 99}
            composition:
              carbon: {mean: 0.045, deviation: 0.005, min: 0.03, max: 0.06}
              manganese: {mean: 1.40, deviation: 0.08, min: 1.15, max: 1.65}
              silicon: {mean: 0.45, deviation: 0.035, min: 0.35, max: 0.55}
              sulfur: {mean: 0.003, deviation: 0.0005, min: 0.001, max: 0.005}
              phosphorus: {mean: 0.027, deviation: 0.0025, min: 0.019, max: 0.035}
              chromium: {mean: 18.2, deviation: 0.12, min: 17.8, max: 18.6}
              nickel: {mean: 8.1, deviation: 0.08, min: 7.8, max: 8.4}

        # A rule is a pure function of the published readings; its severity is how far beyond the threshold it has been
        # (0: not broken, 1: just broken). A defect then comes about with the probability
        # 1 - (1 - probability) exp(-steepness (severity - 1)).
        defects:
          # Wanted share of casts with a defect. As many casts get an excursion as that takes.
          share: 0.15
          # Mould level off its set point.
          surface_cracks: {deviation_mm: 20, longer_than_s: 60, probability: 0.8, steepness: 2}
          # Tundish temperature falls within a time while the strand is cast faster than a speed.
          internal_cracks: {drop_k: 50, within_s: 30, above_m_per_min: 1.0, probability: 0.8, steepness: 2}
          # Oscillation frequency out of its band, cycles per minute.
          corner_cracks: {low_per_min: 60, high_per_min: 200, longer_than_s: 10, probability: 0.8, steepness: 4}
          # Superheat, while a spray zone is off its share of all zones' water (relative).
          inclusions: {superheat_above_k: 40, imbalance_above: 0.15, longer_than_s: 30, probability: 0.8, steepness: 1}
          # Any vibration of oscillator or rollers.
          shape: {vibration_above_mm_per_s: 7.1, probability: 0.8, steepness: 2}
          # Defects that no rule explains, of any kind: the likelier, the dirtier the steel.
          background:
            probability: 0.012
            cleanliness: 88
            # So many points of cleanliness make it e times as probable or improbable.
            cleanliness_scale: 8
            # For .09 to .17 % carbon.
            peritectic_factor: 1.6
            at_most: 0.04
          # From which severity on a defect counts as moderate and as severe; below it is minor.
          severity_levels: {moderate: 1.25, severe: 1.75}

        # What breaks the rules. A template is drawn by its weight; its parts are scenarios of the caster (see
        # docs/scenarios.md), from severity 0 to 1, all of them counted from the template's onset.
        excursions:
          - name: stuck-stopper
            weight: 0.22
            # Share of the cast that has gone by.
            onset: {min: 0.1, max: 0.7}
            parts:
              - scenario: stopper-fault
                severity: {min: 0.75, max: 1}
                duration_min: {min: 5, max: 12}
          - name: cold-tundish
            weight: 0.2
            onset: {min: 0.2, max: 0.85}
            # On the casting speed: these casts are run fast.
            speed_factor: {min: 1.12, max: 1.22}
            parts:
              - scenario: tundish-temperature-drop
                severity: {min: 0.9, max: 1}
                duration_min: {min: 2, max: 5}
          - name: oscillator-runs-away
            weight: 0.18
            onset: {min: 0.05, max: 0.85}
            parts:
              - scenario: oscillation-out-of-band
                severity: {min: 0.85, max: 1}
                ramp_min: {min: 0, max: 3}
                duration_min: {min: 2, max: 15}
                recovery_min: {min: 0, max: 2}
          - name: hot-and-uneven
            weight: 0.2
            onset: {min: 0.05, max: 0.5}
            parts:
              - scenario: high-superheat
                severity: {min: 0.85, max: 1}
                duration_min: {min: 22, max: 28}
              - scenario: cooling-zone-failure
                severity: {min: 0.5, max: 1}
                # After the template's onset: the tundish takes its time to get hot.
                delay_min: 8
                ramp_min: {min: 0, max: 3}
                duration_min: {min: 13, max: 18}
                recovery_min: {min: 0, max: 2}
          - name: roller-bearing
            weight: 0.1
            onset: {min: 0.05, max: 0.85}
            parts:
              - scenario: roller-vibration
                severity: {min: 0.65, max: 1}
                ramp_min: {min: 0, max: 5}
                duration_min: {min: 3, max: 20}
          - name: oscillator-bearing
            weight: 0.1
            onset: {min: 0.05, max: 0.85}
            parts:
              - scenario: oscillator-vibration
                severity: {min: 0.65, max: 1}
                ramp_min: {min: 0, max: 5}
                duration_min: {min: 3, max: 20}

        # What happens to a share of the other casts and breaks no rule: without it, any irregularity would tell the
        # label.
        disturbances:
          share: 0.2
          templates:
            - name: clogging
              weight: 0.2
              parts:
                - scenario: nozzle-clogging
                  severity: {min: 0.2, max: 0.6}
                  duration_min: {min: 10, max: 30}
            - name: restless-level
              weight: 0.15
              parts:
                - scenario: level-oscillation
                  severity: {min: 0.05, max: 0.25}
                  ramp_min: {min: 1, max: 5}
                  duration_min: {min: 5, max: 20}
                  recovery_min: {min: 1, max: 5}
            - name: warm-ladle
              weight: 0.15
              parts:
                - scenario: high-superheat
                  severity: {min: 0.2, max: 0.6}
                  duration_min: {min: 10, max: 30}
            - name: weak-zone
              weight: 0.15
              parts:
                - scenario: cooling-zone-failure
                  severity: {min: 0.2, max: 1}
                  ramp_min: {min: 1, max: 5}
                  duration_min: {min: 5, max: 20}
                  recovery_min: {min: 1, max: 5}
            - name: rough-roller
              weight: 0.1
              parts:
                - scenario: roller-vibration
                  severity: {min: 0.05, max: 0.2}
                  duration_min: {min: 5, max: 20}
            - name: sticker
              weight: 0.05
              parts:
                - scenario: breakout-sticker
                  severity: {min: 0.5, max: 1}
                  duration_min: {min: 1, max: 3}
            - name: failing-thermocouple
              weight: 0.05
              parts:
                - scenario: sensor-drift
                  severity: {min: 0.1, max: 0.5}
                  duration_min: {min: 10, max: 40}
            - name: missing-readings
              weight: 0.1
              parts:
                - scenario: sensor-dropout
                  severity: {min: 0.2, max: 1}
                  duration_min: {min: 2, max: 20}
            - name: spikes
              weight: 0.05
              parts:
                - scenario: sensor-spike
                  severity: {min: 0.2, max: 1}
                  duration_min: {min: 2, max: 20}

        outputs:
          # wide: a column per sensor. long: a row per reading (cast_id, timestamp, sensor_name, value). both: either.
          layout: wide
          # A JSON file per cast: grade, composition, superheat, times, labels, statistics of each sensor.
          metadata: true
          # Writes "Hz" as the unit of mold_oscillation_frequency, as old documents do. Its values stay cycles per
          # minute.
          legacy_hertz_label: false

        """#
}
