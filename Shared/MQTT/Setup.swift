import CMosquitto
import Glibc
import Runtime

/// Brings a fresh libmosquitto client into the state that the configuration describes.
enum Setup {
    static func apply(
        _ configuration: MQTTConfiguration, will: MQTTWill?, to raw: OpaquePointer
    ) throws(MQTTFailure) {
        guard configuration.keepAliveSeconds >= 5, configuration.keepAliveSeconds <= 65_535 else {
            throw .configuration("the keep-alive must be 5 to 65535 seconds, not \(configuration.keepAliveSeconds)")
        }
        try check(
            mosquitto_int_option(raw, MOSQ_OPT_PROTOCOL_VERSION, Int32(MQTT_PROTOCOL_V5)), "use MQTT 5")
        try check(mosquitto_int_option(raw, MOSQ_OPT_TCP_NODELAY, 1), "set TCP_NODELAY")
        if let password = configuration.password, password.contains(0) {
            throw .configuration("the MQTT password has a NUL byte, which cannot be sent; choose another")
        }
        if configuration.username != nil || configuration.password != nil {
            let password = configuration.password.map { $0 + [0] } ?? []
            let code = password.withUnsafeBytes { bytes in
                mosquitto_username_pw_set(
                    raw, configuration.username,
                    bytes.isEmpty ? nil : bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            }
            try check(code, "use the MQTT user name")
        }
        if let will { try apply(will, to: raw) }
        if let tls = configuration.tls { try apply(tls, to: raw) }
        try limitIncoming(configuration.maxIncomingBytes, raw)
    }

    private static func apply(_ will: MQTTWill, to raw: OpaquePointer) throws(MQTTFailure) {
        guard let count = Int32(exactly: will.payload.count) else { throw .configuration("the will is too large") }
        let code = will.payload.withUnsafeBytes {
            mosquitto_will_set(raw, will.topic, count, $0.baseAddress, will.qos.rawValue, will.retain)
        }
        try check(code, "set the will on the topic \(will.topic)")
    }

    private static func apply(_ tls: MQTTConfiguration.TLS, to raw: OpaquePointer) throws(MQTTFailure) {
        guard (tls.certificateFile == nil) == (tls.keyFile == nil) else {
            throw .configuration("mqtt.tls needs both cert and key, or neither")
        }
        for file in [tls.caFile, tls.certificateFile, tls.keyFile] {
            guard let file, access(file, R_OK) != 0 else { continue }
            throw .configuration("cannot read \(file): \(SystemFailure.text(of: errno)); check mqtt.tls")
        }
        let systemFolder: String? = tls.caFile == nil ? "/etc/ssl/certs" : nil
        try check(
            mosquitto_tls_set(raw, tls.caFile, systemFolder, tls.certificateFile, tls.keyFile, refusePassword),
            "use the TLS files")
        // Verify the broker's certificate and its name; this minimum allows TLS 1.3 too.
        try check(mosquitto_tls_opts_set(raw, 1, "tlsv1.2", nil), "require TLS 1.2")
        try check(mosquitto_tls_insecure_set(raw, false), "require the broker's name in its certificate")
    }

    /// The library takes CONNECT's properties only in its blocking call. That call keeps them and then fails for want
    /// of a host, before it does anything else; the connect that follows sends them.
    private static func limitIncoming(_ bytes: Int, _ raw: OpaquePointer) throws(MQTTFailure) {
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        try check(
            mosquitto_property_add_int32(
                &properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), UInt32(clamping: max(bytes, 1024))),
            "limit the size of packets")
        let code = mosquitto_connect_bind_v5(raw, nil, 0, 5, nil, properties)
        guard code == MOSQ_ERR_INVAL.rawValue else {
            throw .configuration("this version of libmosquitto is not supported: it connected without a host")
        }
    }

    /// Begins to connect and does not wait, except for the name service. The library's result.
    static func connect(_ raw: OpaquePointer, _ configuration: MQTTConfiguration) -> Int32 {
        mosquitto_connect_bind_async(
            raw, configuration.host, Int32(configuration.port), Int32(clamping: configuration.keepAliveSeconds), nil)
    }

    /// What was sent and is not acknowledged by the other side's TCP within this time ends the connection.
    static func limitSilence(_ socket: CInt, ms: Int) {
        guard socket >= 0 else { return }
        var timeoutMs = UInt32(clamping: ms)
        // Only makes a dead link known earlier than the keep-alive would; without it the keep-alive still does.
        _ = setsockopt(socket, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, &timeoutMs, socklen_t(MemoryLayout<UInt32>.size))
    }

    static func cork(_ socket: CInt, _ isOn: Bool) {
        guard socket >= 0 else { return }
        var value: CInt = isOn ? 1 : 0
        // Only saves work; where it is refused, messages go out one by one.
        _ = setsockopt(socket, CInt(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private static func check(_ code: Int32, _ what: String) throws(MQTTFailure) {
        guard code != MOSQ_ERR_SUCCESS.rawValue else { return }
        throw .configuration("cannot \(what): \(String(cString: mosquitto_strerror(code)))")
    }
}

/// Keys must not be encrypted: without this OpenSSL would ask for the password on the terminal and wait.
@c(bellwether_mqtt_refusePassword)
private func refusePassword(
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _: UnsafeMutableRawPointer?
) -> Int32 { 0 }
