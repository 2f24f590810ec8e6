import CommandLineInterface
import Glibc

exit(Swiftlet.run(arguments: CommandLine.arguments))
