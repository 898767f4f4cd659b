"""A Redis of its own for an application, jwtctl beside it, and what both are put through."""

import base64
import json
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from harness import write

SECRET = "a secret that jwtctl and the application share, long enough for HS256"


class RedisServer:
    """A private redis-server on loopback, gone at the end of the `with`."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = tempfile.TemporaryDirectory(prefix="jwtctl-interop.")
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def start(self):
        """Also starts it again on the same port, with what it has kept on disk."""
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--dir", self.folder.name, "--databases", "1", *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("redis-server does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"


class Tool:
    """jwtctl on one Redis, with one layout."""

    def __init__(self, jwtctl, server, folder, *layout, by_id=False):
        secret = write(Path(folder) / "secret.txt", SECRET)
        self.path = jwtctl.path
        self.layout = layout
        self.by_id = by_id
        self.environment = {
            **os.environ,
            "JWTCTL_REDIS_URL": server.url,
            "JWTCTL_SECRET": str(secret),
            "JWTCTL_ACTOR": "interop",
        }

    def expect(self, status, *arguments, stdin="", layout=None):
        done = subprocess.run(
            [self.path, "--layout", *(layout or self.layout), *arguments],
            input=stdin.encode(), capture_output=True, timeout=60, env=self.environment,
        )
        if done.returncode != status:
            raise AssertionError(
                f"{arguments[0]}: status {done.returncode}, wanted {status}: "
                + (done.stderr or done.stdout).decode(errors="replace").strip()
            )
        return done.stdout.decode()

    def _about(self, token):
        return ("--id", token) if self.by_id else ("-",)

    def state(self, status, token):
        """What jwtctl says of a token; opaque ones have no signature to verify."""
        if self.by_id:
            self.expect(status, "status", "-q", "--id", token)
        else:
            self.expect(status, "verify", "-q", "-", stdin=token)

    def revoke(self, token, status=0):
        return self.expect(status, "revoke", *self._about(token), stdin=token)

    def restore(self, token, status=0):
        reason = ("--yes", "--reason", "interop")
        return self.expect(status, "restore", *reason, *self._about(token), stdin=token)

    def detects(self):
        """Without being given the layout, `layout detect` names it first, with its variables."""
        found = json.loads(self.expect(0, "layout", "detect", "--json", layout=("native",)))
        variables = dict(text.split("=", 1) for text in self.layout[2::2])
        first = found[0] if found else {"layout": None, "variables": {}}
        if first["layout"] != self.layout[0] or not variables.items() <= first["variables"].items():
            raise AssertionError(f"wanted {self.layout}, found {found}")


def accepted(application, token):
    if not application.accepts(token):
        raise AssertionError("the application refuses the token")


def refused(application, token):
    if application.accepts(token):
        raise AssertionError("the application still accepts the token")


def exercise(report, peer, application, tool, *, dead=6, restores=True, logs_out=False):
    """Puts application and tool through what either does, seen by the other.

    The application has `log_in(user)`, which answers a token, `log_out(token)` and
    `accepts(token)`. `dead` is what jwtctl says of tokens that have gone.
    """
    bystander = application.log_in("bob")

    def case(name, work):
        def run():
            work()
            accepted(application, bystander)
            tool.state(0, bystander)

        report.check("application", peer, name, run)

    def fresh():
        token = application.log_in("alice")
        accepted(application, token)
        tool.state(0, token)

    def own_logout():
        token, other = application.log_in("alice"), application.log_in("alice")
        application.log_out(token)
        refused(application, token)
        tool.state(dead, token)
        accepted(application, other)
        tool.state(0, other)
        tool.revoke(token)
        refused(application, token)

    def revoked():
        token, other = application.log_in("alice"), application.log_in("alice")
        tool.revoke(token)
        refused(application, token)
        tool.state(dead, token)
        tool.revoke(token)
        refused(application, token)
        accepted(application, other)

    def restored():
        token = application.log_in("alice")
        tool.revoke(token)
        refused(application, token)
        if not restores:
            tool.restore(token, status=9)
            return refused(application, token)
        tool.restore(token)
        accepted(application, token)
        tool.state(0, token)
        tool.revoke(token)
        refused(application, token)

    def restored_after_own_logout():
        token = application.log_in("alice")
        application.log_out(token)
        tool.restore(token)
        accepted(application, token)
        tool.state(0, token)

    def logged_out():
        devices = [application.log_in("alice") for _ in range(3)]
        tool.expect(0, "logout-all", "alice")
        for token in devices:
            refused(application, token)
            tool.state(dead, token)
        later = application.log_in("alice")
        accepted(application, later)
        tool.state(0, later)
        tool.expect(0, "logout-all", "alice")
        refused(application, later)

    def not_logged_out():
        token = application.log_in("alice")
        tool.expect(9, "logout-all", "alice")
        accepted(application, token)

    case("a fresh token is accepted by both", fresh)
    case("the application logs out", own_logout)
    case("jwtctl revokes", revoked)
    case("jwtctl restores", restored)
    if restores:
        case("jwtctl restores what the application has logged out", restored_after_own_logout)
    if logs_out is not None:
        case("logout-all", logged_out if logs_out else not_logged_out)


class Process:
    """An application in a process of its own: words in, one line out."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)

    def ask(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        kind, _, rest = answer.partition(" ")
        if kind != "ok":
            raise AssertionError(f"{words[0]}: {answer or 'the process is gone'}")
        return rest

    def log_in(self, user):
        return self.ask("login", user)

    def log_out(self, token):
        self.ask("logout", token)

    def accepts(self, token):
        return self.ask("accepts", token) == "yes"


def spelled(text):
    """A word of any bytes for a `Process`."""
    return base64.b64encode(text.encode()).decode()
