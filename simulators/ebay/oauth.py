"""The token service and the consent page. There is no OpenAPI document of it.

Sources: eBay's page of OAuth rate limits (quotas) and its knowledge base, 5075 and 5220 (RuName, consent), read late in 2026. Field
names of the answers from eBay's OAuth guide as quoted in public code; error names from RFC 6749. Not verified: the lifetimes,
and that scopes may be narrowed and never widened.
"""

from __future__ import annotations

import base64

from simulators.ebay.errors import EbayError
from simulators.ebay.state import Seller
from simulators.ebay.wire import Call
from simulators.ebay.world import World
from simulators.kit import oauth
from simulators.kit.tokens import Code, Grant
from simulators.kit.wire import HTML, Reply

TOKEN_PATH = "/identity/v1/oauth2/token"
CONSENT_PATH = "/oauth2/authorize"
_PREFIX = "https://api.ebay.com/oauth/api_scope"
USER_SCOPES = frozenset(
    [
        _PREFIX,
        *(
            f"{_PREFIX}/{name}"
            for name in (
                "sell.inventory",
                "sell.inventory.readonly",
                "sell.account",
                "sell.account.readonly",
                "sell.fulfillment",
                "sell.fulfillment.readonly",
                "sell.finances",
                "sell.stores",
                "sell.stores.readonly",
                "commerce.identity.readonly",
                "commerce.notification.subscription",
            )
        ),
    ]
)
APPLICATION_SCOPES = frozenset([_PREFIX])


class TokenService(oauth.TokenService[Seller]):
    """Codes and tokens of one application. Callers hold the world's lock."""

    def __init__(self, world: World, *, client_id: str, client_secret: str, ru_names: dict[str, str]) -> None:
        super().__init__(world, access_token_s=world.limits.number("access_token_s"))
        self._world = world
        self._client_id = client_id
        self._client_secret = client_secret
        self.ru_names = ru_names

    def admit(self, seller: Seller, scopes: frozenset[str] = USER_SCOPES) -> None:
        """Let a seller's refresh token in, as if they had consented."""
        ends = self.ends_in(self._world.limits.number("refresh_token_s"))
        self._refresh.issue(seller.refresh_token, Grant(seller.username, ends, scopes))

    def authenticate(self, authorization: str, scopes: tuple[str, ...]) -> Seller | None:
        """The seller behind an Authorization header, None for the application itself.

        Raises 401 (1001) for a bad or expired token, 400 (1002, 1003) for a missing one, 403 (1100) without a scope.
        """
        if not authorization:
            raise EbayError(1002, "Access token is missing in the Authorization HTTP request header.")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise EbayError(1003)
        grant = self._access.alive(token.strip())
        if grant is None:
            raise EbayError(1001, "Check the value of the Authorization HTTP request header.", status=401)
        if not grant.scopes.intersection(scopes):
            raise EbayError(1100, "Insufficient permissions to fulfill the request.", status=403)
        return self._world.sellers[grant.owner] if grant.owner else None

    def token(self, call: Call) -> tuple[Reply, str]:
        """Answer the token endpoint; the second value is the seller's name for the journal."""
        if not self._is_application(call.headers.get("authorization", "")):
            return oauth.refused("invalid_client", "client authentication failed", 401), ""
        form = oauth.form_in(call)
        if form is None:
            return oauth.refused("invalid_request", "the body must be form-urlencoded"), ""
        answer = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh_token,
            "client_credentials": self._by_credentials,
        }.get(form.get("grant_type", ""))
        if answer is None:
            return oauth.refused("unsupported_grant_type", "grant type in request is not supported"), ""
        if not self._world.budget.spend_token_call(form["grant_type"], self._world.now()):
            raise EbayError(2001, "The request limit has been reached for the resource.", status=429)
        return answer(form)

    def _is_application(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True).decode()
        except ValueError:  # no base64, or no text in it
            return False
        return scheme.lower() == "basic" and given == f"{self._client_id}:{self._client_secret}"

    def _by_code(self, form: dict[str, str]) -> tuple[Reply, str]:
        code = self._codes.use_up(form.get("code", ""))
        if code is None or not code.opens(form.get("redirect_uri", "")):
            return oauth.refused(
                "invalid_grant", "the provided authorization code is invalid or was issued to another client"
            ), ""
        seller = self._world.sellers[code.owner]
        seller.refresh_token = self._world.token("r")
        self.admit(seller, code.scopes)
        body = self._issue(code.owner, code.scopes, "User Access Token")
        body |= {
            "refresh_token": seller.refresh_token,
            "refresh_token_expires_in": self._world.limits.number("refresh_token_s"),
        }
        return Reply(200, body), code.owner

    def _by_refresh_token(self, form: dict[str, str]) -> tuple[Reply, str]:
        grant = self._refresh.alive(form.get("refresh_token", ""))
        if grant is None:
            return oauth.refused(
                "invalid_grant", "the provided authorization refresh token is invalid or was issued to another client"
            ), ""
        scopes = grant.narrowed(frozenset(form.get("scope", "").split()))
        if scopes is None:
            return oauth.refused(
                "invalid_scope", "the requested scope exceeds the scope granted to the client"
            ), grant.owner
        return Reply(200, self._issue(grant.owner, scopes, "User Access Token")), grant.owner

    def _by_credentials(self, form: dict[str, str]) -> tuple[Reply, str]:
        asked = frozenset(form.get("scope", "").split())
        if not asked or not asked <= APPLICATION_SCOPES:
            return oauth.refused(
                "invalid_scope", "the requested scope is invalid, unknown or exceeds what is granted"
            ), ""
        return Reply(200, self._issue("", asked, "Application Access Token")), ""

    def _issue(self, owner: str, scopes: frozenset[str], token_type: str) -> dict[str, object]:
        return self.issued(self._world.token("t"), owner, scopes, token_type)

    def consent(self, call: Call) -> Reply:
        """The consent page: agrees at once for `seller=` or an only seller, else asks a person who they are.

        Redirects to the RuName's address with `code`, `state` and `expires_in`, as eBay does after the seller agrees.
        """
        query = call.query
        target = self.ru_names.get(query.get("redirect_uri", ""))
        if query.get("client_id") != self._client_id or query.get("response_type") != "code" or target is None:
            page = "<h1>The OAuth client could not be found or its RuName is unknown</h1>"
            return Reply(400, page, content_type=HTML)
        scopes = frozenset(query.get("scope", "").split())
        if not scopes or not scopes <= USER_SCOPES:
            return oauth.sent_back(target, {"error": "invalid_scope", "state": query.get("state", "")})
        if query.get("decline"):
            return oauth.sent_back(target, {"error": "access_denied", "state": query.get("state", "")})
        seller = self.consenting(call)
        if isinstance(seller, Reply):
            return seller
        code = self._world.token("c")
        lifetime = self._world.limits.number("authorization_code_s")
        self._codes.issue(code, Code(seller.name, self.ends_in(lifetime), scopes, query["redirect_uri"]))
        answer = {"code": code, "expires_in": str(lifetime)}
        if "state" in query:
            answer["state"] = query["state"]
        return oauth.sent_back(target, answer)
