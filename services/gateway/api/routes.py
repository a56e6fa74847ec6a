"""The table of everything that the gateway answers: routing, access and `openapi.json` all come from it."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from services.gateway.api import (
    account,
    credentials,
    docs,
    events,
    frames,
    health,
    prompts,
    recordings,
    sessions,
    signin,
    tokens,
)
from services.gateway.api import credential_schemas as c
from services.gateway.api import schemas as s
from services.gateway.api import signin_schemas as who
from services.gateway.api.call import Handler


@dataclass(frozen=True)
class Route:
    """`ok` maps a status to the body (None: empty; a string: a media type). `access`: token | signin | open."""

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    ok: dict[int, Any]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    errors: tuple[int, ...] = ()
    access: str = "token"
    headers: dict[str, str] = field(default_factory=dict)  # request headers and what they do


_IF_MATCH = {"If-Match": "Change only what was read: the ETag of GET /api/sessions/{id}."}
_UPLOAD_HEADERS = {
    "Prefer": "`respond-async`: answer 202 at once.",
    "Idempotency-Key": "Send the same upload again without making a second session; kept 24 hours.",
}
_SESSION_PATH = "/api/sessions/{id}"

ROUTES: tuple[Route, ...] = (
    Route("POST", "/api/recordings", recordings.post_recording, "Upload a recording, get its prompt", "Recordings",
          {200: s.Processing, 202: s.Accepted}, errors=(400, 409, 422), headers=_UPLOAD_HEADERS),
    Route("POST", "/api/sessions", sessions.create_session, "Make a session by hand", "Sessions",
          {201: s.SessionBody}, body=s.NewSession, errors=(400,)),
    Route("GET", "/api/sessions", sessions.list_sessions, "List sessions, most recently updated first", "Sessions",
          {200: list[s.SessionBody]}, query=s.SessionList, errors=(400,)),
    Route("GET", "/api/sessions/stats", sessions.session_stats, "Totals over completed sessions", "Sessions",
          {200: s.Stats}),
    Route("GET", _SESSION_PATH, sessions.read_session, "A session with its frames and analysis", "Sessions",
          {200: s.SessionDetail}, errors=(404,)),
    Route("PATCH", _SESSION_PATH, sessions.change_session, "Change a session", "Sessions",
          {200: s.SessionBody}, body=s.SessionPatch, errors=(400, 404, 412), headers=_IF_MATCH),
    Route("DELETE", _SESSION_PATH, sessions.delete_session, "Delete a session and everything of it", "Sessions",
          {204: None}, errors=(404, 412), headers=_IF_MATCH),
    Route("GET", f"{_SESSION_PATH}/status", sessions.read_status, "How far the processing is", "Sessions",
          {200: s.SessionStatusBody, 304: None}, errors=(404,), headers={"If-None-Match": "The last ETag."}),
    Route("GET", f"{_SESSION_PATH}/events", events.follow_session, "Follow the processing as server-sent events",
          "Sessions", {200: "text/event-stream", 204: None}, errors=(404,),
          headers={"Last-Event-ID": "The last event that was seen."}),
    Route("POST", f"{_SESSION_PATH}/generate-prompt", prompts.generate_prompt, "Build the prompt anew and keep it",
          "Prompts", {200: s.PromptBody}, body=s.PromptWish, errors=(400, 404, 409)),
    Route("GET", f"{_SESSION_PATH}/prompt", prompts.download_prompt, "Download a prompt for any target", "Prompts",
          {200: "text/markdown"}, query=s.PromptDownload, errors=(400, 404)),
    Route("DELETE", f"{_SESSION_PATH}/frames/{{frameId}}", frames.remove_frame, "Take a kept frame out", "Sessions",
          {204: None}, errors=(404, 409)),
    Route("GET", "/api/settings", account.read_settings, "The account's settings", "Account",
          {200: s.SettingsBody}),
    Route("PATCH", "/api/settings", account.change_settings, "Change settings", "Account",
          {200: s.SettingsBody}, body=s.SettingsPatch, errors=(400,)),
    Route("GET", "/api/credentials", credentials.list_credentials, "Keys of one's own for models", "Account",
          {200: list[c.CredentialBody]}),
    Route("POST", "/api/credentials", credentials.create_credential, "Store a key; it is tried first", "Account",
          {201: c.CredentialBody}, body=c.NewCredential, errors=(400,)),
    Route("PATCH", "/api/credentials/{id}", credentials.change_credential, "Change a key or its use", "Account",
          {200: c.CredentialBody}, body=c.CredentialPatch, errors=(400, 404)),
    Route("DELETE", "/api/credentials/{id}", credentials.delete_credential, "Forget a key", "Account",
          {204: None}, errors=(404,)),
    Route("GET", "/api/auth/me", account.read_me, "Who the token belongs to", "Account", {200: who.User}),
    Route("POST", "/api/auth/signup", signin.sign_up, "Sign up at the local issuer", "Account",
          {201: who.SignedIn}, body=who.SignUp, errors=(400, 404, 409), access="signin"),
    Route("POST", "/api/auth/login", signin.sign_in, "Sign in at the local issuer", "Account",
          {200: who.SignedIn}, body=who.SignIn, errors=(400, 401, 404), access="signin"),
    Route("GET", "/api/auth/options", signin.sign_in_options, "How people sign in here", "Account",
          {200: who.SignInOptions}, errors=(503,), access="open"),
    Route("POST", "/api/auth/code", signin.sign_in_by_code, "Sign in at an external issuer: the code it gave",
          "Account", {200: who.SignedIn}, body=who.SignInCode, errors=(400, 401, 404), access="signin"),
    Route("POST", "/api/auth/refresh", signin.renew, "A new token for the cookie of a sign-in",
          "Account", {200: who.SignedIn, 204: None}, errors=(401, 503), access="open"),
    Route("POST", "/api/auth/logout", signin.sign_out, "Forget the cookie of a sign-in", "Account",
          {204: None}, errors=(403,), access="open"),
    Route("GET", "/api/tokens", tokens.list_tokens, "Tokens made for programs", "Account",
          {200: list[who.TokenBody]}, errors=(404,)),
    Route("POST", "/api/tokens", tokens.create_token, "Make a token for a program; it is shown once", "Account",
          {201: who.FreshToken}, body=who.NewToken, errors=(400, 403, 404)),
    Route("DELETE", "/api/tokens/{id}", tokens.delete_token, "Take a token back", "Account",
          {204: None}, errors=(404,)),
    Route("GET", "/api/assets/{id}/image", frames.read_asset_image, "The whole frame, by link or owner's token",
          "Assets", {200: "image/png"}, errors=(404,), access="open"),
    Route("GET", "/api/assets/{id}", frames.read_asset, "A thumbnail, by signed link or owner's token", "Assets",
          {200: "image/webp"}, errors=(404,), access="open"),
    Route("GET", "/api/health", health.read_health, "Whether the service works", "Service",
          {200: s.Health}, access="open"),
    Route("GET", "/api/openapi.json", docs.read_openapi, "This description", "Service",
          {200: "application/json"}, access="open"),
    Route("GET", "/api/docs", docs.read_docs, "This description, to read", "Service",
          {200: "text/html"}, access="open"),
    Route("GET", "/.well-known/jwks.json", account.read_jwks, "The local issuer's public keys", "Service",
          {200: "application/json"}, errors=(404,), access="open"),
)  # fmt: skip
