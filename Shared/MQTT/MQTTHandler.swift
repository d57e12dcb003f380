/// Receives what happens on a connection, on the owner's thread, from within `MQTTClient.service`.
///
/// A handler may publish, subscribe and disconnect while it is called. Only in `mqttEnded` may it connect again.
public protocol MQTTHandler: AnyObject {
    /// The broker accepted CONNECT: subscribe and publish from here on.
    func mqttConnected(_ client: MQTTClient)

    /// The connection, or the attempt at one, is over; nil when we ended it ourselves. Nothing follows.
    func mqttEnded(_ client: MQTTClient, _ failure: MQTTFailure?)

    /// A message. The bytes are the library's and valid only during the call.
    func mqttMessage(_ client: MQTTClient, _ message: borrowing MQTTMessage)

    /// The broker's answer to `subscribe`: for each filter the QoS granted, nil where it was refused.
    func mqttSubscribed(_ client: MQTTClient, id: Int32, granted: [MQTTQoS?])

    /// The broker has the QoS 1 message, or refused it with a reason. It proves nothing about who else has it.
    func mqttPublished(_ client: MQTTClient, id: Int32, refusal: String?)
}

/// A message on loan.
public struct MQTTMessage: ~Copyable {
    /// UTF-8 that the library has checked, without NUL.
    public let topic: UnsafeRawBufferPointer
    public let payload: UnsafeRawBufferPointer
    public let qos: MQTTQoS
    /// True if the broker had kept it from before we subscribed.
    public let isRetained: Bool
}
