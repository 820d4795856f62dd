"""Mutations that issue tokens: sign in, refresh a sign-in, enter as a viewer."""

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
    refresh_token: str = strawberry.field(description="For `refreshSignIn` only.")
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
    SignedIn | errors.SignInFailed | errors.TooManyAttempts | errors.CommonRefusal,
    strawberry.union("SignInResult"),
]
RefreshSignInResult = Annotated[
    SignedIn | errors.CommonRefusal, strawberry.union("RefreshSignInResult")
]
EnterAsViewerResult = Annotated[
    ViewerEntered | errors.CommonRefusal, strawberry.union("EnterAsViewerResult")
]


@strawberry.type
class SignInMutations:
    @strawberry.mutation(description="For staff: exchange user name and password for tokens.")
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        tokens = await info.context.services.sign_in.sign_in(
            input.username, input.password, peer=info.context.peer
        )
        return SignedIn.of(tokens)

    @strawberry.mutation(description="Get a new access token before the old one expires.")
    async def refresh_sign_in(self, info: Info, input: RefreshSignInInput) -> RefreshSignInResult:
        tokens = await info.context.services.sign_in.refresh_sign_in(input.refresh_token)
        return SignedIn.of(tokens)

    @strawberry.mutation(description="Get a token to watch and to tap, without an account.")
    async def enter_as_viewer(self, info: Info, input: EnterAsViewerInput) -> EnterAsViewerResult:
        entered = await info.context.services.device_entry.enter(input.device_credential)
        return ViewerEntered.of(entered, input.client_mutation_id)
