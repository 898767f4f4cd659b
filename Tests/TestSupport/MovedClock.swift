import Foundation

/// A library that a server loads before all others, so that a test can change its clock while it
/// runs.
///
/// Redis reads the time with gettimeofday only. faketime, which replaces all clocks, does not work
/// with Redis: its allocator reads a clock before faketime is ready.
enum MovedClock {
    private static let source = """
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        int gettimeofday(struct timeval *restrict now, void *restrict zone) {
            struct timespec real;
            clock_gettime(CLOCK_REALTIME, &real);
            char text[32] = "";
            int file = open(getenv("CLOCK_OFFSET_FILE"), O_RDONLY | O_CLOEXEC);
            if (file >= 0) {
                (void)!read(file, text, sizeof text - 1);
                close(file);
            }
            now->tv_sec = real.tv_sec + atol(text);
            now->tv_usec = real.tv_nsec / 1000;
            return 0;
        }
        """

    private static let library = Result {
        let directory = try TemporaryDirectory()
        let file = try directory.write("clock.c", source)
        // clang is part of the Swift toolchain.
        let result = try ProcessRunner.run(
            ["clang", "-O1", "-shared", "-fPIC", "-o", directory.file("clock.so"), file])
        guard result.status == 0 else { throw TestSupportError(result.errorText) }
        return directory
    }

    /// The path of the library, which is compiled on the first call.
    static func path() throws -> String { try library.get().file("clock.so") }
}
