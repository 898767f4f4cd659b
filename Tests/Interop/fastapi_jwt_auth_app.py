"""fastapi-jwt-auth with the deny list of its documentation, in the environment of its time.

usage: fastapi_jwt_auth_app.py PORT SECRET, then lines: login USER, logout TOKEN, accepts TOKEN
"""

import sys
from datetime import timedelta

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from fastapi_jwt_auth import AuthJWT
from fastapi_jwt_auth.exceptions import AuthJWTException
from pydantic import BaseModel
from redis import Redis

LIFE = timedelta(minutes=15)


class Settings(BaseModel):
    authjwt_secret_key: str = sys.argv[2]
    authjwt_denylist_enabled: bool = True
    authjwt_access_token_expires: timedelta = LIFE


app = FastAPI()
deny_list = Redis(port=int(sys.argv[1]), decode_responses=True)


@AuthJWT.load_config
def settings():
    return Settings()


@AuthJWT.token_in_denylist_loader
def is_denied(token):
    entry = deny_list.get(token["jti"])
    return entry and entry == "true"


@app.exception_handler(AuthJWTException)
def refuse(_request: Request, error: AuthJWTException):
    return JSONResponse({"detail": error.message}, error.status_code)


@app.post("/login/{user}")
def login(user: str, auth: AuthJWT = Depends()):
    return {"token": auth.create_access_token(subject=user)}


@app.delete("/logout")
def logout(auth: AuthJWT = Depends()):
    auth.jwt_required()
    deny_list.setex(auth.get_raw_jwt()["jti"], LIFE, "true")
    return {}


@app.get("/protected")
def protected(auth: AuthJWT = Depends()):
    auth.jwt_required()
    return {"user": auth.get_jwt_subject()}


def answer(client, word, value):
    if word == "login":
        token = client.post(f"/login/{value}").json()["token"]
        return token.decode() if isinstance(token, bytes) else token
    headers = {"Authorization": f"Bearer {value}"}
    if word == "logout":
        return str(client.delete("/logout", headers=headers).raise_for_status())
    return {200: "yes", 401: "no"}[client.get("/protected", headers=headers).status_code]


client = TestClient(app)
for line in sys.stdin:
    try:
        print("ok", answer(client, *line.split()), flush=True)
    except Exception as error:  # told to the one who asked
        print("error", type(error).__name__, str(error).replace("\n", " "), flush=True)
