/// A stage-volume table: what a surveyed basin holds at which level, linear between its rows.
public struct StageVolumeTable: Sendable, Equatable {
    public let levelsM: [Double]
    public let volumesM3: [Double]

    /// Nil unless there are two or more rows, all finite, and both columns grow from row to row.
    public init?(levelsM: [Double], volumesM3: [Double]) {
        guard levelsM.count == volumesM3.count, levelsM.count >= 2,
            levelsM.allSatisfy(\.isFinite), volumesM3.allSatisfy(\.isFinite),
            zip(levelsM, levelsM.dropFirst()).allSatisfy({ $0 < $1 }),
            zip(volumesM3, volumesM3.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.levelsM = levelsM
        self.volumesM3 = volumesM3
    }

    /// What the table of a basin would say at the given levels.
    public init?(_ basin: PondBalance.Basin, levelsM: [Double]) {
        self.init(levelsM: levelsM, volumesM3: levelsM.map { basin.volumeM3(levelM: $0) })
    }

    /// Below the first and above the last row as in the segment next to it.
    public func volumeM3(levelM: Double) -> Double {
        StageVolumeTable.interpolate(levelM, from: levelsM, to: volumesM3)
    }

    public func levelM(volumeM3: Double) -> Double {
        StageVolumeTable.interpolate(volumeM3, from: volumesM3, to: levelsM)
    }

    /// Slope of the table: the water's surface. At a row, that above it.
    public func areaM2(levelM: Double) -> Double {
        let row = StageVolumeTable.row(levelM, in: levelsM)
        return (volumesM3[row + 1] - volumesM3[row]) / (levelsM[row + 1] - levelsM[row])
    }

    private static func row(_ value: Double, in column: [Double]) -> Int {
        let above = column.firstIndex { $0 > value } ?? column.count
        return min(max(above - 1, 0), column.count - 2)
    }

    private static func interpolate(_ value: Double, from: [Double], to: [Double]) -> Double {
        let row = row(value, in: from)
        let part = (value - from[row]) / (from[row + 1] - from[row])
        return to[row] + part * (to[row + 1] - to[row])
    }
}
