"""The peers from PyPI behind one face.

read(form, data, row) gives a key object, verify(token, alg, key) its claims,
generate(row) a private key object, sign(claims, alg, key) a token, own(key) what verifies it, and
exports(key, row) the (name, bytes, passphrase) of each form that the peer can write.
"""

import json
import warnings

# Importing this turns warnings on; what comes after it turns all off: authlib.jose announces its
# retirement, joserfc that of the name EdDSA, PyJWT dislikes short keys.
import authlib.deprecate

warnings.simplefilter("ignore")

import authlib.jose as authlib
import joserfc.jwk
import joserfc.jwt
import jwcrypto.jwk
import jwcrypto.jwt
import jwt as pyjwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from harness import AUDIENCE, decode, encode

PASSPHRASE = "correct horse – battery"


def kid_of(token):
    return json.loads(decode(token.split(".")[0])).get("kid")


class PyJWT:
    name = "pyjwt"
    bad_signature = "^InvalidSignatureError"
    curves = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
    curves["secp256k1"] = ec.SECP256K1

    def read(self, form, data, row):
        if form == "jwk":
            # A JWK need not name its algorithm; this peer would guess RS256, or EdDSA for Ed25519.
            jwk = json.loads(data)
            return pyjwt.PyJWK.from_dict(jwk, algorithm=jwk.get("alg", row.alg))
        if form == "jwks":
            return pyjwt.PyJWKSet.from_json(data.decode())
        return data

    def verify(self, token, alg, key):
        if isinstance(key, pyjwt.PyJWKSet):
            kid = kid_of(token)
            key = (key.keys[0] if kid is None else key[kid]).key
        return pyjwt.decode(token, key, algorithms=[alg], audience=AUDIENCE)

    # It makes no keys: its manual sends people to this package.
    def generate(self, row):
        match row.kty:
            case "RSA":
                return rsa.generate_private_key(65537, 2048)
            case "EC":
                return ec.generate_private_key(self.curves[row.curve]())
            case "OKP" if row.curve == "Ed448":
                return ed448.Ed448PrivateKey.generate()
            case "OKP":
                return ed25519.Ed25519PrivateKey.generate()
        return bytes(range(200, 200 - row.secret_size, -1))

    def own(self, key):
        return key if isinstance(key, bytes) else key.public_key()

    def sign(self, claims, alg, key):
        return pyjwt.encode(claims, key, algorithm=alg)

    def exports(self, key, row):
        algorithm = pyjwt.get_algorithm_by_name(row.alg)
        if row.kty == "oct":
            yield "jwk", algorithm.to_jwk(key).encode(), None
            yield "secret", key, None
            return
        private, public = serialization.PrivateFormat, serialization.PublicFormat
        plain = serialization.NoEncryption()
        hidden = serialization.BestAvailableEncryption(PASSPHRASE.encode())
        for name, encoding in (
            ("PEM", serialization.Encoding.PEM),
            ("DER", serialization.Encoding.DER),
        ):
            yield f"PKCS#8 {name}", key.private_bytes(encoding, private.PKCS8, plain), None
            sealed = key.private_bytes(encoding, private.PKCS8, hidden)
            yield f"encrypted PKCS#8 {name}", sealed, PASSPHRASE
            spki = key.public_key().public_bytes(encoding, public.SubjectPublicKeyInfo)
            yield f"SPKI {name}", spki, None
            if row.kty in ("RSA", "EC"):
                old = key.private_bytes(encoding, private.TraditionalOpenSSL, plain)
                yield f"{'PKCS#1' if row.kty == 'RSA' else 'SEC1'} {name}", old, None
            if row.kty == "RSA":
                old = key.public_key().public_bytes(encoding, public.PKCS1)
                yield f"PKCS#1 public {name}", old, None
        yield "private jwk", algorithm.to_jwk(key).encode(), None
        jwk = algorithm.to_jwk(key.public_key(), as_dict=True)
        yield "jwk", json.dumps(jwk).encode(), None
        yield "jwks", json.dumps({"keys": [jwk]}).encode(), None


class JWCrypto:
    name = "jwcrypto"
    # The second is what it says of a set none of whose keys verifies.
    bad_signature = "InvalidJWSSignature|^JWTMissingKey"

    def read(self, form, data, row):
        if form == "jwk":
            return jwcrypto.jwk.JWK.from_json(data.decode())
        if form == "jwks":
            return jwcrypto.jwk.JWKSet.from_json(data.decode())
        if form == "secret":
            return jwcrypto.jwk.JWK(kty="oct", k=encode(data))
        return jwcrypto.jwk.JWK.from_pem(data)

    def verify(self, token, alg, key):
        checks = {"aud": AUDIENCE, "exp": None}
        read = jwcrypto.jwt.JWT(
            jwt=token, key=key, algs=[alg], check_claims=checks, expected_type="JWS"
        )
        return json.loads(read.claims)

    def generate(self, row):
        size = row.secret_size * 8 if row.kty == "oct" else 2048
        if row.curve:
            return jwcrypto.jwk.JWK.generate(kty=row.kty, crv=row.curve)
        return jwcrypto.jwk.JWK.generate(kty=row.kty, size=size)

    def own(self, key):
        return key

    def sign(self, claims, alg, key):
        token = jwcrypto.jwt.JWT(header={"alg": alg}, claims=claims, algs=[alg])
        token.make_signed_token(key)
        return token.serialize()

    def exports(self, key, row):
        if row.kty == "oct":
            yield "jwk", key.export().encode(), None
            return
        yield "PKCS#8 PEM", key.export_to_pem(private_key=True, password=None), None
        sealed = key.export_to_pem(private_key=True, password=PASSPHRASE.encode())
        yield "encrypted PKCS#8 PEM", sealed, PASSPHRASE
        yield "SPKI PEM", key.export_to_pem(), None
        yield "private jwk", key.export_private().encode(), None
        yield "jwk", key.export_public().encode(), None
        keys = jwcrypto.jwk.JWKSet()
        keys.add(key)
        yield "private jwks", keys.export(private_keys=True).encode(), None
        yield "jwks", keys.export(private_keys=False).encode(), None

    def thumbprint(self, jwk):
        return jwcrypto.jwk.JWK.from_json(jwk.decode()).thumbprint()


