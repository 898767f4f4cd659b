/// What has to be C because it is called before Swift is, or by Swift's own start.
#pragma once

/// How many arguments `main` was given, the program's name included.
int jwtctl_argument_count(void);

/// One of them.
const char *jwtctl_argument(int index);
