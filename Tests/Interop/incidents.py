"""Six incidents, each from the first look to the proof, with a small HTTP service that reads the
layout and is asked by curl."""

import json
import re
import shlex
import subprocess
import textwrap
import threading
import time
import uuid
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import redis

from harness import write
from stage import SECRET, RedisServer, Tool

LIFE = 900
NEW_SECRET = "the secret that replaces the leaked one, also long enough for HS256"


class Layout:
    """What a service does with its tokens, beside checking signature and `exp`."""

    wrong = ("native",)
    # What of jwtctl the layout cannot do.
    finds = logs_out = True
    logs_out_everyone = False

    def __init__(self, store, tool):
        self.store = store
        self.tool = tool

    def log_in(self, user, secret):
        now = int(time.time())
        claims = {
            "sub": user, "iat": now, "exp": now + LIFE,
            "jti": uuid.uuid4().hex, "uid": uuid.uuid4().hex,
        }
        token = jwt.encode(claims, secret, "HS256")
        self.keep(token, claims)
        return token

    def keep(self, token, claims):
        """What a login writes to Redis."""


class Native(Layout):
    """The lines that jwtctl-services(7) has for Python; jwtctl issues the tokens."""

    name = "native"
    wrong = ("blacklist-jti",)
    logs_out_everyone = True

    def __init__(self, store, tool):
        super().__init__(store, tool)
        text = subprocess.run(
            [tool.path, "help", "services"], capture_output=True, check=True, text=True
        ).stdout
        lines = re.search(r"Python \(redis-py\)\n\n(.*?)\n\n?\S", text, re.DOTALL).group(1)
        names = {}
        exec(textwrap.dedent(lines), names)
        self.is_revoked = names["is_revoked"]

    def log_in(self, user, secret):
        return self.tool.expect(0, "issue", "--sub", user, "--secret", self.path(secret)).strip()

    def path(self, secret):
        return str(write(self.tool.folder / f"secret-{hash(secret)}.txt", secret))

    def accepts(self, _token, claims):
        return not self.is_revoked(self.store, claims)


class Flask(Layout):
    """The block list of Flask-JWT-Extended's documentation."""

    name = "flask-jwt-extended"
    finds = logs_out = False

    def accepts(self, _token, claims):
        return self.store.get(claims["jti"]) is None


class UserZset(Layout):
    """A sorted set of whole tokens for each user."""

    name = "user-zset"

    def keep(self, token, claims):
        self.store.zadd(f"{claims['sub']}-tokens", {token: claims["exp"] * 1000})

    def accepts(self, token, claims):
        return self.store.zscore(f"{claims['sub']}-tokens", token) is not None


class Eladmin(Layout):
    """A key for each session."""

    name = "eladmin"

    def keep(self, _token, claims):
        self.store.set(f"online_token:{claims['sub']}:{claims['uid']}", "{}", ex=LIFE)

    def accepts(self, _token, claims):
        return self.store.exists(f"online_token:{claims['sub']}:{claims['uid']}") == 1


class Service:
    """Answers /me with 200, with 401 to a token that it refuses, and with 500 where it cannot ask."""

    def __init__(self, layout):
        self.secret = SECRET
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(service.status(self.headers.get("Authorization", "")))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.layout = layout
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def status(self, header):
        token = header.removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, self.secret, ["HS256"])
        except jwt.PyJWTError:
            return 401
        try:
            return 200 if self.layout.accepts(token, claims) else 401
        except redis.RedisError:
            return 500

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def curl(self):
        url = f"http://127.0.0.1:{self.server.server_port}/me"
        return ("curl", "-fsS", "-o", "/dev/null", "-H", "@-", url)

    def log_in(self, user):
        return self.layout.log_in(user, self.secret)

    def expect(self, status, *tokens):
        """What curl hears of each of these tokens."""
        for token in tokens:
            heard = subprocess.run(
                [*self.curl[:2], "-w", "%{http_code}", *self.curl[2:]], capture_output=True,
                input=f"Authorization: Bearer {token}\n", text=True, timeout=60,
            ).stdout
            if heard != str(status):
                raise AssertionError(f"the service answers {heard}, wanted {status}")


def prove(tool, service, token, *options, status=0, layout=None):
    found = json.loads(
        tool.expect(
            status, "prove", "--json", *options, "-", "--", *service.curl, stdin=token,
            layout=layout,
        )
    )
    wanted = {0: "refused", 11: "accepted"}[status]
    if found["result"] != wanted:
        raise AssertionError(f"wanted {wanted}, found {found}")


