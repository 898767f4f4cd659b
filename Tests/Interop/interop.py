"""Runs every case and prints the counts; status 1 if any failed or is missing."""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import applications
import commands
import from_jwtctl
import incidents
import stricter
import to_jwtctl
from harness import Jwtctl, Report
from peers import LIBRARIES

# How many cases there have to be: a table that lost its lines must not look green. Raise these
# with the tables.
MINIMUM = {
    ("application", "django"): 6,
    ("application", "fastapi-jwt-auth"): 6,
    ("application", "fastapi-users"): 5,
    ("application", "flask"): 6,
    ("application", "jdk"): 56,
    ("application", "laravel"): 11,
    ("application", "lexik"): 15,
    ("application", "node-redis"): 15,
    ("application", "open-webui"): 6,
    ("application", "rails"): 6,
    ("application", "redis-py"): 12,
    ("from jwtctl", "authlib"): 318,
    ("from jwtctl", "jose"): 204,
    ("from jwtctl", "joserfc"): 442,
    ("from jwtctl", "jwcrypto"): 358,
    ("from jwtctl", "jwt"): 96,
    ("from jwtctl", "pyjwt"): 316,
    ("incident", "eladmin"): 6,
    ("incident", "flask-jwt-extended"): 6,
    ("incident", "native"): 6,
    ("incident", "user-zset"): 6,
    ("stricter", "authlib"): 23,
    ("stricter", "joserfc"): 13,
    ("stricter", "jwcrypto"): 20,
    ("stricter", "jwt"): 19,
    ("stricter", "jwtctl"): 33,
    ("stricter", "pyjwt"): 21,
    ("thumbprint", "authlib"): 36,
    ("thumbprint", "jose"): 27,
    ("thumbprint", "joserfc"): 42,
    ("thumbprint", "jwcrypto"): 42,
    ("to jwtctl", "authlib"): 285,
    ("to jwtctl", "jose"): 72,
    ("to jwtctl", "joserfc"): 373,
    ("to jwtctl", "jwcrypto"): 261,
    ("to jwtctl", "jwt"): 59,
    ("to jwtctl", "openssl"): 198,
    ("to jwtctl", "pyjwt"): 378,
    ("unsupported", "authlib"): 64,
    ("unsupported", "jose"): 124,
    ("unsupported", "jwcrypto"): 42,
    ("unsupported", "jwt"): 177,
    ("unsupported", "pyjwt"): 65,
}


def main():
    jwtctl = Jwtctl(sys.argv[1])
    report = Report()
    started = time.monotonic()

    def run(name, group, arguments):
        try:
            group(*arguments)
        except Exception as error:  # the set-up of a group: a key that could not be made
            report.fail(name, error)

    with tempfile.TemporaryDirectory(prefix="jwtctl-interop.") as path:
        folder = Path(path)
        peers = [*LIBRARIES, commands.GoJWT(folder), commands.Jose(folder)]
        with ThreadPoolExecutor(max_workers=(os.cpu_count() or 2) + 1) as pool:
            for part in (applications, incidents, from_jwtctl, to_jwtctl, stricter):
                for group in part.groups(report, jwtctl, peers, folder):
                    pool.submit(run, *group)

    print(f"{'direction':<14}{'peer':<18}{'passed':>7}{'at least':>10}")
    for direction, peer in sorted(report.passed.keys() | MINIMUM.keys()):
        count, least = report.passed[direction, peer], MINIMUM.get((direction, peer), 0)
        print(f"{direction:<14}{peer:<18}{count:>7}{least:>10}")
        if count < least:
            report.fail(f"{direction}: {peer}", AssertionError(f"{count} cases, wanted {least}"))
    print(f"interop: {time.monotonic() - started:.0f} s")
    print(f"{sum(report.passed.values())} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
