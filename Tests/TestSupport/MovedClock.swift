import Foundation

/// A library that a server loads before all others, so that its clock can be moved while it runs.
///
/// Redis takes the time from gettimeofday alone. faketime, which takes over all clocks, does not get
/// along with Redis' allocator: that asks for a clock before faketime is ready to answer.
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
        // The compiler of the Swift toolchain.
        let result = try ProcessRunner.run(
            ["clang", "-O1", "-shared", "-fPIC", "-o", directory.file("clock.so"), file])
        guard result.status == 0 else { throw TestSupportError(result.errorText) }
        return directory
    }

    /// Where it lies.
    static func path() throws -> String { try library.get().file("clock.so") }
}
