"""What is kept sealed in the vault, and what each seal belongs to."""

from shared.model.credentials import Credential
from shared.runtime.vault import Sealed, Vault


def about(credential_id: str, user_id: str) -> str:
    """What a sealed key belongs to: it opens for this credential of this account alone."""
    return f"credential {credential_id} of {user_id}"


def about_login(session_id: str) -> str:
    """What a sealed login of a test account belongs to. It lives as long as a session is in work: no rotation."""
    return f"login for {session_id}"


def opened(vault: Vault, credential: Credential) -> str:
    """The API key. SealBroken when it does not open."""
    sealed = Sealed(credential.sealed_key, credential.key_version)
    return vault.open(sealed, about(credential.id, credential.user_id))
