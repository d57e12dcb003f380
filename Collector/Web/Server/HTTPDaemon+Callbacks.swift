import CMicrohttpd
import Glibc

/// The context of libmicrohttpd's callbacks. Lives as long as the daemon.
final class DaemonBox {
    unowned(unsafe) var daemon: HTTPDaemon?

    static func start(_ settings: inout cmicrohttpd_settings, _ box: DaemonBox) -> OpaquePointer? {
        var callbacks = cmicrohttpd_callbacks(
            access: onAccess, target: onTarget, completed: onCompleted, connection: onConnection, unescape: onUnescape)
        return cmicrohttpd_start(&settings, &callbacks, Unmanaged.passUnretained(box).toOpaque())
    }

    static func daemon(_ context: UnsafeMutableRawPointer?) -> HTTPDaemon? {
        guard let context else { return nil }
        return Unmanaged<DaemonBox>.fromOpaque(context).takeUnretainedValue().daemon
    }
}

// All run on the loop's thread, because only it calls MHD_run and MHD_add_connection.

@c(bellwether_web_onConnection)
private func onConnection(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
    _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ event: MHD_ConnectionNotificationCode
) {
    guard let daemon = DaemonBox.daemon(context), let handle, let socketContext else { return }
    if event == .CONNECTION_NOTIFY_STARTED {
        socketContext.pointee = daemon.connectionStarted(handle)
    } else if let connection = socketContext.pointee {
        daemon.connectionEnded(connection)
        socketContext.pointee = nil
    }
}

/// A request's first line has come; what is returned is the request's context from now on.
@c(bellwether_web_onTarget)
private func onTarget(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ handle: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let daemon = DaemonBox.daemon(context), let handle, let target,
        let connection = cmicrohttpd_socket_context(handle)
    else { return nil }
    let bytes = Array(UnsafeRawBufferPointer(start: target, count: strlen(target)))
    // The library would now take the query apart, item by item into its small memory, and when that is full lose track
    // of the connection's state. It finds an empty query instead; ours is in the copy.
    if let mark = bytes.firstIndex(of: UInt8(ascii: "?")) { UnsafeMutablePointer(mutating: target)[mark + 1] = 0 }
    let exchange = daemon.begin(
        handle, on: Unmanaged<HTTPConnection>.fromOpaque(connection).takeUnretainedValue(), target: bytes)
    return Unmanaged.passRetained(exchange).toOpaque()
}

@c(bellwether_web_onAccess)
private func onAccess(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ target: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
    _ count: UnsafeMutablePointer<Int>?, _ exchangeContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let daemon = DaemonBox.daemon(context), let target, let method, let version, let count,
        let pointer = exchangeContext?.pointee
    else { return .NO }
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(pointer).takeUnretainedValue()
    switch exchange.stage {
    case .head: return daemon.headArrived(exchange, method: method, target: target, version: version)
    case .receiving where count.pointee > 0:
        defer { count.pointee = 0 }
        return daemon.bodyArrived(exchange, UnsafeRawBufferPointer(start: data, count: count.pointee))
    case .receiving: return daemon.requestComplete(exchange)
    case .waiting: return daemon.resumed(exchange)
    case .answered: return .YES
    }
}

@c(bellwether_web_onCompleted)
private func onCompleted(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
    _ exchangeContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
) {
    guard let daemon = DaemonBox.daemon(context), let pointer = exchangeContext?.pointee else { return }
    exchangeContext?.pointee = nil
    daemon.ended(Unmanaged<HTTPExchange>.fromOpaque(pointer).takeRetainedValue())
}

/// Leaves the target as it came: we decode it ourselves, strictly.
@c(bellwether_web_onUnescape)
private func onUnescape(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?
) -> Int {
    text.map { strlen($0) } ?? 0
}

/// The 101 has been sent; the socket is ours.
@c(bellwether_web_onUpgraded)
func onUpgraded(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ exchangeContext: UnsafeMutableRawPointer?,
    _ early: UnsafePointer<CChar>?, _ earlyCount: Int, _ socket: CInt, _ upgrade: OpaquePointer?
) {
    guard let context, let upgrade, let exchangeContext else { return }
    let daemon = Unmanaged<HTTPDaemon>.fromOpaque(context).takeUnretainedValue()
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(exchangeContext).takeUnretainedValue()
    daemon.upgraded(
        exchange, upgrade, socket: socket, early: UnsafeRawBufferPointer(start: early, count: earlyCount))
}
