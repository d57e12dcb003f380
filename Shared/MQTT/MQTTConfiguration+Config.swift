public import Runtime

extension MQTTConfiguration {
    /// The `mqtt` section of a configuration file.
    public init(_ section: ConfigReader, clientID: String) {
        let tls = section.optionalSection("tls")
        self.init(
            host: section.string("host", maxBytes: 255),
            port: UInt16(clamping: section.int("port", in: 1...65_535, default: tls == nil ? 1883 : 8883)),
            clientID: clientID, username: section.optionalString("username"),
            password: section.optionalSecret(inFile: "password_file").map { Array($0.utf8) },
            tls: tls.map { tls in
                TLS(
                    caFile: tls.optionalPath("ca"), certificateFile: tls.optionalPath("cert"),
                    keyFile: tls.optionalPath("key"))
            })
        if let tls, tls.has("cert") != tls.has("key") {
            tls.fail(tls.has("cert") ? "key" : "cert", "is missing: a certificate and its key go together")
        }
        if password != nil, username == nil { section.fail("username", "is missing: a password needs one") }
    }
}