def account_taken_over(tool, service, _server):
    stolen = [service.log_in("alice") for _ in range(3)]
    other = service.log_in("bob")
    if not service.layout.logs_out:
        tool.expect(9, "logout-all", "alice")
        for token in stolen:
            prove(tool, service, token)
    else:
        tool.expect(0, "status", "--user", "alice")
        tool.expect(0, "logout-all", "--dry-run", "alice")
        service.expect(200, *stolen)
        prove(tool, service, stolen[0], "--logout-all")
    service.expect(401, *stolen)
    service.expect(200, other, service.log_in("alice"))


def token_in_a_log(tool, service, _server):
    token, other = service.log_in("alice"), service.log_in("alice")
    line = f'10.0.0.7 - - "GET /me?access_token={token}&x=1 HTTP/1.1" 200 512\n'
    tool.expect(0, "revoke", "--reason", "found in a log", stdin=line)
    service.expect(401, token)
    service.expect(200, other)
    prove(tool, service, other)
    service.expect(401, other)


def only_an_id(tool, service, _server):
    token, other = service.log_in("carol"), service.log_in("carol")
    claims = jwt.decode(token, options={"verify_signature": False})
    # eladmin knows its tokens by another claim than jti.
    name = claims["uid"] if service.layout.name == "eladmin" else claims["jti"]
    if not service.layout.finds:
        tool.expect(9, "find", name)
        # The signature of an id cannot be checked, and the lifetime has to be said.
        tool.expect(2, "revoke", name)
        tool.expect(0, "revoke", "--ttl", f"{LIFE}s", "--", name)
    else:
        rows = json.loads(tool.expect(0, "find", "--json", name))
        program, *words = shlex.split(rows[0]["revoke"])
        if program != "jwtctl":
            raise AssertionError(f"no command of jwtctl: {rows}")
        tool.expect(0, *words)
    service.expect(401, token)
    service.expect(200, other)


def leaked_signing_key(tool, service, _server):
    old = [service.log_in("alice"), service.log_in("bob")]
    service.expect(200, *old)
    if service.layout.logs_out_everyone:
        tool.expect(0, "logout-all", "--everyone", "--dry-run")
        service.expect(200, *old)
        tool.expect(0, "logout-all", "--everyone", "--yes")
        # The cutoff alone ends them; a forger would choose a later iat, which takes a new key.
        service.expect(401, *old)
    else:
        tool.expect(9, "logout-all", "--everyone", "--yes")
    service.secret = NEW_SECRET
    service.expect(401, *old)
    service.expect(200, service.log_in("alice"))
    service.secret = SECRET


def redis_down(tool, service, server):
    tokens = [service.log_in(user) for user in ("dave", "erin", "frank")]
    lines = "".join(token + "\n" for token in tokens)
    todo, failed = write(tool.folder / "todo", lines), tool.folder / "failed"
    server.stop()
    try:
        service.expect(500, *tokens)
        tool.expect(8, "revoke", "--yes", "--from", str(todo), "--failed", str(failed))
    finally:
        server.start()
    kept = [line for line in failed.read_text().splitlines() if not line.startswith("#")]
    if len(kept) != len(tokens):
        raise AssertionError(f"{len(kept)} of {len(tokens)} lines are kept")
    service.expect(200, *tokens)
    again = ("revoke", "--yes", "--from", str(failed), "--failed", str(tool.folder / "rest"))
    tool.expect(0, *again)
    service.expect(401, *tokens)


def wrong_layout(tool, service, _server):
    token = service.log_in("alice")
    wrong = service.layout.wrong
    prove(tool, service, token, "--within", "300ms", "--yes", status=11, layout=wrong)
    service.expect(200, token)
    prove(tool, service, token)
    service.expect(401, token)


INCIDENTS = (
    account_taken_over, token_in_a_log, only_an_id, leaked_signing_key, redis_down, wrong_layout,
)


def respond(report, jwtctl, folder, kind):
    own = folder / f"incidents-{kind.name}"
    own.mkdir()
    with RedisServer("--appendonly", "yes") as server:
        tool = Tool(jwtctl, server, own, kind.name)
        tool.folder = own
        store = redis.Redis(port=server.port, decode_responses=True)
        service = Service(kind(store, tool))
        for incident in INCIDENTS:
            name = incident.__name__.replace("_", " ")
            report.check("incident", kind.name, name, partial(incident, tool, service, server))
        service.close()


def groups(report, jwtctl, _peers, folder):
    """One group for each kind of layout, each on a Redis of its own."""
    for kind in (Native, Flask, UserZset, Eladmin):
        yield f"incidents: {kind.name}", respond, (report, jwtctl, folder, kind)
