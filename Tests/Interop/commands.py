"""Debian's commands `jwt` (golang-jwt) and `jose` (latchset) behind the face that peers.py has.

Their keys are files, so that a key object here is a path.
"""

import json
import tempfile
from pathlib import Path

from harness import AUDIENCE, encode, run, write


class Command:
    def __init__(self, folder):
        self.folder = folder

    def file(self, data):
        return write(Path(tempfile.mkstemp(prefix=self.name, dir=self.folder)[1]), data)


class GoJWT(Command):
    name = "jwt"
    bad_signature = "^Refused: .*(signature is invalid|verification error)"
    openssl = {"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}

    def read(self, form, data, row):
        return self.file(data)

    def verify(self, token, alg, key):
        return json.loads(run(["jwt", "-alg", alg, "-key", key, "-verify", "-"], token.encode()))

    # It makes no keys: people who use it take OpenSSL's.
    def generate(self, row):
        if row.kty == "oct":
            return self.file(bytes(range(200, 200 - row.secret_size, -1)))
        algorithm = {
            "RSA": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            "EC": ["EC", "-pkeyopt", f"ec_paramgen_curve:{self.openssl.get(row.curve, row.curve)}"],
            "OKP": [row.curve],
        }
        return self.file(run(["openssl", "genpkey", "-algorithm", *algorithm[row.kty]]))

    def own(self, key):
        data = key.read_bytes()
        if not data.startswith(b"-----BEGIN"):
            return key
        return self.file(run(["openssl", "pkey", "-in", key, "-pubout"]))

    def sign(self, claims, alg, key):
        text = json.dumps(claims).encode()
        return run(["jwt", "-alg", alg, "-key", key, "-sign", "-"], text).decode().strip()

    def exports(self, key, row):
        if row.kty == "oct":
            yield "secret", key.read_bytes(), None
            return
        yield "PKCS#8 PEM", key.read_bytes(), None
        yield "SPKI PEM", run(["openssl", "pkey", "-in", key, "-pubout"]), None


class Jose(Command):
    name = "jose"
    bad_signature = "^Refused: status 1: (.*\\n)*Signature validation failed!"

    def read(self, form, data, row):
        if form == "secret":
            data = json.dumps({"kty": "oct", "k": encode(data)})
        return self.file(data)

    # It takes the algorithm from the token and the key.
    def verify(self, token, alg, key):
        found = json.loads(
            run(["jose", "jws", "ver", "-i", "-", "-k", key, "-O", "-"], token.encode())
        )
        if AUDIENCE not in found["aud"]:
            raise AssertionError(found)
        return found

    def generate(self, row):
        return self.file(run(["jose", "jwk", "gen", "-i", json.dumps({"alg": row.alg})]))

    def own(self, key):
        return key

    def sign(self, claims, alg, key):
        header = json.dumps({"protected": {"alg": alg, "typ": "JWT"}})
        text = json.dumps(claims).encode()
        return run(["jose", "jws", "sig", "-s", header, "-k", key, "-I", "-", "-c"], text).decode()

    def exports(self, key, row):
        if row.kty == "oct":
            yield "jwk", key.read_bytes(), None
            return
        yield "private jwk", key.read_bytes(), None
        public = run(["jose", "jwk", "pub", "-i", key])
        yield "jwk", public, None
        yield "jwks", json.dumps({"keys": [json.loads(public)]}).encode(), None

    def thumbprint(self, jwk):
        return run(["jose", "jwk", "thp", "-i", "-"], jwk).decode().strip()
