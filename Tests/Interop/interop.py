"""Keys and tokens to and from other implementations; ends with 1 where one of them disagrees."""

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives import serialization

import peers
from peers import PEERS, header_name, key_type

JWTCTL = sys.argv[1]
ALGORITHMS = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "ES256K", "EdDSA/Ed25519", "EdDSA/Ed448", "Ed25519", "Ed448",
]
CLAIMS = {
    "iss": "https://auth.example.com", "sub": "älice ☃", "aud": ["one", "two"],
    "exp": 4102444800, "nbf": 1500000000, "iat": 1500000000.5, "jti": "a b/c",
    "nested": {"list": [1, -2.5, True, None, "\u20ac\\\"\n"], "empty": {}},
}
# What a peer does not know. Each entry is tried, and must fail: else the table is out of date.
UNKNOWN = {
    "pyjwt": {"Ed25519", "Ed448"},
    "jwcrypto": set(),
    "joserfc": set(),
    "authlib": {"Ed25519", "Ed448"},
}
PASSPHRASE = "pass phrase"

counts = Counter()
failures = []
folder = Path(tempfile.mkdtemp(prefix="jwtctl-interop."))
atexit.register(shutil.rmtree, folder, ignore_errors=True)


def fail(what, why):
    failures.append(f"{what}: {why}")
    print(f"FAILED {what}: {str(why)[:300]}")


def run(*arguments, data=None, check=True):
    """Runs a command; its standard output as bytes."""
    done = subprocess.run(
        [str(argument) for argument in arguments], input=data, capture_output=True, timeout=60)
    if check and done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr.decode(errors='replace')}")
    return done if not check else done.stdout


def write(name, data):
    path = folder / name.replace("/", "-").replace(" ", "-")
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    path.chmod(0o600)
    return path


PASSPHRASE_FILE = write("passphrase", PASSPHRASE)


def verify(what, token, key, *options, status=0):
    """Whether jwtctl gives the token this status, and its claims where it accepts it."""
    done = run(JWTCTL, "verify", "--offline", "--json", "--key", key, *options, token, check=False)
    if done.returncode != status:
        return fail(what, f"status {done.returncode}: {done.stdout[:200]} {done.stderr[:200]}")
    if status == 0 and json.loads(done.stdout)["payload"] != CLAIMS:
        return fail(what, f"other claims: {done.stdout[:300]}")
    counts[what.split(":")[0]] += 1


def flipped(token):
    """The token with another first byte of its signature."""
    head, signature = token.rsplit(".", 1)
    return f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


# Keys and tokens of jwtctl, to the libraries.

def from_jwtctl(algorithm):
    is_secret = algorithm.startswith("HS")
    name, curve = header_name(algorithm), key_type(algorithm)[1]
    claims = write(f"{algorithm}.claims", json.dumps(CLAIMS))
    # The key of Ed448 is made under its own name; as a JWK it would then be for that alone.
    made_for = "Ed448" if curve == "Ed448" and name == "EdDSA" else name
    bits = ["--bits", "2048"] if name[:2] in ("RS", "PS") else []
    private = folder / f"{algorithm.replace('/', '-')}.own"
    run(JWTCTL, "key", "generate", "--alg", made_for, *bits, "--out", private)
    for form in ["jwk"] if is_secret else ["pem", "der", "jwk"]:
        signing = folder / f"{algorithm.replace('/', '-')}.{form}"
        run(
            JWTCTL, "key", "convert", "--format", form, "--out", signing, private,
            *(["--alg", name] if form == "jwk" else []))
        token = run(
            JWTCTL, "issue", "--no-record", "--key", signing, "--alg", name, "--claims", claims
        ).decode().strip()
        public = signing.read_bytes()
        if not is_secret:
            public = run(
                JWTCTL, "key", "public", "--format", form, signing,
                *(["--alg", name] if form == "jwk" else []))
        for peer in PEERS:
            what = f"jwtctl to {peer.name}: {algorithm} {form}"
            is_unknown = algorithm in UNKNOWN[peer.name]
            try:
                claims_read = peer.verify(algorithm, form, public, token)
            except Exception as error:
                if not is_unknown:
                    fail(what, repr(error))
                else:
                    counts["unknown to a peer, as listed"] += 1
                continue
            if is_unknown:
                fail(what, "listed as unknown, and accepted")
            elif claims_read != CLAIMS:
                fail(what, f"other claims: {claims_read}")
            else:
                counts[what.split(":")[0]] += 1
                try:
                    peer.verify(algorithm, form, public, flipped(token))
                    fail(what, "a flipped signature is accepted")
                except Exception:
                    counts["flipped signatures refused"] += 1
        if form == "jwk":
            thumbprint = run(JWTCTL, "key", "thumbprint", signing).decode().strip()
            for peer in PEERS:
                other = peer.thumbprint(public)
                if other is not None and other != thumbprint:
                    fail(f"thumbprint by {peer.name}: {algorithm}", f"{other}, not {thumbprint}")
                counts["thumbprints compared"] += other is not None


