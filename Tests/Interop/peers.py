"""Four libraries behind one face: read a key, check a token, make keys and tokens."""

import base64
import json
import warnings

import joserfc.jwk
import joserfc.jwt
import jwt
from cryptography.hazmat.primitives import serialization
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

# Authlib tells at each import, whatever the filters say, that joserfc follows its JOSE part.
show, warnings.showwarning = warnings.showwarning, lambda *_, **__: None
from authlib.jose import JsonWebKey, JsonWebToken  # noqa: E402

warnings.showwarning = show


def key_type(algorithm):
    """The kty, and what a generator needs to know besides."""
    if algorithm.startswith("HS"):
        return "oct", int(algorithm[2:])
    if algorithm[:2] in ("RS", "PS"):
        return "RSA", 2048
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}
    if algorithm in curves:
        return "EC", curves[algorithm]
    return "OKP", "Ed448" if algorithm.endswith("Ed448") else "Ed25519"


def header_name(algorithm):
    """`EdDSA/Ed448` is EdDSA on the other curve; the others are names of their own."""
    return algorithm.split("/")[0]


def load(form, data, private=False):
    """A PEM or DER file as an object of `cryptography`, as the libraries' users load them."""
    loader = {
        ("pem", False): serialization.load_pem_public_key,
        ("der", False): serialization.load_der_public_key,
        ("pem", True): lambda data: serialization.load_pem_private_key(data, None),
        ("der", True): lambda data: serialization.load_der_private_key(data, None),
    }[form, private]
    return loader(data)


def secret(data):
    text = json.loads(data)["k"]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class PyJWT:
    name = "pyjwt"

    def key(self, algorithm, form, data, private=False):
        if algorithm.startswith("HS"):
            return secret(data)
        if form == "jwk":
            return jwt.PyJWK(json.loads(data), algorithm=header_name(algorithm)).key
        return data if form == "pem" else load(form, data, private)

    def verify(self, algorithm, form, data, token):
        return jwt.decode(
            token, self.key(algorithm, form, data), algorithms=[header_name(algorithm)],
            options={"verify_aud": False})

    def sign(self, algorithm, form, data, claims):
        return jwt.encode(
            claims, self.key(algorithm, form, data, private=True), header_name(algorithm))

    def thumbprint(self, data):
        return None


class JWCrypto:
    name = "jwcrypto"

    def key(self, algorithm, form, data, private=False):
        if form == "jwk":
            return jwcrypto_jwk.JWK.from_json(data.decode())
        if form == "pem":
            return jwcrypto_jwk.JWK.from_pem(data)
        return jwcrypto_jwk.JWK.from_pyca(load(form, data, private))

    def verify(self, algorithm, form, data, token):
        jws = jwcrypto_jws.JWS()
        jws.allowed_algs = [header_name(algorithm)]
        jws.deserialize(token)
        jws.verify(self.key(algorithm, form, data))
        return json.loads(jws.payload)

    def sign(self, algorithm, form, data, claims):
        jws = jwcrypto_jws.JWS(json.dumps(claims).encode())
        jws.allowed_algs = [header_name(algorithm)]
        jws.add_signature(
            self.key(algorithm, form, data, private=True),
            protected=json.dumps({"alg": header_name(algorithm), "typ": "JWT"}))
        return jws.serialize(compact=True)

    def thumbprint(self, data):
        return jwcrypto_jwk.JWK.from_json(data.decode()).thumbprint()

    def generate(self, algorithm):
        kind, size = key_type(algorithm)
        arguments = {"crv": size} if kind in ("EC", "OKP") else {"size": size}
        key = jwcrypto_jwk.JWK.generate(kty=kind, **arguments)
        forms = {"jwk": key.export().encode()}
        if kind == "oct":
            return forms
        keys = jwcrypto_jwk.JWKSet()
        keys.add(key)
        return forms | {
            "pem": key.export_to_pem(private_key=True, password=None),
            "encrypted pem": key.export_to_pem(private_key=True, password=b"pass phrase"),
            "public pem": key.export_to_pem(),
            "public jwk": key.export_public().encode(),
            "public jwks": keys.export(private_keys=False).encode(),
        }


class JoseRFC:
    name = "joserfc"
    kinds = {
        "oct": joserfc.jwk.OctKey, "RSA": joserfc.jwk.RSAKey, "EC": joserfc.jwk.ECKey,
        "OKP": joserfc.jwk.OKPKey,
    }

    def key(self, algorithm, form, data, private=False):
        kind = self.kinds[key_type(algorithm)[0]]
        return kind.import_key(json.loads(data) if form == "jwk" else data)

    def verify(self, algorithm, form, data, token):
        key = self.key(algorithm, form, data)
        return joserfc.jwt.decode(token, key, algorithms=[header_name(algorithm)]).claims

    def sign(self, algorithm, form, data, claims):
        name = header_name(algorithm)
        key = self.key(algorithm, form, data, private=True)
        return joserfc.jwt.encode({"alg": name, "typ": "JWT"}, claims, key, algorithms=[name])

    def thumbprint(self, data):
        return joserfc.jwk.import_key(json.loads(data)).thumbprint()

    def generate(self, algorithm):
        kind, size = key_type(algorithm)
        key = self.kinds[kind].generate_key(size)
        forms = {"jwk": json.dumps(key.as_dict(private=True)).encode()}
        if kind == "oct":
            return forms
        keys = joserfc.jwk.KeySet([key])
        return forms | {
            "pem": key.as_pem(private=True), "der": key.as_der(private=True),
            "encrypted pem": key.as_pem(private=True, password="pass phrase"),
            "public pem": key.as_pem(private=False), "public der": key.as_der(private=False),
            "public jwk": json.dumps(key.as_dict(private=False)).encode(),
            "public jwks": json.dumps(keys.as_dict(private=False)).encode(),
        }


class Authlib:
    name = "authlib"

    def key(self, algorithm, form, data, private=False):
        if form == "jwk":
            return JsonWebKey.import_key(json.loads(data))
        # It reads no DER by itself, but takes the objects of `cryptography`.
        raw = data if form == "pem" else load(form, data, private)
        return JsonWebKey.import_key(raw, {"kty": key_type(algorithm)[0]})

    def verify(self, algorithm, form, data, token):
        decoder = JsonWebToken([header_name(algorithm)])
        return dict(decoder.decode(token, self.key(algorithm, form, data)))

    def sign(self, algorithm, form, data, claims):
        name = header_name(algorithm)
        key = self.key(algorithm, form, data, private=True)
        return JsonWebToken([name]).encode({"alg": name}, dict(claims), key).decode()

    def thumbprint(self, data):
        return JsonWebKey.import_key(json.loads(data)).thumbprint()

    def generate(self, algorithm):
        kind, size = key_type(algorithm)
        key = JsonWebKey.generate_key(kind, size, is_private=True)
        forms = {"jwk": key.as_json(is_private=True).encode()}
        if kind == "oct":
            return forms
        return forms | {
            "pem": key.as_pem(is_private=True),
            "public jwk": key.as_json(is_private=False).encode(),
        }


PEERS = [PyJWT(), JWCrypto(), JoseRFC(), Authlib()]
