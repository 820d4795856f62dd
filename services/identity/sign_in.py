"""Sign-in: staff exchange user name and password for tokens; seekers come back by a receipt.

Refresh tokens rotate, and each sign-in is stored.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from domain.identity.accounts import STAFF_ROLES, Account
from domain.identity.audit import Actor, AuditRole
from domain.identity.token_rotation import SIGN_IN_LIFETIME, RefreshToken, RotationOutcome, SignIn
from domain.refusals import InvalidInput, PasswordChangeRequired, Unauthenticated
from services.identity.account_changes import AccountChanges
from services.identity.credentials import Credentials
from services.identity.passwords import PasswordVerifier
from services.identity.revocations import account_disabled
from services.identity.sign_in_lanes import SignInLanes
from services.identity.tokens import TokenPair, Tokens
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store

MAX_SIGN_INS_PER_ACCOUNT = 20
"""Devices on which one account is signed in; a further sign-in ends the one unused for longest."""
ROTATION_GRACE = timedelta(seconds=10)
"""How long an exchanged refresh token is exchanged again for the same successor: two tabs, or a
retry after a lost answer. Both then hold one token, so a thief who comes within this time is found
at the next exchange."""

_log = structlog.get_logger(__name__)


class SignInService:
    """Issues tokens to staff who show their password, and to visitors who need none."""

    def __init__(
        self,
        tokens: Tokens,
        store: Store,
        passwords: PasswordVerifier,
        changes: AccountChanges,
        clock: Clock,
        *,
        lanes: SignInLanes,
    ) -> None:
        self._tokens = tokens
        self._store = store
        self._passwords = passwords
        self._credentials = Credentials(store.accounts, passwords, lanes, clock)
        self._changes = changes
        self._clock = clock

    async def sign_in(self, username: str, password: str, *, peer: str) -> TokenPair:
        """Issue tokens for the right user name and password. ``peer`` is the network address.

        A wrong password and an unknown user name get the same answer after the same time.

        :raises SignInFailed: user name or password is wrong, or a one-time password has expired.
        :raises PasswordChangeRequired: the password is right and a one-time password.
        :raises Unauthenticated: the password is right, but the account is disabled.
        :raises TooManyAttempts: too many failed sign-ins; the message says how long to wait.
        :raises Busy: too many others sign in at this moment.
        """
        account = await self._credentials.check(username, password, peer=peer)
        if account.password_expires_at is not None:
            raise PasswordChangeRequired(
                "This is a one-time password. Choose your own first.",
                "这是一次性密码，请先设置您自己的密码。",
                hint="`changePassword` exchanges it.",
            )
        return await self._start_sign_in(account)

    async def change_password(
        self, username: str, password: str, new_password: str, *, peer: str
    ) -> TokenPair:
        """Replace an own or one-time password, sign out everywhere, and issue tokens.

        :raises InvalidInput: the new password is too short, too long or easy to guess, or the same.

        The errors of ``sign_in`` are raised too, except PasswordChangeRequired.
        """
        account = await self._credentials.check(username, password, peer=peer)
        field = ("input", "newPassword")
        if new_password == password:
            raise InvalidInput(
                "The new password is the same as the old one. Choose another one.",
                "新密码与原密码相同，请换一个密码。",
                field=field,
            )
        names = (account.username, account.display_name)
        await self._passwords.check_new(new_password, names=names, field=field)
        changed = await self._changes.set_password(
            account, await self._passwords.hash(new_password), _own_actor(account)
        )
        return await self._start_sign_in(changed)

    async def refresh_sign_in(self, token: str) -> TokenPair:
        """Exchange a refresh token for new tokens, with the account's present role and scope.

        The token is spent. Within ``ROTATION_GRACE`` it is exchanged again for the same successor;
        later use of it ends the sign-in, because somebody has a copy.

        :raises Unauthenticated: it is expired, forged, spent or no refresh token, the account is
            disabled, or it was signed out.
        """
        refresh = self._tokens.verify_refresh_token(token)
        account = await self._store.accounts.by_id(refresh.account_id)
        if account is None or account.role not in STAFF_ROLES or account.disabled_at is not None:
            raise account_disabled()
        if refresh.generation < account.generation:
            raise _signed_out()
        if refresh.is_legacy:
            await self._adopt(refresh, account)
        outcome, sign_in = await self._store.sign_ins.rotate(
            refresh.sign_in_id, account.id, refresh.rotation, grace=ROTATION_GRACE
        )
        if outcome is RotationOutcome.REUSED:
            _log.warning(
                "sign-in ended: a spent refresh token was used", sign_in=refresh.sign_in_id
            )
            await self._changes.end_sign_in(
                account.id, refresh.sign_in_id, reason="a spent refresh token was used"
            )
        if sign_in is None or outcome is RotationOutcome.REUSED:
            raise _signed_out()
        return self._tokens.issue_for_account(account, sign_in)

    async def sign_out(self, token: str) -> None:
        """End the sign-in of a refresh token, spent or not, with its access tokens.

        :raises Unauthenticated: it is expired, forged or no refresh token.
        """
        refresh = self._tokens.verify_refresh_token(token)
        account = await self._store.accounts.by_id(refresh.account_id)
        if account is None:
            return
        if refresh.is_legacy:
            await self._adopt(refresh, account)
        await self._changes.end_sign_in(
            account.id, refresh.sign_in_id, _own_actor(account), reason="signed out"
        )

    def enter_as_seeker(self, giver: str) -> TokenPair:
        """Issue an access token to the seeker whose profile was saved under the id ``giver``."""
        return self._tokens.issue_for_seeker(giver)

    async def _start_sign_in(self, account: Account) -> TokenPair:
        sign_in = self._new_sign_in(new_id(), account)
        await self._store.sign_ins.add(sign_in, most=MAX_SIGN_INS_PER_ACCOUNT)
        return self._tokens.issue_for_account(account, sign_in)

    async def _adopt(self, refresh: RefreshToken, account: Account) -> None:
        """Store the sign-in of a token from a version that stored none, unless it is stored."""
        sign_in = self._new_sign_in(refresh.sign_in_id, account)
        await self._store.sign_ins.add(sign_in, most=MAX_SIGN_INS_PER_ACCOUNT)

    def _new_sign_in(self, sign_in_id: str, account: Account) -> SignIn:
        now = self._clock()
        return SignIn(
            id=sign_in_id,
            account_id=account.id,
            created_at=now,
            expires_at=now + SIGN_IN_LIFETIME,
        )


def _own_actor(account: Account) -> Actor:
    return Actor(role=AuditRole[account.role.name], id=account.id)


def _signed_out() -> Unauthenticated:
    return Unauthenticated("The sign-in has ended. Sign in again.", "本次登录已失效，请重新登录。")
