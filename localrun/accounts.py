"""People of the local run: real Cognito users of the emulated pool, one per group."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass

from localrun.emulator import Emulator

GROUPS = ("viewer", "operator", "admin")


@dataclass(frozen=True)
class Login:
    """What somebody types to sign in. The password is new with each start."""

    email: str
    password: str


class People:
    """One user per group of the stack's user pool."""

    def __init__(self, emulator: Emulator, *, pool_id: str, client_id: str) -> None:
        self._cognito = emulator.client("cognito-idp")
        self._pool_id = pool_id
        self._client_id = client_id
        self._logins: dict[str, Login] = {}

    def login(self, group: str) -> Login:
        """The user of this group, created when first asked for. Raises `ValueError` for an unknown group."""
        if group not in GROUPS:
            raise ValueError(f"no group {group!r}: one of {', '.join(GROUPS)}")
        if group not in self._logins:
            self._logins[group] = self._create(group)
        return self._logins[group]

    def token(self, group: str) -> str:
        """A fresh ID token (JWT, valid for an hour) of this group's user, for the header `Authorization`."""
        login = self.login(group)
        answer = self._cognito.initiate_auth(
            ClientId=self._client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": login.email, "PASSWORD": login.password},
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    def _create(self, group: str) -> Login:
        login = Login(email=f"{group}@listbridge.example", password=f"Local-{secrets.token_urlsafe(12)}-1a")
        person = {"UserPoolId": self._pool_id, "Username": login.email}
        attributes = [{"Name": "email", "Value": login.email}, {"Name": "email_verified", "Value": "true"}]
        # With kept state the user is there already, and only gets a new password.
        with contextlib.suppress(self._cognito.exceptions.UsernameExistsException):
            self._cognito.admin_create_user(**person, MessageAction="SUPPRESS", UserAttributes=attributes)
        self._cognito.admin_set_user_password(**person, Password=login.password, Permanent=True)
        self._cognito.admin_add_user_to_group(**person, GroupName=group)
        return login
