"""Tokens that peers accept and jwtctl refuses: leniency that lets two readers see two tokens.

That the named peers accept them is checked too, so that "stricter" stays true.
"""

import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from harness import AUDIENCE, ROWS, claims as rich_claims, encode, write

DIRECTION = "stricter"
SECRET = bytes(range(1, 33))
LIBRARIES = "pyjwt jwcrypto joserfc authlib"
EVERYBODY = LIBRARIES + " jwt"
WEAK_SECRET = "pyjwt joserfc authlib jwt"
WEAK_RSA = EVERYBODY


def signature(signed):
    return hmac.digest(SECRET, signed, hashlib.sha256)


def token(payload, header='{"alg":"HS256","typ":"JWT"}'):
    parts = (part if isinstance(part, bytes) else part.encode() for part in (header, payload))
    signed = ".".join(encode(part) for part in parts)
    return f"{signed}.{encode(signature(signed.encode()))}"


def cases():
    """(what, token, jwtctl's status, the peers that accept it)."""
    claims = {"aud": AUDIENCE, "sub": "alice", "exp": int(time.time()) + 3600}
    text = json.dumps(claims)

    def with_claim(more):
        return token(f"{text[:-1]}, {more}}}")

    def with_header(more):
        return token(text, f'{{"alg":"HS256","typ":"JWT", {more}}}')

    # A signature in which both of the letters that the alphabets differ in occur.
    for number in range(1000):
        good = token(json.dumps({**claims, "n": number}))
        head, _, last = good.rpartition(".")
        if "-" in last and "_" in last and last[0] not in "-_":
            break
    yield "padding", f"{good}=", 3, "pyjwt jwcrypto authlib"
    other = last.replace("-", "+").replace("_", "/")
    yield "the alphabet of plain base64", f"{head}.{other}", 3, "jwcrypto authlib"
    yield "a line break in the signature", f"{head}.{last[:20]}\n{last[20:]}", 3, "jwt"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(last[-1]) + 1]
    yield "tail bits", f"{head}.{last[:-1]}{other}", 3, "jwcrypto authlib jwt"
    yield "a repeated claim", with_claim('"sub": "admin"'), 3, EVERYBODY
    yield "a repeated claim inside", with_claim(
        '"a": {"role": "user", "role": "admin"}'
    ), 3, EVERYBODY
    yield "a repeated header member", with_header('"typ": "at+jwt"'), 3, EVERYBODY
    yield "NaN", with_claim('"n": NaN'), 3, LIBRARIES
    yield "Infinity", with_claim('"n": -Infinity'), 3, LIBRARIES
    yield "a number without end", with_claim('"n": 1e999'), 3, LIBRARIES
    yield "half a surrogate pair", with_claim('"n": "\\ud800"'), 3, EVERYBODY
    yield "a byte order mark", token("\ufeff" + text), 3, "pyjwt joserfc"
    yield "UTF-16", token(text.encode("utf-16-le")), 3, "pyjwt joserfc"
    yield "depth", with_claim('"n": ' + "[" * 70 + "]" * 70), 3, EVERYBODY
    yield "a header of 9 KiB", with_header(
        f'"kid": "{"k" * 9216}"'
    ), 3, "pyjwt jwcrypto authlib jwt"
    yield "a token of 300 KiB", with_claim(f'"n": "{"k" * 230000}"'), 3, "pyjwt jwcrypto jwt"
    yield "exp as text", token(json.dumps({**claims, "exp": str(claims["exp"])})), 5, "pyjwt"
    yield "nbf as a truth value", with_claim('"nbf": true'), 5, "pyjwt jwcrypto"
    yield "iat as text", with_claim('"iat": "1500000000"'), 5, "pyjwt jwcrypto"
    yield "sub as a number", token(json.dumps({**claims, "sub": 7})), 5, "authlib jwt"
    yield "iss as a list", with_claim('"iss": ["x"]'), 5, "pyjwt authlib jwt"
    yield "jti as a number", with_claim('"jti": 7'), 5, "authlib jwt"
    yield "zip in a signed token", with_header('"zip": "DEF"'), 4, "pyjwt jwcrypto authlib jwt"
    yield "b64 without crit", with_header('"b64": false'), 4, "authlib jwt"
    yield "an empty crit", with_header('"crit": []'), 4, "jwcrypto joserfc authlib jwt"
    yield "typ as a number", token(text, '{"alg":"HS256","typ":7}'), 3, "pyjwt jwcrypto authlib jwt"
    yield "kid as a number", with_header('"kid": 7'), 3, "jwcrypto authlib jwt"


