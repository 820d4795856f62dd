"""Signing in, entering as a viewer, and who I am."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.identity.accounts import Account as AccountRecord
from domain.identity.accounts import Principal, Role
from schema import errors
from schema.context import Info, TokenPair
from schema.employers.employer_types import Employer
from schema.identity.unions import Union
from schema.relay import Node, global_id


@strawberry.type(description="The caller: a member of staff, or a viewer without an account.")
class Account(Node):
    principal: strawberry.Private[Principal]
    role: Role
    username: str | None
    display_name: str

    @classmethod
    def of(cls, principal: Principal, record: AccountRecord | None) -> Self:
        return cls(
            principal=principal,
            id=global_id("Account", principal.subject),
            role=principal.role,
            username=record.username if record else None,
            display_name=record.display_name if record else principal.role.zh,
        )

    @strawberry.field(description="The union of an officer or a host.")
    async def union(self, info: Info) -> Union | None:
        if self.principal.union_id is None:
            return None
        record = await info.context.loaders.unions.load(self.principal.union_id)
        return Union.of(record) if record else None

    @strawberry.field(description="The employer of a recruiter.")
    async def employer(self, info: Info) -> Employer | None:
        if self.principal.employer_id is None:
            return None
        record = await info.context.loaders.employers.load(self.principal.employer_id)
        return Employer.of(record) if record else None


@strawberry.type
class AccountQueries:
    @strawberry.field(description="Who the token stands for; null without one.")
    async def me(self, info: Info) -> Account | None:
        principal = info.context.principal
        if info.context.token_error is not None:
            raise info.context.token_error
        if principal is None:
            return None
        return Account.of(principal, await info.context.load_staff_account())


@strawberry.input
class SignInInput:
    username: str
    password: str


@strawberry.type(description="Send `accessToken` as `Authorization: Bearer ...`.")
class SignedIn:
    access_token: str
    refresh_token: str = strawberry.field(description="For `refreshSignIn`, nothing else.")
    expires_at: datetime = strawberry.field(description="When the access token expires.")

    @classmethod
    def of(cls, tokens: TokenPair) -> Self:
        assert tokens.refresh is not None  # staff always get one
        assert tokens.principal.expires_at is not None  # as every token does
        return cls(
            access_token=tokens.access,
            refresh_token=tokens.refresh,
            expires_at=tokens.principal.expires_at,
        )


@strawberry.input
class RefreshSignInInput:
    refresh_token: str


@strawberry.input(description="Nothing is needed.")
class EnterAsViewerInput:
    client_mutation_id: str | None = strawberry.field(
        default=None, description="As in Relay: comes back unchanged."
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
class AccountMutations:
    @strawberry.mutation(description="For staff.")
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        authority = info.context.services.authority
        tokens = await authority.sign_in(input.username, input.password, peer=info.context.peer)
        return SignedIn.of(tokens)

    @strawberry.mutation(description="Get a new access token before the old one expires.")
    async def refresh_sign_in(self, info: Info, input: RefreshSignInInput) -> RefreshSignInResult:
        return SignedIn.of(
            await info.context.services.authority.refresh_sign_in(input.refresh_token)
        )

    @strawberry.mutation(description="Watch and tap without an account.")
    async def enter_as_viewer(self, info: Info, input: EnterAsViewerInput) -> EnterAsViewerResult:
        tokens = info.context.services.authority.enter_as_viewer()
        assert tokens.principal.expires_at is not None  # every token expires
        return ViewerEntered(
            access_token=tokens.access,
            expires_at=tokens.principal.expires_at,
            client_mutation_id=input.client_mutation_id,
        )
