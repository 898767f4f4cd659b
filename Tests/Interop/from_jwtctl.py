"""Tokens that jwtctl signs and keys that it writes, read by every peer."""

import base64
import json

from harness import PUBLIC_ROWS, ROWS, claims, decode, encode, flipped, same, write

DIRECTION = "from jwtctl"

# What a peer does not know, and how it says so, as a pattern for "ErrorType: message": an
# algorithm's name, a form of keys, or both with the form that the key was made in. Each line is
# tried and has to be refused in these words, so that none outlives the release that lifts it.
UNSUPPORTED = {
    ("pyjwt", "Ed25519"): "Algorithm not supported|^PyJWK(Set)?Error: |^KeyError: .*no key",
    ("pyjwt", "Ed448"): "Algorithm not supported|^PyJWK(Set)?Error: |^KeyError: .*no key",
    (
        "pyjwt",
        "der",
    ): "Unable to load PEM|Could not parse the provided public key|^UnicodeDecodeError: ",
    ("pyjwt", ("EdDSA/Ed448", "jwks", "der")): "^PyJWKSetError: .*not contain any usable",
    ("jwcrypto", "der"): "Unable to load PEM",
    ("authlib", "Ed25519"): "^UnsupportedAlgorithmError: |Unable to load PEM",
    ("authlib", "Ed448"): "^UnsupportedAlgorithmError: |Unable to load PEM",
    ("authlib", "der"): "Unable to load PEM",
    ("jwt", "ES256K"): "\\(alg\\) is unavailable",
    ("jwt", "EdDSA/Ed448"): "unknown public key algorithm|must be a PEM encoded",
    ("jwt", "Ed25519"): "\\(alg\\) is unavailable",
    ("jwt", "Ed448"): "\\(alg\\) is unavailable",
    ("jwt", "der"): "must be a PEM encoded",
    ("jwt", "jwk"): "must be a PEM encoded|signature is invalid",
    ("jwt", "jwks"): "must be a PEM encoded|signature is invalid",
    ("jose", "ES256K"): "is not supported|Invalid key!",
    ("jose", "EdDSA/Ed25519"): "is not supported|Invalid key!",
    ("jose", "EdDSA/Ed448"): "is not supported|Invalid key!",
    ("jose", "Ed25519"): "is not supported|Invalid key!",
    ("jose", "Ed448"): "is not supported|Invalid key!",
    ("jose", "pem"): "Invalid key!",
    ("jose", "der"): "Invalid key!",
}


def unsupported(peer, row, form, made):
    """None, or the words of the refusal."""
    for what in (row.name, form, (row.name, form, made)):
        if (peer.name, what) in UNSUPPORTED:
            return UNSUPPORTED[peer.name, what]
    return None


def read_by_all(report, peers, row, made, token, wanted, keys):
    """One token, with its key in each form, before each peer."""
    for peer in peers:
        for form, data in keys.items():
            name = f"{row.name}, made as {made}, key as {form}"

            def verify(text, peer=peer, form=form, data=data):
                return peer.verify(text, row.alg, peer.read(form, data, row))

            words = unsupported(peer, row, form, made)
            if words is not None:
                report.check_raises(
                    "unsupported", peer.name, name, words, lambda verify=verify: verify(token)
                )
                continue
            report.check(
                DIRECTION, peer.name, name, lambda verify=verify: same(verify(token), wanted)
            )
            report.check_raises(
                DIRECTION,
                peer.name,
                f"{name}, signature flipped",
                peer.bad_signature,
                lambda verify=verify: verify(flipped(token)),
            )


