import Model
import Outbox

/// One asset is of one kind with one list of signals: a name that means something else in records that still wait
/// would make both unreadable.
struct Identity {
    struct Conflict: Error, CustomStringConvertible {
        let description: String
    }

    private let asset: AgentConfig.Asset
    private let kind: AssetKind

    init(_ asset: AgentConfig.Asset, _ kind: AssetKind) {
        self.asset = asset
        self.kind = kind
    }

    func check(_ outbox: Outbox) throws {
        let layouts = try outbox.layoutsInUse(asset: asset.id, kind: kind.id).filter { $0.asset == asset.id }
        if let other = layouts.first(where: { $0.kind != kind.id }) {
            throw Conflict(
                description:
                    "the outbox holds records of \(asset.id) as a \(other.kind) that are not delivered yet, but the "
                    + "configuration says that it is a \(kind.id); give the new asset an id of its own, or let the old "
                    + "configuration deliver them first")
        }
        guard asset.recording != nil else { return }
        for layout in layouts where !fits(layout) {
            throw Conflict(
                description:
                    "\(asset.id) has played a recording with other signals before; give this one an asset id of its own"
            )
        }
    }

    private func fits(_ layout: Layout) -> Bool {
        kind.groups.indices.contains(layout.group)
            && kind.groups[layout.group].signals.map(\.name) == layout.signals
    }
}