def refused_tokens(report, jwtctl, peers, folder):
    path = write(folder / "stricter-secret", SECRET)
    options = ["--secret", path, "--secret-encoding", "raw"]
    row = ROWS[0]
    # Without this a mistake in the key would pass for strictness.
    report.check(
        DIRECTION, "jwtctl", "the key", lambda: jwtctl.verify(token_of_nothing_special(), *options)
    )
    # By the types of RFC 7519: without --strict a whole number counts as an id or a subject.
    strict = [*options, "--strict"]
    for name, text, status, accepting in cases():
        report.check(DIRECTION, "jwtctl", name, lambda: jwtctl.refuses(text, status, *strict))
        for peer in peers:
            if peer.name in accepting.split():
                report.check(
                    DIRECTION,
                    peer.name,
                    name,
                    lambda peer=peer: peer.verify(text, row.alg, peer.read("secret", SECRET, row)),
                )


def token_of_nothing_special():
    return token(json.dumps({"aud": AUDIENCE, "exp": int(time.time()) + 3600}))


def weak_keys(report, jwtctl, peers, folder):
    """Signatures that are good, by keys that are not: jwtctl takes them only when told to."""
    by_name = {peer.name: peer for peer in peers}
    wanted = rich_claims("weak")
    secret = bytes(range(1, 17))
    rsa_key = rsa.generate_private_key(65537, 1024)
    public = rsa_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    rows = {row.name: row for row in ROWS}
    for name, row, key, signing, form, accepting in (
        ("a secret of 128 bits", rows["HS256"], secret, secret, "secret", WEAK_SECRET),
        ("RSA of 1024 bits", rows["RS256"], public, rsa_key, "pem", WEAK_RSA),
    ):
        text = by_name["pyjwt"].sign(wanted, row.alg, signing)
        path = write(folder / f"weak-{form}", key)
        options = ["--key", path]
        if form == "secret":
            options = ["--secret", path, "--secret-encoding", "raw"]
        report.check(DIRECTION, "jwtctl", name, lambda: jwtctl.refuses(text, 4, *options))
        allowed = [*options, "--allow-weak-key"]
        report.check(DIRECTION, "jwtctl", f"{name}, allowed", lambda: jwtctl.verify(text, *allowed))
        for peer in accepting.split():
            read = by_name[peer].read
            report.check(
                DIRECTION,
                peer,
                name,
                lambda peer=peer, read=read: by_name[peer].verify(
                    text, row.alg, read(form, key, row)
                ),
            )


def short_coordinates(report, jwtctl, peers, folder):
    """Authlib drops the leading zeros of an EC key's numbers, and reads what it wrote."""
    row = next(row for row in ROWS if row.alg == "ES512")
    peer = next(peer for peer in peers if peer.name == "authlib")
    while True:
        key = peer.any_key(row)
        # 521 bits: the first byte is 0 or 1, so that every other number is short.
        if len(key.as_dict()["x"]) < 88:
            break
    wanted = rich_claims("short")
    text = peer.sign(wanted, row.alg, key)
    data = key.as_json().encode()
    path = write(folder / "short.jwk", data)
    report.check(
        DIRECTION, "jwtctl", "short coordinates", lambda: jwtctl.refuses(text, 1, "--key", path)
    )
    report.check(
        DIRECTION,
        "authlib",
        "short coordinates",
        lambda: peer.verify(text, row.alg, peer.read("jwk", data, row)),
    )


def groups(report, jwtctl, peers, folder):
    for group in (refused_tokens, weak_keys, short_coordinates):
        yield f"{DIRECTION} {group.__name__}", group, (report, jwtctl, peers, folder)
