import CommandLineInterface
import Glibc

exit(Swiftlet.run(count: CommandLine.argc, vector: CommandLine.unsafeArgv))
