import Glibc

/// A network of a test's own: one end of a cable here, the other end in a namespace in which programs can be run.
/// Cuts happen below TCP, as with a pulled cable: nobody is told. Only root can make one.
public final class NetworkNamespace: Sendable {
    /// Our end.
    public let address: String
    /// The end inside.
    public let insideAddress: String
    public let name: String
    private let device: String
    private let insideDevice: String

    /// Nil if this process may make namespaces, else why not.
    public static let obstacle: String? = {
        guard geteuid() == 0 else { return "making a network namespace needs root" }
        do {
            try NetworkNamespace().close()
            return nil
        } catch {
            return "\(error)"
        }
    }()

    public init() throws {
        var random = SystemRandomNumberGenerator()
        let number = Int.random(in: 0..<0x4000, using: &random)
        name = "bw-\(getpid())-\(number)"
        device = "bwo\(number)"
        insideDevice = "bwi\(number)"
        // Four addresses for each: the network, our end, the end inside, broadcast.
        let network = "10.213.\(number >> 6).\((number & 0x3F) * 4)"
        let prefix = network.split(separator: ".").dropLast().joined(separator: ".")
        let base = (number & 0x3F) * 4
        address = "\(prefix).\(base + 1)"
        insideAddress = "\(prefix).\(base + 2)"
        try run("netns", "add", name)
        AtExit.register { [name] in _ = try? ChildProcess.run("ip", ["netns", "del", name]) }
        try run("link", "add", device, "type", "veth", "peer", "name", insideDevice, "netns", name)
        try run("addr", "add", "\(address)/30", "dev", device)
        try run("link", "set", device, "up")
        try run("-n", name, "addr", "add", "\(insideAddress)/30", "dev", insideDevice)
        try run("-n", name, "link", "set", insideDevice, "up")
        try run("-n", name, "link", "set", "lo", "up")
    }

    deinit { close() }

    public func close() { _ = try? ChildProcess.run("ip", ["netns", "del", name]) }

    /// What goes before a command so that it runs inside, under the same pid.
    public var prefix: [String] { ["ip", "netns", "exec", name] }

    /// Pulls the cable, or puts it back.
    public func cable(isIn: Bool) throws { try run("link", "set", device, isIn ? "up" : "down") }

    /// Whether what is sent inside arrives here. Lost packets go to an address on the cable that nobody has.
    public func outgoing(arrives: Bool) throws {
        try neighbour(["-n", name], address, insideDevice, isRight: arrives)
    }

    /// Whether what is sent here arrives inside.
    public func incoming(arrives: Bool) throws { try neighbour([], insideAddress, device, isRight: arrives) }

    private func neighbour(_ place: [String], _ address: String, _ device: String, isRight: Bool) throws {
        let words =
            isRight
            ? ["neigh", "del", address, "dev", device]
            : ["neigh", "replace", address, "lladdr", "02:00:00:00:00:99", "nud", "permanent", "dev", device]
        try ChildProcess.run("ip", place + words)
    }

    private func run(_ words: String...) throws { try ChildProcess.run("ip", words) }
}
