"""Login with Amazon: the token endpoint and the consent page. There is no model of either.

Sources: Amazon's documentation, "Connect to the Selling Partner API" (refresh_token, client_credentials with scope), "Website
authorization workflow" (`state`, `selling_partner_id`, `spapi_oauth_code`; the code lives five minutes); error names
as in the issues of amzn/selling-partner-api-models and RFC 6749. The refresh token does not rotate. Not verified: the texts.
"""

from __future__ import annotations

from simulators.amazon.errors import denied
from simulators.amazon.sites import region_of_host
from simulators.amazon.state import Seller
from simulators.amazon.wire import NOTIFICATIONS, ROTATION, Call, Operation
from simulators.amazon.world import World
from simulators.kit import oauth
from simulators.kit.tokens import Code, Grant
from simulators.kit.wire import HTML, Reply

TOKEN_PATH = "/auth/o2/token"
CONSENT_PATH = "/apps/authorize/consent"
_SCOPES = frozenset({NOTIFICATIONS, ROTATION})


class TokenService(oauth.TokenService[Seller]):
    """Codes and tokens of one application. Callers hold the world's lock."""

    def __init__(
        self, world: World, *, client_id: str, client_secret: str, application_id: str, redirects: list[str]
    ) -> None:
        super().__init__(world, access_token_s=world.limits.number("access_token_s"))
        self._world = world
        self._client_id = client_id
        self.client_secret = client_secret
        self._application_id = application_id
        self.redirects = redirects

    def admit(self, seller: Seller) -> None:
        """Let a seller's refresh token in, as if they had consented. It lives until they withdraw."""
        self._refresh.issue(seller.refresh_token, Grant(seller.name))

    def authenticate(self, call: Call, operation: Operation) -> Seller | None:
        """The seller behind the header `x-amz-access-token`, None for a grantless token.

        Raises 403 for a missing, bad or expired token, for a grantless one where a seller's is needed and the other way
        round, and for a seller of another region than the endpoint's.
        """
        token = call.headers.get("x-amz-access-token", "")
        if not token:
            raise denied("Access token is missing in the request header.")
        grant = self._access.alive(token)
        if grant is None:
            raise denied("The access token you provided is revoked, malformed or invalid, or has expired.")
        if not grant.owner:
            if operation.scope not in grant.scopes:
                raise denied("The access token carries no authorization of a selling partner.")
            return None
        if operation.scope and not operation.either:
            raise denied("This operation needs a grantless access token.")
        seller = self._world.sellers[grant.owner]
        region = region_of_host(call.headers.get("host", ""))
        if region not in (None, seller.region):
            raise denied("The selling partner belongs to another region than this endpoint.")
        return seller

    def token(self, call: Call) -> Reply:
        """Answer the token endpoint."""
        form = oauth.fields_in(call)  # in JSON too, as public clients send it (amazon-sp-api 1.2)
        if form is None:
            return oauth.refused("invalid_request", "The Content-Type must be application/x-www-form-urlencoded")
        if form.get("client_id") != self._client_id or form.get("client_secret") != self.client_secret:
            return oauth.refused("invalid_client", "Client authentication failed", 401)
        answer = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh_token,
            "client_credentials": self._by_credentials,
        }.get(form.get("grant_type", ""))
        if answer is None:
            return oauth.refused("unsupported_grant_type", "The authorization grant type is not supported")
        reply, call.seller_name = answer(form)
        return reply

    def _by_code(self, form: dict[str, str]) -> tuple[Reply, str]:
        code = self._codes.use_up(form.get("code", ""))
        if code is None:
            return oauth.refused("invalid_grant", "The request has an invalid grant parameter : code"), ""
        seller = self._world.sellers[code.owner]
        seller.refresh_token = self._world.token("Atzr")
        self.admit(seller)
        return Reply(200, {**self._issue(code.owner), "refresh_token": seller.refresh_token}), code.owner

    def _by_refresh_token(self, form: dict[str, str]) -> tuple[Reply, str]:
        given = form.get("refresh_token", "")
        grant = self._refresh.alive(given)
        if grant is None:
            return oauth.refused("invalid_grant", "The request has an invalid grant parameter : refresh_token"), ""
        return Reply(200, {**self._issue(grant.owner), "refresh_token": given}), grant.owner

    def _by_credentials(self, form: dict[str, str]) -> tuple[Reply, str]:
        asked = frozenset(form.get("scope", "").split())
        if not asked or not asked <= _SCOPES:
            return oauth.refused("invalid_scope", "The requested scope is invalid, unknown or malformed"), ""
        return Reply(200, self._issue("", asked)), ""

    def _issue(self, owner: str, scopes: frozenset[str] = frozenset()) -> dict[str, object]:
        return self.issued(self._world.token("Atza"), owner, scopes, "bearer")

    def consent(self, call: Call) -> Reply:
        """The consent page: agrees at once for `seller=` or an only seller, else asks a person who they are.

        Redirects with `state`, `selling_partner_id` and `spapi_oauth_code` to `redirect_uri`, which must be registered, or
        to the first registered address.
        """
        query = call.query
        target = query.get("redirect_uri") or (self.redirects[0] if self.redirects else "")
        if (
            query.get("application_id") != self._application_id
            or target not in self.redirects
            or not query.get("state")
        ):
            page = "<h1>MD1000: the application id, the redirect address or the state is missing or unknown</h1>"
            return Reply(400, page, content_type=HTML)
        if query.get("decline"):
            return oauth.sent_back(target, {"state": query["state"], "error": "access_denied"})
        seller = self.consenting(call)
        if isinstance(seller, Reply):
            return seller
        code = self._world.token("ANcode")
        self._codes.issue(code, Code(seller.name, self.ends_in(self._world.limits.number("authorization_code_s"))))
        answer = {"state": query["state"], "selling_partner_id": seller.seller_id, "spapi_oauth_code": code}
        return oauth.sent_back(target, answer)
