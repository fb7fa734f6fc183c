"""Tokens of links that are let in without log-in: 256 bits, stored only as their digest (S-23).

A token that a mail must word later is worked out anew from the secret key and from facts of its
row; one that is shown once is drawn.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode

from django.conf import settings
from django.utils.crypto import salted_hmac

TOKEN_BYTES = 32


def hashed(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def drawn() -> str:
    """A token that nobody can work out again."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def derived(purpose: str, facts: str, *, key: str = "") -> str:
    """The token for these facts; another purpose has another one."""
    secret = key or settings.SECRET_KEY
    digest = salted_hmac(purpose, facts, secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def derived_again(purpose: str, facts: str, *, digest: str | None) -> str:
    """The token whose digest is stored, by whichever key it was made; nothing when that is gone."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    tokens = (derived(purpose, facts, key=key) for key in keys)
    return next((token for token in tokens if hashed(token) == digest), "")
