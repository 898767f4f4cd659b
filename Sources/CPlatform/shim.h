/// What Glibc offers only as variadic functions or macros, which Swift cannot call.
#pragma once
#include <sys/prctl.h>

/// Keeps other processes of the same user from reading this one's memory (ptrace, /proc, core).
static inline int jwtctl_make_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// Asks the kernel to send `signal` to this process when its parent ends.
static inline int jwtctl_die_with_parent(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
}
