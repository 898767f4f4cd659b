/// What Glibc offers only as variadic functions or macros, which Swift cannot call.
#pragma once
#include <fcntl.h>
#include <nss.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Keeps other processes of the same user from reading this one's memory (ptrace, /proc, core).
static inline int jwtctl_make_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// Asks the kernel to send `signal` to this process when its parent ends.
static inline int jwtctl_die_with_parent(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
}

/// Takes the lowest free descriptor, and leaves it as unusable as a closed one.
static inline int jwtctl_reserve_descriptor(void) {
    // O_PATH, which fcntl.h has for GNU programs only.
    return open("/", 010000000 | O_CLOEXEC);
}

/// A file that is only in memory, and has no name.
static inline int jwtctl_memory_file(void) {
    // MFD_CLOEXEC, which sys/mman.h has for GNU programs only.
    return syscall(SYS_memfd_create, "input", 1);
}

/// A counter in the kernel, of which each reader takes one.
static inline int jwtctl_semaphore(void) { return eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE); }

/// Has host names looked up in /etc/hosts and by DNS, whatever /etc/nsswitch.conf says.
static inline int jwtctl_keep_to_built_in_names(void) {
    return __nss_configure_lookup("hosts", "files dns");
}

/// How many processors the process may use; 0 where the kernel does not say.
static inline int jwtctl_processor_count(void) {
    unsigned long mask[128];
    long size = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (long word = 0; word < size / (long)sizeof *mask; word++)
        count += __builtin_popcountl(mask[word]);
    return count;
}