# Keys and tokens of the libraries, to jwtctl.

def pyca_forms(data):
    """The forms in which `cryptography` writes a private key in PEM, for PyJWT's users."""
    key = serialization.load_pem_private_key(data, None)
    plain = serialization.NoEncryption()
    sealed = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    pkcs8, spki = serialization.PrivateFormat.PKCS8, serialization.PublicFormat.SubjectPublicKeyInfo
    forms = {}
    for name, encoding in [("pem", serialization.Encoding.PEM), ("der", serialization.Encoding.DER)]:
        forms[f"PKCS#8 {name}"] = key.private_bytes(encoding, pkcs8, plain)
        forms[f"encrypted PKCS#8 {name}"] = key.private_bytes(encoding, pkcs8, sealed)
        forms[f"SPKI {name}"] = key.public_key().public_bytes(encoding, spki)
        if "Ed" not in type(key).__name__:
            forms[f"traditional {name}"] = key.private_bytes(
                encoding, serialization.PrivateFormat.TraditionalOpenSSL, plain)
        if "RSA" in type(key).__name__:
            forms[f"PKCS#1 public {name}"] = key.public_key().public_bytes(
                encoding, serialization.PublicFormat.PKCS1)
    return forms


def lacks_zeros(data):
    """Whether a JWK breaks RFC 7518 section 6.2.1.2, as Authlib's do: coordinates have the full
    length of the curve. Such a key is refused."""
    jwk = json.loads(data)
    length = {"P-256": 43, "secp256k1": 43, "P-384": 64, "P-521": 88}.get(jwk.get("crv"))
    short = [name for name in ("x", "y", "d") if name in jwk and len(jwk[name]) != length]
    if length is None or not short:
        return False
    counts["keys without their leading zeros refused"] += 1
    return True


def to_jwtctl(peer, algorithm):
    if algorithm in UNKNOWN[peer.name]:
        return
    name = header_name(algorithm)
    what = f"{peer.name} to jwtctl: {algorithm}"
    try:
        maker = peer if hasattr(peer, "generate") else peers.JoseRFC()
        forms = maker.generate(algorithm)
        token = peer.sign(algorithm, "jwk", forms["jwk"], CLAIMS)
    except Exception as error:
        return fail(what, repr(error))
    if peer.name == "pyjwt" and "pem" in forms:
        forms |= pyca_forms(forms["pem"])
    for form, data in forms.items():
        key = write(f"{peer.name}-{algorithm}-{form}", data)
        options = ["--passphrase", PASSPHRASE_FILE] if "encrypted" in form else []
        status = 1 if form.endswith("jwk") and lacks_zeros(data) else 0
        verify(f"{what} {form}", token, key, "--alg", name, *options, status=status)
    key = folder / f"{peer.name}-{algorithm}-{'pem' if 'pem' in forms else 'jwk'}".replace("/", "-")
    verify(f"{what}, flipped", flipped(token), key, status=4)


# Files of openssl, and the commands jwt and jose.

