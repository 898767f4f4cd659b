"""What the directions share: the report, the table of algorithms, jwtctl as a process."""

import base64
import collections
import json
import re
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """A name that stands in `alg`, and the keys that serve it."""

    alg: str
    kty: str
    curve: str | None = None

    @property
    def name(self):
        return f"{self.alg}/{self.curve}" if self.alg == "EdDSA" else self.alg

    @property
    def key_alg(self):
        """What `jwtctl key generate` calls it: EdDSA alone would be Ed25519."""
        return self.curve if self.alg == "EdDSA" else self.alg

    @property
    def secret_size(self):
        return int(self.alg[2:]) // 8


ROWS = (
    [Row(f"HS{n}", "oct") for n in (256, 384, 512)]
    + [Row(f"{family}{n}", "RSA") for family in ("RS", "PS") for n in (256, 384, 512)]
    + [Row("ES256", "EC", "P-256"), Row("ES384", "EC", "P-384"), Row("ES512", "EC", "P-521")]
    + [Row("ES256K", "EC", "secp256k1")]
    + [Row("EdDSA", "OKP", "Ed25519"), Row("EdDSA", "OKP", "Ed448")]
    + [Row("Ed25519", "OKP", "Ed25519"), Row("Ed448", "OKP", "Ed448")]
)
PUBLIC_ROWS = [row for row in ROWS if row.kty != "oct"]

# Every peer is told to demand this one.
AUDIENCE = "api"


def claims(subject):
    """Claims of every JSON type, with what encoders and decoders are known to spoil."""
    now = int(time.time())
    return {
        "iss": "https://auth.example.com/tenant?a=1&b=<2>",
        "sub": subject,
        "aud": ["web", AUDIENCE, "bücher"],
        "iat": now - 10,
        "nbf": now - 10.5,
        "exp": now + 3600,
        "jti": f"id of {subject}",
        "name": "Žluťoučký kůň \u65e5\u672c\u8a9e \U0001f511 e\u0301 \u00e9",
        "quoted": 'a "b" \\ / \n \t \x7f',
        "größe": 1.75,
        "": "an empty name",
        "empty": [{}, [], ""],
        "yes": True,
        "no": False,
        "nothing": None,
        "large": 9007199254740991,
        "negative": -0.125,
        "address": {"street": {"name": "Ulice", "numbers": [1, 2, [3, {"deep": True}]]}},
    }


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def flipped(token):
    """The token with another signature, as long and as well encoded."""
    head, _, signature = token.rpartition(".")
    data = bytearray(decode(signature))
    data[len(data) // 2] ^= 0x10
    return f"{head}.{encode(bytes(data))}"


def same(found, wanted):
    """Equal as JSON: Python holds True for 1 and "é" for nothing else."""
    if found != wanted or json.dumps(found, sort_keys=True) != json.dumps(wanted, sort_keys=True):
        raise AssertionError(f"claims differ:\n  found  {found}\n  wanted {wanted}")


class Refused(Exception):
    """A command's status was not 0."""


def run(arguments, stdin=b"", environment=None):
    done = subprocess.run(
        [str(argument) for argument in arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        env=environment,
    )
    if done.returncode != 0:
        text = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise Refused(f"status {done.returncode}: {text}")
    return done.stdout


class Jwtctl:
    def __init__(self, path):
        self.path = path

    def __call__(self, *arguments, stdin=b""):
        return run([self.path, *arguments], stdin)

    def issue(self, claim_set, *options):
        text = json.dumps(claim_set).encode()
        return self("issue", "--no-record", "--claims", "-", *options, stdin=text).decode().strip()

    def verify(self, token, *options):
        """The claims; raises Refused, whose text starts with the status."""
        out = self(
            "verify", "--offline", "--json", "--aud", AUDIENCE, *options, "-", stdin=token.encode()
        )
        verdict = json.loads(out)
        if verdict["valid"] is not True or verdict["verified"] is not True:
            raise AssertionError(f"status 0, but: {verdict}")
        return verdict["payload"]

    def refuses(self, token, status, *options):
        try:
            self.verify(token, *options)
        except Refused as refusal:
            if not str(refusal).startswith(f"status {status}: "):
                raise AssertionError(f"wanted status {status}: {refusal}") from refusal
        else:
            raise AssertionError(f"accepted, wanted status {status}: {token}")


class Report:
    """Counts what ran; prints what failed at once and all counts at the end."""

    def __init__(self):
        self.passed = collections.Counter()
        self.failed = 0
        self.lock = threading.Lock()

    def check(self, direction, peer, name, work):
        """Runs `work`, which raises where the case fails."""
        try:
            work()
        except Exception as error:  # any error of any peer is this case's failure
            self.fail(f"{direction}: {peer}: {name}", error)
        else:
            with self.lock:
                self.passed[direction, peer] += 1

    def check_raises(self, direction, peer, name, pattern, work):
        """`pattern` is matched against "ErrorType: message"."""

        def refused():
            try:
                outcome = work()
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
                if not re.search(pattern, text):
                    raise AssertionError(f"wanted {pattern!r}, raised {text}") from error
            else:
                raise AssertionError(f"accepted, wanted {pattern!r}: {outcome}")

        self.check(direction, peer, name, refused)

    def fail(self, name, error):
        with self.lock:
            self.failed += 1
            print(f"FAILED {name}\n  {type(error).__name__}: {error}", flush=True)


def write(path: Path, data):
    """A file as private as keys should be, so that jwtctl has nothing to warn about."""
    path.touch(mode=0o600)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path
