"""Mutations that issue and end tokens: sign in and out, change the password, enter as a viewer."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from schema import errors
from schema.context import Info
from services.identity.device_entry import EnteredDevice
from services.identity.tokens import TokenPair


@strawberry.input
class SignInInput:
    username: str
    password: str


@strawberry.type(description="Send `accessToken` as `Authorization: Bearer ...`.")
class SignedIn:
    access_token: str
    refresh_token: str = strawberry.field(
        description="For `refreshSignIn`, once; its answer holds the next one."
    )
    expires_at: datetime = strawberry.field(description="When the access token expires.")

    @classmethod
    def of(cls, tokens: TokenPair) -> Self:
        assert tokens.refresh is not None  # staff always get one
        return cls(
            access_token=tokens.access,
            refresh_token=tokens.refresh,
            expires_at=tokens.expires_at,
        )


@strawberry.input
class RefreshSignInInput:
    refresh_token: str


@strawberry.input(description="For the own account. A one-time password is changed in this way.")
class ChangePasswordInput:
    username: str
    password: str = strawberry.field(description="The present one.")
    new_password: str = strawberry.field(
        description="15 to 256 characters; neither a common password nor made of your name."
    )


@strawberry.input
class SignOutInput:
    refresh_token: str


@strawberry.type(description="Access and refresh tokens have ended.")
class SignedOut:
    ended: bool


@strawberry.input(description="No field is required.")
class EnterAsViewerInput:
    device_credential: str | None = strawberry.field(
        default=None,
        description="`deviceCredential` of the entry before, so that this is the same device. An "
        "expired or unknown one starts a new device.",
    )
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Returned unchanged, as in Relay."
    )


@strawberry.type
class ViewerEntered:
    access_token: str
    expires_at: datetime = strawberry.field(description="When the access token expires.")
    device_credential: str = strawberry.field(
        description="Keep it in place of the one before, and send it with the next entry. The one "
        "before is accepted until this one was used."
    )
    device_credential_expires_at: datetime = strawberry.field(description="In 180 days.")
    new_device: bool = strawberry.field(
        description="Whether this is a new device: phones have to be confirmed on it."
    )
    client_mutation_id: str | None

    @classmethod
    def of(cls, entered: EnteredDevice, client_mutation_id: str | None) -> Self:
        return cls(
            access_token=entered.tokens.access,
            expires_at=entered.tokens.expires_at,
            device_credential=entered.credential,
            device_credential_expires_at=entered.credential_expires_at,
            new_device=entered.is_new,
            client_mutation_id=client_mutation_id,
        )


SignInResult = Annotated[
    SignedIn
    | errors.SignInFailed
    | errors.PasswordChangeRequired
    | errors.TooManyAttempts
    | errors.CommonRefusal,
    strawberry.union("SignInResult"),
]
ChangePasswordResult = Annotated[
    SignedIn | errors.SignInFailed | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("ChangePasswordResult"),
]
SignOutResult = Annotated[SignedOut | errors.CommonRefusal, strawberry.union("SignOutResult")]
RefreshSignInResult = Annotated[
    SignedIn | errors.CommonRefusal, strawberry.union("RefreshSignInResult")
]
EnterAsViewerResult = Annotated[
    ViewerEntered | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("EnterAsViewerResult"),
]


@strawberry.type
class SignInMutations:
    @strawberry.mutation(description="For staff: exchange user name and password for tokens.")
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        tokens = await info.context.services.sign_in.sign_in(
            input.username, input.password, peer=info.context.peer
        )
        return SignedIn.of(tokens)

    @strawberry.mutation(
        description="For staff: exchange the present or a one-time password for an own one. It "
        "signs out everywhere else."
    )
    async def change_password(self, info: Info, input: ChangePasswordInput) -> ChangePasswordResult:
        tokens = await info.context.services.sign_in.change_password(
            input.username, input.password, input.new_password, peer=info.context.peer
        )
        return SignedIn.of(tokens)

    @strawberry.mutation(
        description="For staff: end this sign-in. `signOutEverywhere` ends all of the account."
    )
    async def sign_out(self, info: Info, input: SignOutInput) -> SignOutResult:
        await info.context.services.sign_in.sign_out(input.refresh_token)
        return SignedOut(ended=True)

    @strawberry.mutation(
        description="Get a new access token before the old one expires, and the next refresh "
        "token. The old refresh token is spent: a retry within 10 seconds gets the same answer; "
        "later use ends the sign-in. After 30 days staff sign in again."
    )
    async def refresh_sign_in(self, info: Info, input: RefreshSignInInput) -> RefreshSignInResult:
        tokens = await info.context.services.sign_in.refresh_sign_in(input.refresh_token)
        return SignedIn.of(tokens)

    @strawberry.mutation(description="Get a token to watch and to tap, without an account.")
    async def enter_as_viewer(self, info: Info, input: EnterAsViewerInput) -> EnterAsViewerResult:
        entered = await info.context.services.device_entry.enter(input.device_credential)
        return ViewerEntered.of(entered, input.client_mutation_id)