def openssl_forms(algorithm):
    """A key, and its certificate, in the forms that `openssl` writes."""
    kind, size = key_type(algorithm)
    arguments = {
        "RSA": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "EC": ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{size}"],
        "OKP": ["-algorithm", size],
    }[kind]
    base = f"openssl-{algorithm.replace('/', '-')}"
    pem = folder / f"{base}.pem"
    run("openssl", "genpkey", "-quiet", *arguments, "-out", pem)
    certificate = run(
        "openssl", "req", "-x509", "-new", "-key", pem, "-subj", "/CN=leaf", "-days", "1")
    issuer = run(
        "openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null",
        "-subj", "/CN=issuer", "-days", "1")
    p12 = run(
        "openssl", "pkcs12", "-export", "-inkey", pem, "-passout", "pass:x", data=certificate)
    forms = {
        "PKCS#8 pem": pem.read_bytes(), "certificate": certificate, "chain": certificate + issuer,
        "certificate der": run("openssl", "x509", "-outform", "DER", data=certificate),
        "from PKCS#12": run("openssl", "pkcs12", "-nodes", "-passin", "pass:x", data=p12),
    }
    for form, options in [("pem", []), ("der", ["-outform", "DER"])]:
        forms[f"PKCS#8 {form}"] = run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", pem, *options)
        forms[f"SPKI {form}"] = run("openssl", "pkey", "-in", pem, "-pubout", *options)
        for cipher in [["-v2", "aes-256-cbc"], ["-scrypt"]]:
            forms[f"encrypted {cipher[0]} {form}"] = run(
                "openssl", "pkcs8", "-topk8", "-in", pem, "-passout", f"pass:{PASSPHRASE}",
                *cipher, *options)
        if kind == "RSA":
            forms[f"PKCS#1 {form}"] = run(
                "openssl", "rsa", "-traditional", "-in", pem, *options)
            forms[f"PKCS#1 public {form}"] = run(
                "openssl", "rsa", "-in", pem, "-RSAPublicKey_out", *options)
        if kind == "EC":
            forms[f"SEC1 {form}"] = run("openssl", "ec", "-in", pem, *options)
    return pem, forms


def openssl_files(algorithm):
    name = header_name(algorithm)
    pem, forms = openssl_forms(algorithm)
    claims = write(f"openssl-{algorithm}.claims", json.dumps(CLAIMS))
    token = run(
        JWTCTL, "issue", "--no-record", "--key", pem, "--alg", name, "--claims", claims
    ).decode().strip()
    for form, data in forms.items():
        key = write(f"openssl-{algorithm}-{form}", data)
        options = ["--passphrase", PASSPHRASE_FILE] if "encrypted" in form else []
        verify(f"files of openssl: {algorithm} {form}", token, key, "--alg", name, *options)


def golang_jwt(algorithm):
    """Debian's `jwt`, the command of golang-jwt."""
    claims = write(f"golang-{algorithm}.claims", json.dumps(CLAIMS))
    if algorithm.startswith("HS"):
        private = public = write(f"golang-{algorithm}.key", "0123456789abcdef" * 4)
        option, encoding = "--secret", ["--secret-encoding", "raw"]
    else:
        private, forms = openssl_forms(algorithm)
        public = write(f"golang-{algorithm}.pub", forms["SPKI pem"])
        option, encoding = "--key", []
    token = run("jwt", "-key", private, "-alg", algorithm, "-sign", claims).decode().strip()
    done = run(
        JWTCTL, "verify", "--offline", "--json", option, public, *encoding, token, check=False)
    what = f"golang-jwt to jwtctl: {algorithm}"
    if done.returncode != 0 or json.loads(done.stdout)["payload"] != CLAIMS:
        return fail(what, f"{done.stdout[:200]} {done.stderr[:200]}")
    counts[what.split(":")[0]] += 1
    token = run(
        JWTCTL, "issue", "--no-record", option, private, *encoding, "--alg", algorithm,
        "--claims", claims).decode().strip()
    what = f"jwtctl to golang-jwt: {algorithm}"
    shown = run("jwt", "-key", public, "-alg", algorithm, "-verify", write(what, token))
    if json.loads(shown) != CLAIMS:
        return fail(what, shown)
    counts[what.split(":")[0]] += 1


def jose(algorithm):
    """Debian's `jose`, of latchset."""
    key = folder / f"jose-{algorithm}.jwk"
    run("jose", "jwk", "gen", "-i", json.dumps({"alg": algorithm}), "-o", key)
    key.chmod(0o600)
    what = f"jose to jwtctl: {algorithm}"
    token = run(
        "jose", "jws", "sig", "-I", "-", "-k", key, "-c", "-s",
        json.dumps({"protected": {"alg": algorithm}}), data=json.dumps(CLAIMS).encode()
    ).decode().strip()
    verify(what, token, key)
    if not algorithm.startswith("HS"):
        public = write(f"{key.name}.pub", run("jose", "jwk", "pub", "-i", key))
        verify(what, token, public)
    thumbprint = run("jose", "jwk", "thp", "-a", "S256", "-i", key).decode().strip()
    own = run(JWTCTL, "key", "thumbprint", key).decode().strip()
    if thumbprint != own:
        fail(f"thumbprint by jose: {algorithm}", f"{thumbprint}, not {own}")
    counts["thumbprints compared"] += 1
    what = f"jwtctl to jose: {algorithm}"
    claims = write(f"jose-{algorithm}.claims", json.dumps(CLAIMS))
    token = run(JWTCTL, "issue", "--no-record", "--key", key, "--claims", claims)
    shown = run("jose", "jws", "ver", "-i", write(what, token.strip()), "-k", key, "-O", "-")
    if json.loads(shown) != CLAIMS:
        return fail(what, shown)
    counts[what.split(":")[0]] += 1


