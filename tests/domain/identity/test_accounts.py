"""Which roles a principal needs, and the refusal that names them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.accounts import STAFF_ROLES, VISITOR_ROLES, Principal, Role, require_role
from domain.refusals import ErrorCode, NotPermitted, Unauthenticated

roles_asked = st.lists(st.sampled_from(Role), min_size=1, unique=True)


def test_a_missing_principal_must_sign_in() -> None:
    with pytest.raises(Unauthenticated, match="Sign in, or open the page again") as caught:
        require_role(None, Role.OFFICER)
    assert caught.value.code is ErrorCode.UNAUTHENTICATED


@given(st.sampled_from(Role), roles_asked)
def test_only_a_principal_with_a_permitted_role_passes(role: Role, roles: list[Role]) -> None:
    principal = Principal(role=role, subject="s1")
    if role in roles:
        assert require_role(principal, *roles) is principal
    else:
        with pytest.raises(NotPermitted, match=role.lower()) as caught:
            require_role(principal, *roles)
        assert caught.value.code is ErrorCode.NOT_PERMITTED


def test_a_refusal_names_the_permitted_roles() -> None:
    with pytest.raises(NotPermitted, match="role officer or host; you are viewer"):
        require_role(Principal(role=Role.VIEWER, subject="v1"), Role.OFFICER, Role.HOST)


def test_visitor_roles_are_not_staff_roles() -> None:
    assert set(Role) - STAFF_ROLES == set(VISITOR_ROLES)
