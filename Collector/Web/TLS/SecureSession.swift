import COpenSSL
import Glibc

/// One client's TLS over a socket that never waits. Confined to the loop's thread.
final class SecureSession {
    enum Handshake { case done, waiting, failed }

    /// Most bytes that `write` takes: one record.
    static let recordBytes = 16_384

    let socket: CInt
    private let context: SecureContext
    private let raw: OpaquePointer
    /// Encrypted, but not taken by the socket yet.
    private var unsent: ArraySlice<UInt8> = []
    private var hasFailed = false

    init?(socket: CInt, context: SecureContext) {
        guard let raw = copenssl_accept(context.raw, socket, context.output) else { return nil }
        self.socket = socket
        self.context = context
        self.raw = raw
    }

    deinit { SSL_free(raw) }

    /// Goes on with the handshake as far as the client has come.
    func handshake() -> Handshake {
        ERR_clear_error()
        let result = SSL_accept(raw)
        let error = SSL_get_error(raw, result)
        takeOutput()
        if result == 1 { return hasFailed ? .failed : .done }
        return error == SSL_ERROR_WANT_READ && !hasFailed ? .waiting : .failed
    }

    /// Like recv(2): bytes read, 0 at the end or when the session broke, -1 when nothing is there yet.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        ERR_clear_error()
        let result = SSL_read(raw, buffer.baseAddress, CInt(clamping: buffer.count))
        let error = SSL_get_error(raw, result)
        takeOutput()
        if result > 0 { return Int(result) }
        return error == SSL_ERROR_WANT_READ ? -1 : 0
    }

    /// Like send(2): bytes taken, at most one record; -1 when the socket takes no more now, -2 when it is broken.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard flush() else { return hasFailed ? -2 : -1 }
        guard !bytes.isEmpty else { return 0 }
        ERR_clear_error()
        let result = SSL_write(raw, bytes.baseAddress, CInt(clamping: min(bytes.count, Self.recordBytes)))
        takeOutput()
        return result > 0 && !hasFailed ? Int(result) : -2
    }

    /// Sends what is left; true when nothing is.
    func flush() -> Bool {
        while !unsent.isEmpty, !hasFailed {
            let sent = unsent.withUnsafeBytes { send($0) }
            guard sent > 0 else { break }
            unsent = unsent.dropFirst(sent)
        }
        if unsent.isEmpty, unsent.startIndex > 0 { unsent = [] }
        return unsent.isEmpty && !hasFailed
    }

    /// Tells the client that nothing more comes.
    func finish() {
        guard !hasFailed, SSL_is_init_finished(raw) == 1 else { return }
        ERR_clear_error()
        SSL_shutdown(raw)
        ERR_clear_error()
        takeOutput()
    }

    /// Sends what OpenSSL has made, or keeps it.
    private func takeOutput() {
        var start: UnsafeMutablePointer<CChar>?
        let count = copenssl_written(context.output, &start)
        guard count > 0, let start else { return }
        let made = UnsafeRawBufferPointer(start: start, count: count)
        let sent = unsent.isEmpty && !hasFailed ? max(send(made), 0) : 0
        if sent < made.count { unsent += made[sent...] }
        copenssl_empty(context.output)
    }

    private func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        let sent = Sockets.send(socket, bytes)
        if sent == -2 { hasFailed = true }
        return sent
    }
}
