"""Applications on the same Redis, each by its library or, where that is too much, by its rule."""

import asyncio
import contextlib
import itertools
import json
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import jwt
import redis

from harness import write
from stage import SECRET, Process, RedisServer, Tool, accepted, exercise, refused, spelled

LIFE = 900


def signed(**claims):
    now = int(time.time())
    return jwt.encode(
        {"iat": now, "exp": now + LIFE, "jti": uuid.uuid4().hex, **claims}, SECRET, "HS256"
    )


def claims_of(token):
    return jwt.decode(token, SECRET, ["HS256"])


def path_of(name):
    """The path of a program in this folder."""
    return str(Path(__file__).parent / name)


class FlaskJWTExtended:
    """The block list of the library's documentation."""

    def __init__(self, server):
        from flask import Flask, jsonify, request
        from flask_jwt_extended import JWTManager, create_access_token, get_jwt, jwt_required

        app = Flask(__name__)
        app.config["JWT_SECRET_KEY"] = SECRET
        app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(seconds=LIFE)
        manager = JWTManager(app)
        blocklist = redis.StrictRedis(port=server.port, decode_responses=True)

        @manager.token_in_blocklist_loader
        def is_blocked(_header, payload):
            return blocklist.get(payload["jti"]) is not None

        @app.post("/login")
        def login():
            return jsonify(token=create_access_token(identity=request.json["user"]))

        @app.delete("/logout")
        @jwt_required()
        def logout():
            blocklist.set(get_jwt()["jti"], "", ex=timedelta(seconds=LIFE))
            return jsonify(done=True)

        @app.get("/protected")
        @jwt_required()
        def protected():
            return jsonify(hello="world")

        self.client = app.test_client()

    def _send(self, method, path, token):
        return self.client.open(
            path, method=method, headers={"Authorization": f"Bearer {token}"}
        ).status_code

    def log_in(self, user):
        return self.client.post("/login", json={"user": user}).json["token"]

    def log_out(self, token):
        assert self._send("DELETE", "/logout", token) == 200

    def accepts(self, token):
        return {200: True, 401: False}[self._send("GET", "/protected", token)]


class DjangoCache:
    """A recipe around simplejwt: the jti of a revoked token goes into Django's cache."""

    def __init__(self, server):
        from django.conf import settings

        if not settings.configured:
            settings.configure()
        from django.core.cache.backends.redis import RedisCache

        self.cache = RedisCache(server.url, {})

    def log_in(self, user):
        return signed(user_id=user)

    def log_out(self, token):
        claims = claims_of(token)
        self.cache.set(f"revoked_{claims['jti']}", True, timeout=claims["exp"] - int(time.time()))

    def accepts(self, token):
        return not self.cache.get(f"revoked_{claims_of(token)['jti']}")


class RailsCache(Process):
    """The recipe around devise-jwt: the jti of a revoked token goes into Rails.cache."""

    def __init__(self, server):
        super().__init__("ruby", path_of("rails_cache.rb"), server.url)

    def log_in(self, user):
        return signed(sub=user, aud=None)

    def log_out(self, token):
        self.ask("logout", claims_of(token)["jti"], str(LIFE))

    def accepts(self, token):
        answers = {self.ask(word, claims_of(token)["jti"]) for word in ("exist", "read")}
        if len(answers) != 1:
            raise AssertionError("exist? and read differ")
        return answers == {"no"}


