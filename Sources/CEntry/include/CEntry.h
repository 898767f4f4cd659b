/// What has to be C because it is called before Swift is, or by Swift's own start.
#pragma once

/// How many arguments `main` was given, the program's name included.
int jwtctl_argument_count(void);

/// One of them.
const char *jwtctl_argument(int index);

/// What only the build knows: see Package.swift.
enum jwtctl_build_fact { JWTCTL_BUILD_COMMIT, JWTCTL_BUILD_DATE, JWTCTL_BUILD_SWIFT };

/// One of these facts; empty in a development build.
const char *jwtctl_build_fact(enum jwtctl_build_fact fact);
