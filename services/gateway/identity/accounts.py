"""Accounts: made by a first call, or by signing up at the local issuer."""

import asyncio
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.gateway.identity.tokens import Claims, unauthorized
from shared.model.accounts import Account
from shared.model.errors import Conflict
from shared.model.ids import new_id
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.problems import Problem


class Accounts:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._hasher = PasswordHasher()
        self._hashing = asyncio.Semaphore(2)  # each takes 64 MiB

    async def of(self, claims: Claims) -> Account:
        """The account of a token's subject; a first call makes it. Problem 401 for a token that was taken back."""
        found = await self._store.account(claims.subject)
        if claims.of_program and not _holds(found, claims.token_id):
            raise unauthorized()
        if found is not None:
            return found
        account = Account(
            id=claims.subject,
            name=claims.name or claims.email or claims.subject,
            email=claims.email,
            avatar_url=claims.picture,
            created_at=self._clock.now(),
        )
        try:
            await self._store.insert_account(account)
        except Conflict:  # another call of the same newcomer was faster
            return await self._store.account(claims.subject) or account
        return account

    async def sign_up(self, name: str, email: str, password: str) -> Account:
        """Raise Problem 409 for an address that has an account."""
        account = Account(
            id=new_id("usr"),
            name=name,
            email=email,
            password_hash=await self._hash(password),
            created_at=self._clock.now(),
        )
        try:
            await self._store.insert_account(account)
        except Conflict as error:
            raise Problem(409, "There is an account with this e-mail address already. Sign in instead.") from error
        return account

    async def sign_in(self, email: str, password: str) -> Account:
        """Raise Problem 401; the answer and the time it takes do not tell whether the address is known."""
        account = await self._store.local_account_by_email(email)
        known = account.password_hash if account else None
        if not await self._fits(known or _nobodys_hash(), password) or account is None:
            raise Problem(401, "The address or the password is wrong.")
        return account

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _fits(self, password_hash: str, password: str) -> bool:
        async with self._hashing:
            try:
                return await asyncio.to_thread(self._hasher.verify, password_hash, password)
            except (VerificationError, InvalidHashError):
                return False


def _holds(account: Account | None, token_id: str | None) -> bool:
    return account is not None and any(token.id == token_id for token in account.tokens)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return PasswordHasher().hash("nobody signs in with this")
