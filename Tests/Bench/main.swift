import Glibc
import Runtime

exit(Bench.main(Array(CommandLine.arguments.dropFirst())).rawValue)
