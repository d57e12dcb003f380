import CMosquitto
import Glibc

/// The way from the library's callbacks to the connection that they are about.
enum Callbacks {
    /// The connection must outlive the library's client, which it does by owning it.
    static func register(_ raw: OpaquePointer, for connection: Connection) {
        mosquitto_user_data_set(raw, Unmanaged.passUnretained(connection).toOpaque())
        mosquitto_log_callback_set(raw, onLog)
        mosquitto_connect_v5_callback_set(raw, onConnect)
        mosquitto_disconnect_v5_callback_set(raw, onDisconnect)
        mosquitto_message_callback_set(raw, onMessage)
        mosquitto_publish_v5_callback_set(raw, onPublish)
        mosquitto_subscribe_callback_set(raw, onSubscribe)
    }

    /// While it is asked to log, the library formats a line for every packet.
    static func stopLogging(_ raw: OpaquePointer) { mosquitto_log_callback_set(raw, nil) }

    fileprivate static func connection(_ context: UnsafeMutableRawPointer?) -> Connection? {
        context.map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
    }
}

// Called by the library on the owner's thread, from within the functions that the owner calls.

@c(bellwether_mqtt_onConnect)
private func onConnect(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ code: Int32, _: Int32, _: OpaquePointer?
) {
    Callbacks.connection(context)?.answered(code)
}

@c(bellwether_mqtt_onDisconnect)
private func onDisconnect(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ code: Int32, _: OpaquePointer?
) {
    Callbacks.connection(context)?.disconnected(code)
}

@c(bellwether_mqtt_onMessage)
private func onMessage(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ message: UnsafePointer<mosquitto_message>?
) {
    guard let message = message?.pointee, let topic = message.topic, let qos = MQTTQoS(rawValue: message.qos) else {
        return
    }
    Callbacks.connection(context)?.received(
        MQTTMessage(
            topic: UnsafeRawBufferPointer(start: topic, count: strlen(topic)),
            payload: UnsafeRawBufferPointer(start: message.payload, count: max(0, Int(message.payloadlen))),
            qos: qos, isRetained: message.retain))
}

@c(bellwether_mqtt_onPublish)
private func onPublish(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ id: Int32, _ reason: Int32, _: OpaquePointer?
) {
    Callbacks.connection(context)?.published(id, reason)
}

@c(bellwether_mqtt_onSubscribe)
private func onSubscribe(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ id: Int32, _ count: Int32,
    _ granted: UnsafePointer<Int32>?
) {
    let codes = UnsafeBufferPointer(start: granted, count: granted == nil ? 0 : max(0, Int(count)))
    Callbacks.connection(context)?.subscribed(id, Array(codes))
}

@c(bellwether_mqtt_onLog)
private func onLog(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ level: Int32, _ text: UnsafePointer<CChar>?
) {
    if let text { Callbacks.connection(context)?.logged(level, text) }
}