class Joserfc:
    name = "joserfc"
    bad_signature = "^BadSignatureError"

    def read(self, form, data, row):
        if form == "jwk":
            return joserfc.jwk.import_key(json.loads(data))
        if form == "jwks":
            return joserfc.jwk.KeySet.import_key_set(json.loads(data))
        return joserfc.jwk.import_key(data, row.kty)

    def verify(self, token, alg, key):
        found = joserfc.jwt.decode(token, key, algorithms=[alg]).claims
        joserfc.jwt.JWTClaimsRegistry(aud={"essential": True, "value": AUDIENCE}).validate(found)
        return found

    def generate(self, row):
        size = row.secret_size * 8 if row.kty == "oct" else 2048
        return joserfc.jwk.generate_key(row.kty, row.curve or size)

    def own(self, key):
        return key

    def sign(self, claims, alg, key):
        return joserfc.jwt.encode({"alg": alg}, dict(claims), key, algorithms=[alg])

    def exports(self, key, row):
        if row.kty == "oct":
            yield "jwk", json.dumps(key.as_dict(private=True)).encode(), None
            return
        for name, write in (("PEM", key.as_pem), ("DER", key.as_der)):
            yield f"PKCS#8 {name}", write(private=True), None
            yield f"encrypted PKCS#8 {name}", write(private=True, password=PASSPHRASE), PASSPHRASE
            yield f"SPKI {name}", write(private=False), None
        yield "private jwk", json.dumps(key.as_dict(private=True)).encode(), None
        yield "jwk", json.dumps(key.as_dict(private=False)).encode(), None
        keys = joserfc.jwk.KeySet([key])
        yield "private jwks", json.dumps(keys.as_dict(private=True)).encode(), None
        yield "jwks", json.dumps(keys.as_dict(private=False)).encode(), None

    def thumbprint(self, jwk):
        return joserfc.jwk.import_key(json.loads(jwk)).thumbprint()


class Authlib:
    name = "authlib"
    bad_signature = "^BadSignatureError"
    # The letters of a coordinate of full length.
    full = {"P-256": 43, "secp256k1": 43, "P-384": 64, "P-521": 88}

    def read(self, form, data, row):
        if form == "jwk":
            return authlib.JsonWebKey.import_key(json.loads(data))
        if form == "jwks":
            return authlib.JsonWebKey.import_key_set(json.loads(data))
        return authlib.JsonWebKey.import_key(data, {"kty": row.kty})

    def verify(self, token, alg, key):
        if isinstance(key, authlib.KeySet) and kid_of(token) is None:
            (key,) = key.keys
        options = {"aud": {"essential": True, "value": AUDIENCE}}
        found = authlib.JsonWebToken([alg]).decode(token, key, claims_options=options)
        found.validate()
        return dict(found)

    def is_full(self, jwk, curve):
        return all(len(jwk[name]) == self.full[curve] for name in "xyd")

    def any_key(self, row):
        size = row.secret_size * 8 if row.kty == "oct" else 2048
        return authlib.JsonWebKey.generate_key(row.kty, row.curve or size, is_private=True)

    def generate(self, row):
        key = self.any_key(row)
        # It drops leading zeros from the numbers of a curve, which RFC 7518 section 6.2 forbids and
        # stricter.py holds against it: here only keys whose numbers have none.
        while row.kty == "EC" and not self.is_full(key.as_dict(True), row.curve):
            key = self.any_key(row)
        return key

    def own(self, key):
        return key

    def sign(self, claims, alg, key):
        return authlib.JsonWebToken([alg]).encode({"alg": alg}, dict(claims), key).decode()

    def exports(self, key, row):
        if row.kty == "oct":
            yield "jwk", key.as_json(is_private=True).encode(), None
            return
        for name, write in (("PEM", key.as_pem), ("DER", key.as_der)):
            yield f"PKCS#8 {name}", write(is_private=True), None
            sealed = write(is_private=True, password=PASSPHRASE)
            yield f"encrypted PKCS#8 {name}", sealed, PASSPHRASE
            yield f"SPKI {name}", write(is_private=False), None
        yield "private jwk", key.as_json(is_private=True).encode(), None
        yield "jwk", key.as_json().encode(), None
        yield "jwks", authlib.KeySet([key]).as_json().encode(), None

    def thumbprint(self, jwk):
        return authlib.JsonWebKey.import_key(json.loads(jwk)).thumbprint()


LIBRARIES = [PyJWT(), JWCrypto(), Joserfc(), Authlib()]
