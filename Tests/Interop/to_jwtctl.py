"""Tokens that the peers sign and keys that they make, in every form that they write."""

import json
import os
import tempfile
from pathlib import Path

from harness import ROWS, claims, flipped, run, same, write
from peers import PASSPHRASE

DIRECTION = "to jwtctl"

# Algorithms that a peer can't sign with, and how it says so; see from_jwtctl.UNSUPPORTED.
UNSUPPORTED = {
    ("pyjwt", "Ed25519"): "^NotImplementedError: Algorithm not supported",
    ("pyjwt", "Ed448"): "^NotImplementedError: Algorithm not supported",
    ("authlib", "Ed25519"): "^UnsupportedAlgorithmError: ",
    ("authlib", "Ed448"): "^UnsupportedAlgorithmError: ",
    ("jwt", "ES256K"): "couldn't find signing method|unknown algorithm",
    ("jwt", "EdDSA/Ed448"): "couldn't find signing method|unknown algorithm",
    ("jwt", "Ed25519"): "couldn't find signing method|unknown algorithm",
    ("jwt", "Ed448"): "couldn't find signing method|unknown algorithm",
    ("jose", "ES256K"): "JWK generation failed!",
    ("jose", "EdDSA/Ed25519"): "JWK generation failed!",
    ("jose", "EdDSA/Ed448"): "JWK generation failed!",
    ("jose", "Ed25519"): "JWK generation failed!",
    ("jose", "Ed448"): "JWK generation failed!",
}


def options_for(folder, form, data, passphrase, alg):
    """The key as a file whose name says nothing, and how jwtctl is told to read it."""
    path = write(Path(tempfile.mkstemp(dir=folder)[1]), data)
    if form == "secret":
        return ["--secret", path, "--secret-encoding", "raw", "--alg", alg]
    options = ["--key", path, "--alg", alg]
    if passphrase is not None:
        options += ["--passphrase", write(Path(tempfile.mkstemp(dir=folder)[1]), passphrase)]
    return options


def is_private(form):
    return not any(word in form for word in ("SPKI", "public", "X.509")) and form not in (
        "jwk",
        "jwks",
    )


def from_peer(report, jwtctl, peer, folder, row):
    wanted = claims(f"{peer.name} {row.name}")
    words = UNSUPPORTED.get((peer.name, row.name))
    if words is not None:
        report.check_raises(
            "unsupported",
            peer.name,
            f"signing {row.name}",
            words,
            lambda: peer.sign(wanted, row.alg, peer.generate(row)),
        )
        return
    key = peer.generate(row)
    token = peer.sign(wanted, row.alg, key)
    for form, data, passphrase in peer.exports(key, row):
        name = f"{row.name}, key as {form}"
        options = options_for(folder, form, data, passphrase, row.alg)
        # PyJWT's private RSA keys say key_ops: ["sign"], and are taken at their word.
        if form == "private jwk" and "verify" not in json.loads(data).get("key_ops", ["verify"]):
            report.check(
                DIRECTION,
                peer.name,
                f"{name}, for signing",
                lambda: jwtctl.refuses(token, 4, *options),
            )
        else:
            report.check(
                DIRECTION, peer.name, name, lambda: same(jwtctl.verify(token, *options), wanted)
            )
        report.check(
            DIRECTION,
            peer.name,
            f"{name}, signature flipped",
            lambda: jwtctl.refuses(flipped(token), 4, *options),
        )
        # The same file makes jwtctl sign what the peer accepts.
        if is_private(form) or row.kty == "oct":
            report.check(
                DIRECTION,
                peer.name,
                f"{name}, signed by jwtctl with it",
                lambda: same(
                    peer.verify(jwtctl.issue(wanted, *options), row.alg, peer.own(key)), wanted
                ),
            )