def asymmetric(report, jwtctl, peers, folder, row, made):
    """`made` is the form in which jwtctl makes the private key."""
    private = folder / f"{row.name.replace('/', '-')}.{made}"
    size = ["--bits", "2048"] if row.kty == "RSA" else []
    if made == "jwk" and row.key_alg != row.alg:
        pem = jwtctl("key", "generate", "--alg", row.key_alg)
        options = ["--alg", row.alg, "--format", made, "--out", private]
        jwtctl("key", "convert", *options, "-", stdin=pem)
    else:
        jwtctl("key", "generate", "--alg", row.key_alg, *size, "--format", made, "--out", private)
    wanted = claims(f"{row.name} {made}")
    token = jwtctl.issue(wanted, "--key", private, "--alg", row.alg)
    forms = ("pem", "der", "jwk", "jwks")
    # A JWK of a PEM file names its algorithm, one of a DER file does not: both have to be read.
    alg = ["--alg", row.alg] if made == "pem" else []
    keys = {
        form: jwtctl("key", "public", "--format", form, *(alg if "jwk" in form else []), private)
        for form in forms
    }
    read_by_all(report, peers, row, made, token, wanted, keys)

    thumbprint = jwtctl("key", "thumbprint", private).decode().strip()
    for peer in peers:
        if hasattr(peer, "thumbprint") and unsupported(peer, row, "thumbprint", made) is None:
            report.check(
                "thumbprint",
                peer.name,
                f"{row.name}, made as {made}",
                lambda peer=peer: same(peer.thumbprint(keys["jwk"]), thumbprint),
            )


def secret(report, jwtctl, peers, folder, row, made):
    """`made`: a JWK by jwtctl, or a file that --secret reads."""
    path = folder / f"{row.name}.{made}"
    if made == "jwk":
        jwtctl("key", "generate", "--alg", row.alg, "--out", path)
        options = ["--key", path]
        data = decode(json.loads(path.read_bytes())["k"])
    else:
        written = {
            "text": base64.b32encode(bytes(range(row.secret_size))).lower(),
            "raw": bytes(range(255, 255 - row.secret_size, -1)),
            "base64": base64.b64encode(bytes(range(190, 190 + row.secret_size))),
            "base64url": encode(bytes(range(190, 190 + row.secret_size))).encode(),
            "hex": bytes(range(row.secret_size)).hex().encode(),
        }[made]
        write(path, written)
        options = ["--secret", path, "--secret-encoding", made]
        data = {
            "text": lambda: written,
            "raw": lambda: written,
            "base64": lambda: base64.b64decode(written),
            "base64url": lambda: decode(written.decode()),
            "hex": lambda: bytes.fromhex(written.decode()),
        }[made]()
    wanted = claims(f"{row.name} {made}")
    token = jwtctl.issue(wanted, *options, "--alg", row.alg)
    keys = {"secret": data}
    if made == "jwk":
        keys["jwk"] = path.read_bytes()
        keys["jwks"] = jwtctl("key", "convert", "--format", "jwks", path)
    else:
        convert = ["--secret", path, "--secret-encoding", made, "--alg", row.alg]
        keys["jwk"] = jwtctl("key", "convert", *convert, "--format", "jwk")
    read_by_all(report, peers, row, made, token, wanted, keys)


def published_set(report, jwtctl, peers, folder):
    """One JWKS with a key for each algorithm, from which `kid` picks."""
    whole, tokens = [], []
    for row in PUBLIC_ROWS:
        size = ["--bits", "2048"] if row.kty == "RSA" else []
        kid = ["--kid", f"key {row.name}"]
        pem = jwtctl("key", "generate", "--alg", row.key_alg, *size)
        options = ["--alg", row.alg, "--format", "jwk", *kid]
        path = write(
            folder / f"set-{len(whole)}", jwtctl("key", "convert", *options, "-", stdin=pem)
        )
        whole.append(json.loads(path.read_bytes()))
        wanted = claims(f"set {row.name}")
        tokens.append((row, jwtctl.issue(wanted, "--key", path), wanted))
    private = write(folder / "set.jwks", json.dumps({"keys": whole}))
    public = jwtctl("key", "public", "--format", "jwks", private)
    for key in json.loads(public)["keys"]:
        if leaked := {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys():
            report.fail("key public: a set", AssertionError(f"private members {leaked}"))
    for row, token, wanted in tokens:
        read_by_all(report, peers, row, "a set of all", token, wanted, {"jwks": public})


def groups(report, jwtctl, peers, folder):
    for row in ROWS:
        if row.kty == "oct":
            for made in ("jwk", "text", "raw", "base64", "base64url", "hex"):
                yield f"{DIRECTION} {row.name} {made}", secret, (
                    report,
                    jwtctl,
                    peers,
                    folder,
                    row,
                    made,
                )
        else:
            for made in ("pem", "der", "jwk"):
                arguments = (report, jwtctl, peers, folder, row, made)
                yield f"{DIRECTION} {row.name} {made}", asymmetric, arguments
    yield f"{DIRECTION} a set", published_set, (report, jwtctl, peers, folder)
