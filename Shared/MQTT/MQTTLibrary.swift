import CMosquitto

/// libmosquitto's global state, which must be set up once before any client is made and is never taken down.
enum MQTTLibrary {
    private static let code = mosquitto_lib_init()

    static func initialise() { _ = code }
}