def openssl_forms(folder, row):
    """(form, bytes, passphrase) of one key that openssl makes; the first is PKCS#8 PEM."""
    made = {
        "RSA": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "EC": ["EC", "-pkeyopt", f"ec_paramgen_curve:{row.curve}"],
        "OKP": [row.curve],
    }[row.kty]
    pem = run(["openssl", "genpkey", "-algorithm", *made])
    key = write(Path(tempfile.mkstemp(dir=folder)[1]), pem)
    yield "PKCS#8 PEM", pem, None
    sealed = ["-passout", "env:INTEROP_PASSPHRASE"]
    environment = {**os.environ, "INTEROP_PASSPHRASE": PASSPHRASE}
    subject = ["-subj", "/CN=interop", "-days", "2", "-sha256"]
    own = run(["openssl", "req", "-x509", "-new", "-key", key, *subject])
    other = run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ed25519",
            "-nodes",
            "-keyout",
            "/dev/null",
            *subject,
        ]
    )
    yield "X.509 chain PEM", own + other, None
    yield "X.509 with text PEM", run(["openssl", "x509", "-text"], own), None
    archive = run(["openssl", "pkcs12", "-export", "-inkey", key, "-passout", "pass:x"], own)
    unpacked = run(["openssl", "pkcs12", "-nodes", "-passin", "pass:x"], archive)
    yield "private, from PKCS#12", unpacked, None
    for form in ("PEM", "DER"):
        outform = ["-outform", form]
        if form == "DER":
            yield "PKCS#8 DER", run(
                ["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", key, *outform]
            ), None
        for cipher in (
            ["-v2", "aes-256-cbc"],
            ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"],
            ["-scrypt"],
        ):
            command = ["openssl", "pkcs8", "-topk8", "-in", key, *cipher, *sealed, *outform]
            data = run(command, environment=environment)
            yield f"encrypted PKCS#8 {form} {' '.join(cipher)}", data, PASSPHRASE
        yield f"SPKI {form}", run(["openssl", "pkey", "-in", key, "-pubout", *outform]), None
        yield f"X.509 {form}", run(["openssl", "x509", *outform], own), None
        if row.kty == "RSA":
            old = run(["openssl", "rsa", "-in", key, "-traditional", *outform])
            yield f"PKCS#1 {form}", old, None
            old = run(["openssl", "rsa", "-in", key, "-RSAPublicKey_out", *outform])
            yield f"PKCS#1 public {form}", old, None
        if row.kty == "EC":
            old = run(["openssl", "ec", "-in", key, *outform])
            yield f"SEC1 {form}", old, None
            if form == "PEM":
                # What `openssl ecparam -genkey` writes.
                parameters = run(["openssl", "ecparam", "-name", row.curve])
                yield "SEC1 PEM after EC PARAMETERS", parameters + old, None


def from_openssl(report, jwtctl, peer, folder, row):
    """Keys alone: `peer`, which reads PKCS#8, signs and verifies with them."""
    forms = list(openssl_forms(folder, row))
    private, public = forms[0][1], next(data for form, data, _ in forms if form == "SPKI PEM")
    wanted = claims(f"openssl {row.name}")
    token = peer.sign(wanted, row.alg, private)
    for form, data, passphrase in forms:
        options = options_for(folder, form, data, passphrase, row.alg)
        name = f"{row.name}, key as {form}"
        report.check(
            DIRECTION, "openssl", name, lambda: same(jwtctl.verify(token, *options), wanted)
        )
        if is_private(form):
            report.check(
                DIRECTION,
                "openssl",
                f"{name}, signed by jwtctl with it",
                lambda: same(peer.verify(jwtctl.issue(wanted, *options), row.alg, public), wanted),
            )


def groups(report, jwtctl, peers, folder):
    for peer in peers:
        for row in ROWS:
            yield f"{DIRECTION} {peer.name} {row.name}", from_peer, (
                report,
                jwtctl,
                peer,
                folder,
                row,
            )
    for row in ROWS:
        # One name for each kind of key: that the others work with it was shown above.
        if row.alg in ("RS256", "ES256", "ES384", "ES512", "ES256K", "EdDSA"):
            arguments = (report, jwtctl, peers[0], folder, row)
            yield f"{DIRECTION} openssl {row.name}", from_openssl, arguments
