"""Mutations that issue tokens: sign in, refresh a sign-in, enter as a viewer."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from schema import errors
from schema.context import Info
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
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Returned unchanged, as in Relay."
    )


@strawberry.type
class ViewerEntered:
    access_token: str
    expires_at: datetime
    client_mutation_id: str | None


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
        tokens = info.context.services.sign_in.enter_as_viewer()
        return ViewerEntered(
            access_token=tokens.access,
            expires_at=tokens.expires_at,
            client_mutation_id=input.client_mutation_id,
        )
