"""OAuth 2 as Etsy has it: the consent page, codes with PKCE, and a refresh token that changes at each use.

Sources: documentation, "Authentication" (PKCE with S256 is required; the access token lives an hour and begins with the user's
id; the refresh token lives 90 days, and a renewal gives another and ends the one that was used); scopes: the OpenAPI
document; `refresh_token is revoked`, `access token is expired`: etsy/open-api issue 519. Not verified: the other texts, and that a code
lives ten minutes.
"""

from __future__ import annotations

from simulators.etsy.errors import forbidden, invalid_token, no_scope
from simulators.etsy.state import Seller
from simulators.etsy.wire import FORM, Call, Operation
from simulators.etsy.world import World
from simulators.kit import oauth
from simulators.kit.tokens import Code, Grant
from simulators.kit.wire import HTML, Reply

TOKEN_PATH = "/v3/public/oauth/token"
CONSENT_PATH = "/oauth/connect"
_SCOPES = (
    "address_r address_w email_r listings_d listings_r listings_w profile_r profile_w shops_r shops_w "
    "transactions_r transactions_w"
)
SCOPES = frozenset(_SCOPES.split())


class TokenService(oauth.TokenService[Seller]):
    """Codes and tokens of one application. Callers hold the world's lock."""

    def __init__(self, world: World, *, keystring: str, shared_secret: str, redirects: list[str]) -> None:
        super().__init__(world, access_token_s=world.limits.number("access_token_s"))
        self._world = world
        self.keystring = keystring
        self.shared_secret = shared_secret
        self.redirects = redirects

    def admit(self, seller: Seller, scopes: frozenset[str] = SCOPES, refresh_token: str = "") -> None:
        """Give a seller's refresh token, as if they had consented."""
        seller.refresh_token = refresh_token or self._world.token(seller.user_id)
        life = self.ends_in(self._world.limits.number("refresh_token_s"))
        self._refresh.issue(seller.refresh_token, Grant(seller.name, life, scopes))

    def check_key(self, call: Call) -> None:
        """Raises 403 without the key, or without its secret (enforced since 2026-02-09; etsy/open-api discussion 1529)."""
        given = call.headers.get("x-api-key", "")
        if not given:
            raise forbidden("Missing x-api-key header or client_id")
        key, colon, secret = given.partition(":")
        if not colon:
            raise forbidden("Shared secret is required in x-api-key header.")
        if (key, secret) != (self.keystring, self.shared_secret):
            raise forbidden("API key not found or not active, or incorrect shared secret for API key.")

    def authenticate(self, call: Call, operation: Operation) -> Seller | None:
        """The seller behind the bearer token; None without one where the app's key is enough.

        Raises 401 for a token that is missing, unknown or expired, 403 for one that was granted too little.
        """
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if not token:
            if not operation.scopes:
                return None
            raise invalid_token("access token is missing")
        grant = self._access.alive(token) if scheme.lower() == "bearer" else None
        if grant is None:
            raise invalid_token("access token is expired")
        if not operation.scopes <= grant.scopes:
            raise no_scope()
        return self._world.sellers[grant.owner]

    def token(self, call: Call) -> Reply:
        """Tokens for a code or for a refresh token."""
        form = oauth.fields_in(call)
        if form is None:
            return oauth.refused("invalid_request", f"The Content-Type must be {FORM} or application/json")
        if form.get("client_id") != self.keystring:
            return oauth.refused("invalid_client", "client_id is unknown", 401)
        if form.get("grant_type") == "authorization_code":
            return self._by_code(call, form)
        if form.get("grant_type") == "refresh_token":
            return self._by_refresh_token(call, form)
        return oauth.refused("unsupported_grant_type", "grant_type is not supported")

    def _by_code(self, call: Call, form: dict[str, str]) -> Reply:
        code = self._codes.use_up(form.get("code", ""))
        if code is None:
            return oauth.refused("invalid_grant", "code has been used previously or is expired")
        if not code.opens(form.get("redirect_uri", ""), form.get("code_verifier", "")):
            return oauth.refused("invalid_grant", "code_verifier or redirect_uri is invalid")
        call.seller = self._world.sellers[code.owner]
        return self._issue(call.seller, code.scopes)

    def _by_refresh_token(self, call: Call, form: dict[str, str]) -> Reply:
        grant = self._refresh.use_up(form.get("refresh_token", ""))
        if grant is None:
            return oauth.refused("invalid_grant", "refresh_token is revoked")
        call.seller = self._world.sellers[grant.owner]
        return self._issue(call.seller, grant.scopes)

    def _issue(self, seller: Seller, scopes: frozenset[str]) -> Reply:
        self.admit(seller, scopes)
        answer = self.issued(self._world.token(seller.user_id), seller.name, scopes, "Bearer")
        return Reply(200, {**answer, "refresh_token": seller.refresh_token})

    def scopes_of(self, token: str) -> frozenset[str]:
        """What an access token was granted. Raises 401 for one that has ended."""
        grant = self._access.alive(token)
        if grant is None:
            raise invalid_token("access token is expired")
        return grant.scopes

    def consent(self, call: Call) -> Reply:
        """The consent page: agrees at once for `seller=` or an only seller, else asks a person who they are.

        Redirects with `code` and `state` to `redirect_uri`, which must be registered to the letter.
        """
        query = call.query
        target, scopes = query.get("redirect_uri", ""), frozenset(query.get("scope", "").split())
        wrong = (
            query.get("response_type") != "code"
            or query.get("client_id") != self.keystring
            or target not in self.redirects
            or not query.get("state")
            or query.get("code_challenge_method") != "S256"
            or len(query.get("code_challenge", "")) != 43
            or not scopes
            or not scopes <= SCOPES
        )
        if wrong:
            page = "<h1>The application that is requesting authorization is not recognized, or its request is incomplete</h1>"
            return Reply(400, page, content_type=HTML)
        if query.get("decline"):
            declined = {"error": "access_denied", "error_description": "The user denied consent"}
            return oauth.sent_back(target, {**declined, "state": query["state"]})
        seller = self.consenting(call)
        if isinstance(seller, Reply):
            return seller
        code = self._world.token(seller.user_id)
        ends = self.ends_in(self._world.limits.number("authorization_code_s"))
        self._codes.issue(code, Code(seller.name, ends, scopes, target, query["code_challenge"]))
        return oauth.sent_back(target, {"code": code, "state": query["state"]})