class LaravelTymon(Process):
    """The blacklist of tymon/jwt-auth, in the cache of Laravel 8."""

    def __init__(self, server):
        super().__init__("php", path_of("laravel_tymon.php"), str(server.port))

    def log_in(self, user):
        return signed(sub=user)

    def log_out(self, token, grace=0):
        claims = claims_of(token)
        # An entry outlives the two weeks for refreshing the token, and lasts whole minutes.
        life = max(claims["exp"], claims["iat"] + 1209600) + 60 - int(time.time())
        self.ask("logout", claims["jti"], str(life // 60 * 60), str(grace))

    def accepts(self, token):
        return self.ask("has", claims_of(token)["jti"]) == "no"


class SymfonyLexik(Process):
    """LexikJWTAuthenticationBundle's blocked tokens, in a cache pool of Symfony 5."""

    def __init__(self, server, namespace, form):
        super().__init__("php", path_of("symfony_lexik.php"), server.url, namespace, form)

    def log_in(self, user):
        return signed(username=user)

    def log_out(self, token):
        claims = claims_of(token)
        self.ask("logout", claims["jti"], str(claims["exp"] + 300 - int(time.time())))

    def accepts(self, token):
        answers = {self.ask(word, claims_of(token)["jti"]) for word in ("exist", "read")}
        if len(answers) != 1:
            raise AssertionError("hasItem and getItem differ")
        return answers == {"no"}


class NodeRedis(Process):
    """A recipe for Node.js, which makes its tokens itself."""

    def __init__(self, server, recipe):
        # A Node.js that is not Debian's own does not look where Debian has its libraries.
        super().__init__(
            "env", "NODE_PATH=/usr/share/nodejs", "node", path_of("node_redis.js"), server.url,
            SECRET, str(LIFE), recipe,
        )


class OpenWebUI:
    """The rule of open_webui/utils/auth.py, 0.12.4; the whole application is a gigabyte."""

    def __init__(self, server):
        self.redis = redis.Redis(port=server.port, decode_responses=True)

    def log_in(self, user):
        return signed(id=user)

    def log_out(self, token):
        claims = claims_of(token)
        life = claims["exp"] - int(time.time())
        self.redis.set(f"open-webui:auth:token:{claims['jti']}:revoked", "1", ex=life)

    def accepts(self, token):
        claims = claims_of(token)
        if claims.get("jti"):
            if self.redis.get(f"open-webui:auth:token:{claims['jti']}:revoked"):
                return False
        if claims.get("id"):
            mark = self.redis.get(f"open-webui:auth:user:{claims['id']}:revoked_at")
            if mark and (claims.get("iat") is None or claims["iat"] <= int(mark)):
                return False
        return True


class SortedSet:
    """The article: a sorted set for each user, which every request reads."""

    def __init__(self, server, unit):
        self.redis = redis.Redis(port=server.port, decode_responses=True)
        self.unit = unit
        self.numbers = itertools.count()

    def log_in(self, user):
        token = signed(data={"id": user}, device=next(self.numbers))
        key = f"{user}-tokens"
        self.redis.zremrangebyscore(key, 0, int(time.time() * self.unit))
        self.redis.zadd(key, {token: claims_of(token)["exp"] * self.unit})
        return token

    def log_out(self, token):
        self.redis.zrem(f"{claims_of(token)['data']['id']}-tokens", token)

    def accepts(self, token):
        key = f"{claims_of(token)['data']['id']}-tokens"
        return token in self.redis.zrange(key, 0, -1)


class FastAPIUsers:
    """The library's Redis strategy behind its own dependency; its tokens are opaque."""

    def __init__(self, server):
        from fastapi_users.authentication.strategy.redis import RedisStrategy

        self.loop = asyncio.new_event_loop()
        connection = redis.asyncio.Redis(port=server.port, decode_responses=True)
        self.strategy = RedisStrategy(connection, lifetime_seconds=LIFE)

    class User:
        def __init__(self, name):
            self.id = name

    class Users:
        """The part of a user manager that the strategy asks."""

        def parse_id(self, value):
            return value

        async def get(self, name):
            return FastAPIUsers.User(name)

    def log_in(self, user):
        token = self.loop.run_until_complete(self.strategy.write_token(self.User(user)))
        # An id that looks like an option is one that nobody can type.
        return token if not token.startswith("-") else self.log_in(user)

    def log_out(self, token):
        self.loop.run_until_complete(self.strategy.destroy_token(token, None))

    def accepts(self, token):
        found = self.loop.run_until_complete(self.strategy.read_token(token, self.Users()))
        return found is not None


class Java(Process):
    """A JVM that writes and reads keys with ObjectOutputStream and ObjectInputStream."""

    def __init__(self, server):
        super().__init__(
            "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", path_of("Blacklist.java"),
            str(server.port),
        )
        self.filler = ""

    def log_in(self, user):
        return signed(sub=user, filler=self.filler)

    def name(self, token):
        return token

    def log_out(self, token):
        self.ask("logout", spelled(self.name(token)), str(LIFE * 1000))

    def accepts(self, token):
        return self.ask("accepts", spelled(self.name(token))) == "yes"

    def keys(self):
        """Every key, as the JVM reads it: in base64."""
        return set(self.ask("keys").split())


class JavaIDs(Java):
    """The same with ids of any characters as keys."""

    texts = itertools.cycle(
        ["plain", "é", "a\0b", "\U0001f511", "日本語", "\x7f\x80\u07ff\u0800\uffff", "\U0010ffff{}%:"]
    )

    def log_in(self, user):
        return signed(sub=user, jti=f"{next(self.texts)}-{uuid.uuid4().hex}")

    def name(self, token):
        return claims_of(token)["jti"]


def groups(report, jwtctl, peers, folder):
    def library(peer, start, *layout, by_id=False, detects=False, more=(), **options):
        own = folder / f"application-{peer}"
        own.mkdir(exist_ok=True)
        with RedisServer() as server, contextlib.ExitStack() as at_end:
            tool = Tool(jwtctl, server, own, *layout, by_id=by_id)
            application, store = start(server), redis.Redis(port=server.port)
            if isinstance(application, Process):
                at_end.enter_context(application)

            def check(work):
                name = work.__name__.replace("_", " ")
                report.check("application", peer, name, lambda: work(application, tool, store))

            if detects:
                check(layout_detect)
            exercise(report, peer, application, tool, **options)
            for work in more:
                check(work)

    def named(name, *variables):
        return (name, *itertools.chain(*(("--layout-var", text) for text in variables)))

    def other_environment():
        python = Path(sys.prefix).parent / "venv-fastapi" / "bin" / "python"
        program = path_of("fastapi_jwt_auth_app.py")

        def start(server):
            return Process(python, "-B", "-W", "ignore", program, str(server.port), SECRET)

        library("fastapi-jwt-auth", start, *named("fastapi-jwt-auth"))

    def java():
        own = folder / "application-java"
        own.mkdir()
        extended = {"name": "ids", "extends": "spring-raw-jdk", "claims": {"id": "jti"}}
        ids = write(own / "layout.json", json.dumps(extended))
        with RedisServer() as server, Java(server) as application:
            tool = Tool(jwtctl, server, own, "spring-raw-jdk")
            exercise(report, "jdk", application, tool)
            # 65,535 bytes are the most that a short string may have.
            application.filler = "x" * 60000
            exercise(report, "jdk", application, tool)
            report.check("application", "jdk", "long keys", lambda: both_lengths(application, tool))
        with RedisServer() as server, JavaIDs(server) as application:
            tool = Tool(jwtctl, server, own, str(ids))
            for _ in range(7):
                exercise(report, "jdk", application, tool)
            report.check("application", "jdk", "ids", lambda: read_back(application, tool))

    def both_lengths(application, tool):
        """The longest short string and the shortest long one."""
        for size in (65535, 65536, 65537):
            token = of_length(size)
            accepted(application, token)
            tool.revoke(token)
            refused(application, token)
            if spelled(token) not in application.keys():
                raise AssertionError(f"no JVM reads the key of {size} bytes")
            tool.restore(token)
            application.log_out(token)
            tool.state(6, token)

    def read_back(application, tool):
        """What jwtctl writes, ObjectInputStream reads."""
        for _ in range(14):
            token = application.log_in("alice")
            tool.revoke(token)
            if spelled(application.name(token)) not in application.keys():
                raise AssertionError(f"no JVM reads the key of {application.name(token)!r}")

    def php():
        library(
            "laravel", LaravelTymon, *named("laravel-tymon", "prefix=shop_database_shop_cache:"),
            detects=True, more=(same_expiry, grace_period, forever, new_tag),
        )
        # Symfony makes the namespace of a pool from a hash in base64. `layout detect` does not know
        # what igbinary makes of an empty array.
        for form, detects in (("php", True), ("igbinary", False)):
            library(
                "lexik", lambda server, form=form: SymfonyLexik(server, "aB-3+xYz9Q", form),
                *named("lexik", "poolns=aB-3+xYz9Q"), detects=detects, more=(same_expiry,),
            )

    def node():
        library(
            "node-redis", lambda server: NodeRedis(server, "blacklist"),
            *named("blacklist-jti", "prefix=bl_"), detects=True,
        )
        library(
            "node-redis", lambda server: NodeRedis(server, "whitelist"), "user-zset",
            detects=True, more=(later_logins,), dead=7, logs_out=True,
        )

    yield "flask", library, ("flask", FlaskJWTExtended, "flask-jwt-extended")
    yield "fastapi-jwt-auth", other_environment, ()
    yield "django", library, ("django", DjangoCache, *named("django-cache", "prefix=revoked_"))
    yield "jdk", java, ()
    yield "php", php, ()
    yield "node", node, ()

    def with_options():
        library("rails", RailsCache, *named("rails-cache", "prefix=shop:revoked_token:"))
        library("open-webui", OpenWebUI, "open-webui", logs_out=True)
        for unit, score in ((1000, "exp_ms"), (1, "exp_s")):
            library(
                "redis-py", lambda server, unit=unit: SortedSet(server, unit),
                *named("user-zset", f"score={score}"), dead=7, logs_out=True,
            )
        library(
            "fastapi-users", FastAPIUsers, "fastapi-users", by_id=True, dead=7, restores=False,
            logs_out=True,
        )

    yield "others", with_options, ()


def layout_detect(application, tool, _store):
    """What the application alone has written is enough to find its layout and the variables."""
    for user in ("alice", "bob", "carol"):
        application.log_out(application.log_in(user))
        application.log_in(user)
    tool.detects()


def same_expiry(application, tool, store):
    """An entry of jwtctl expires when the application's own would, to a minute."""
    lives = []
    for revoke in (application.log_out, tool.revoke):
        token = application.log_in("alice")
        revoke(token)
        (key,) = store.scan_iter(f"*{claims_of(token)['jti']}")
        lives.append(store.ttl(key))
    if min(lives) < LIFE or max(lives) - min(lives) > 65:
        raise AssertionError(f"seconds left: {lives[0]} of the application, {lives[1]} of jwtctl")


def grace_period(application, tool, _store):
    """In its grace period a token is accepted after a logout, unless jwtctl revokes it."""
    token = application.log_in("alice")
    application.log_out(token, grace=60)
    accepted(application, token)
    tool.state(0, token)
    tool.revoke(token)
    refused(application, token)
    tool.state(6, token)


def forever(application, tool, _store):
    """The entry of a token that never expires has another value."""
    token = application.log_in("alice")
    application.ask("forever", claims_of(token)["jti"])
    refused(application, token)
    tool.state(6, token)
    tool.restore(token)
    accepted(application, token)
    tool.state(0, token)


def new_tag(application, tool, _store):
    """Laravel before 10 empties a tag by giving it another random id."""
    token = application.log_in("alice")
    tool.revoke(token)
    application.ask("clear")
    accepted(application, token)
    tool.state(0, token)
    tool.revoke(token)
    refused(application, token)
    tool.state(6, token)


def later_logins(application, tool, store):
    """The application gives its lists no TTL; one from jwtctl would end later logins."""

    def log_in(user):
        token = application.log_in(user)
        accepted(application, token)
        tool.state(0, token)
        if store.ttl(f"{user}-tokens") != -1:
            raise AssertionError(f"the list of {user} has a TTL")
        return token

    def issue(user):
        claims = f'data:={{"id":"{user}"}}'
        token = tool.expect(0, "issue", "--claim", claims, "--expires-in", "5m").strip()
        accepted(application, token)
        return token

    tool.revoke(log_in("dave"))
    kept = [log_in("dave"), issue("dave"), log_in("dave")]
    log_in("erin")
    tool.expect(0, "logout-all", "erin")
    kept += [issue("erin"), log_in("erin")]
    restored = log_in("frank")
    tool.revoke(restored)
    tool.restore(restored)
    kept += [restored, log_in("frank")]
    for token in kept:
        accepted(application, token)
        tool.state(0, token)


def of_length(size):
    """A token of exactly so many bytes."""
    token = signed(sub="alice")
    filler = (size - len(token)) * 3 // 4 - 12
    while len(token) < size:
        token = signed(sub="alice", filler="x" * filler)
        filler += 1
    if len(token) == size:
        return token
    # Base64 makes no texts of some lengths: another header shifts it by one.
    now = int(time.time())
    for extra in range(1, 12):
        for more in range(-8, 8):
            token = jwt.encode(
                {"iat": now, "exp": now + LIFE, "sub": "alice", "filler": "x" * (filler + more)},
                SECRET, "HS256", headers={"kid": "k" * extra},
            )
            if len(token) == size:
                return token
    raise AssertionError(f"no token of {size} bytes")
