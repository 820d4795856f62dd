"""Checks of the secrets among the settings; no message holds a secret."""

from __future__ import annotations

from pydantic import SecretStr

from domain.identity.passwords import MAX_PASSWORD_LENGTH

MIN_SECRET_LENGTH = 16
"""Characters; 16 hexadecimal digits are 64 bits."""


def check_secret_length(secret: SecretStr) -> SecretStr:
    """Return the secret if it is long enough.

    :raises ValueError: it is not.
    """
    if len(secret.get_secret_value()) < MIN_SECRET_LENGTH:
        raise ValueError(f"needs at least {MIN_SECRET_LENGTH} characters")
    return secret


def check_password_length(password: SecretStr) -> SecretStr:
    """Return the password if it is not too long to be checked.

    :raises ValueError: it is.
    """
    if len(password.get_secret_value()) > MAX_PASSWORD_LENGTH:
        raise ValueError(f"may have at most {MAX_PASSWORD_LENGTH} characters")
    return password
