import TestSupport

/// Libraries in C that are loaded before libc, to change what a program is told by the system.
enum Preload {
    /// Compiles `source`; the path for LD_PRELOAD.
    static func compile(_ source: String, in folder: TemporaryFolder) throws -> String {
        let library = folder.path("preload.so")
        try writeFile(folder.path("preload.c"), source)
        // The Swift toolchain brings a clang where there is no other compiler.
        let compiler = (try? ChildProcess.find("cc")) != nil ? "cc" : "clang"
        try ChildProcess.run(
            compiler, ["-shared", "-fPIC", "-O1", "-o", library, folder.path("preload.c"), "-ldl", "-lpthread"])
        return library
    }
}