def stricter():
    """Tokens that a library accepts and jwtctl must not; both halves of the claim are tried."""
    import base64
    import hashlib
    import hmac

    secret = b"0123456789abcdef0123456789abcdef"
    jwk = json.dumps({"kty": "oct", "k": base64.urlsafe_b64encode(secret).decode().rstrip("=")})
    key = write("stricter.jwk", jwk)

    def b64(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    def token(header, payload, change=lambda text: text):
        signed = b64(header) + b"." + b64(payload)
        code = hmac.new(secret, signed, hashlib.sha256).digest()
        return change((signed + b"." + b64(code)).decode())

    header, payload = b'{"alg":"HS256"}', b'{"sub":"alice"}'

    def other_tail(text):
        # 32 bytes leave two bits of the last character unused.
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]

    cases = [
        ("a name twice in the payload", ["pyjwt", "jwcrypto", "joserfc", "authlib"],
         token(header, b'{"sub":"alice","sub":"root"}'), 3),
        ("a name twice in the header", ["pyjwt", "jwcrypto", "joserfc", "authlib"],
         token(b'{"alg":"HS256","typ":"a","typ":"b"}', payload), 3),
        ("padding", ["authlib", "jwcrypto"], token(header, payload, lambda text: text + "="), 3),
        ("bits that no byte holds", ["authlib", "jwcrypto"], token(header, payload, other_tail), 3),
        ("exp as a string", ["pyjwt"], token(header, b'{"exp":"4102444800"}'), 5),
        ("a header in UTF-16", ["pyjwt", "joserfc"],
         token('{"alg":"HS256"}'.encode("utf-16-le"), payload), 3),
        ("a payload that is no object", ["jwcrypto"], token(header, b"[1]"), 3),
    ]
    for name, accepting, text, status in cases:
        done = run(JWTCTL, "verify", "--offline", "--json", "--key", key, text, check=False)
        if done.returncode != status:
            fail(f"stricter than others: {name}", f"status {done.returncode}")
        for peer in PEERS:
            if peer.name not in accepting:
                continue
            try:
                peer.verify("HS256", "jwk", jwk.encode(), text)
                counts["stricter than a peer, as said"] += 1
            except Exception as error:
                fail(f"stricter than {peer.name}: {name}", f"it refuses too: {error!r}")
    plain = token(header, payload)
    if run(JWTCTL, "verify", "--offline", "--key", key, plain, check=False).returncode != 0:
        fail("stricter than others", "the plain token is refused")


def guarded(job):
    function, *arguments = job
    try:
        function(*arguments)
    except Exception as error:
        fail(f"{function.__name__}{tuple(str(argument) for argument in arguments)}", repr(error))


jobs = [(from_jwtctl, algorithm) for algorithm in ALGORITHMS]
jobs += [(to_jwtctl, peer, algorithm) for peer in PEERS for algorithm in ALGORITHMS]
jobs += [(openssl_files, name) for name in ALGORITHMS if not name.startswith("HS")]
jobs += [(golang_jwt, name) for name in ALGORITHMS[:12] + ["EdDSA"]]
jobs += [(jose, name) for name in ALGORITHMS[:12]]
jobs.append((stricter,))
with ThreadPoolExecutor(4) as pool:
    list(pool.map(guarded, jobs))

# What must have run at least; more where a peer's key happens to be in order.
LEAST = {
    "authlib to jwtctl": 45, "files of openssl": 200, "flipped signatures refused": 165,
    "golang-jwt to jwtctl": 13, "jose to jwtctl": 21, "joserfc to jwtctl": 130,
    "jwcrypto to jwtctl": 100, "jwtctl to authlib": 39, "jwtctl to golang-jwt": 13,
    "jwtctl to jose": 12, "jwtctl to joserfc": 45, "jwtctl to jwcrypto": 45,
    "jwtctl to pyjwt": 39, "pyjwt to jwtctl": 215, "stricter than a peer, as said": 16,
    "thumbprints compared": 60, "unknown to a peer, as listed": 12,
}
for what in sorted(counts | Counter(LEAST)):
    print(f"{counts[what]:5}  {what}")
    if counts[what] < LEAST.get(what, 0):
        fail(what, f"{counts[what]} ran, of {LEAST[what]} at least")
if failures:
    print(f"{len(failures)} failures")
    sys.exit(1)
