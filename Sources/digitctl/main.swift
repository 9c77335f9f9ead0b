// Only this: closures formed here belong to the main actor, and would trap on a C library's thread.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

exit(Tool.main(Array(CommandLine.arguments.dropFirst())).rawValue)
