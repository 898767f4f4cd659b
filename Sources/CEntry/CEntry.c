#include "CEntry.h"

#include <stddef.h>

static int count;
static char **arguments;

/// glibc calls constructors with the arguments of `main`. Swift reads its own from
/// /proc/self/cmdline, which is not there in a rescue shell, and cannot be opened where no
/// descriptor is left.
__attribute__((constructor)) static void keep_arguments(int given_count, char **given) {
    count = given_count;
    arguments = given;
}

int jwtctl_argument_count(void) { return count; }

const char *jwtctl_argument(int index) {
    return index >= 0 && index < count ? arguments[index] : NULL;
}

#ifndef JWTCTL_COMMIT
#define JWTCTL_COMMIT ""
#endif
#ifndef JWTCTL_COMMIT_DATE
#define JWTCTL_COMMIT_DATE ""
#endif
#ifndef JWTCTL_SWIFT
#define JWTCTL_SWIFT ""
#endif

const char *jwtctl_build_fact(enum jwtctl_build_fact fact) {
    switch (fact) {
    case JWTCTL_BUILD_COMMIT: return JWTCTL_COMMIT;
    case JWTCTL_BUILD_DATE: return JWTCTL_COMMIT_DATE;
    case JWTCTL_BUILD_SWIFT: return JWTCTL_SWIFT;
    }
    return "";
}

/// Takes the place of a function of the Swift runtime in the release build (`--wrap` in Makefile).
/// The runtime looks for a program that prints backtraces before `main` begins, and aborts where
/// /proc does not tell where it is. Backtraces would show keys anyway.
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name);
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
    (void)name;
    return NULL;
}
