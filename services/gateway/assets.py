"""Signed links to thumbnails, so that an `<img>` can show them without a token."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AssetLinks:
    key: bytes
    ttl: int  # seconds

    def url(self, asset_id: str, now: datetime) -> str:
        """The same link for a whole `ttl`, so that browsers can cache; good for one to two of them."""
        expires = (int(now.timestamp()) // self.ttl + 2) * self.ttl
        return f"/api/assets/{asset_id}?expires={expires}&signature={self._sign(asset_id, expires)}"

    def valid(self, asset_id: str, expires: str, signature: str, now: datetime) -> bool:
        if not (expires.isascii() and expires.isdecimal() and len(expires) < 16):
            return False
        right = hmac.compare_digest(self._sign(asset_id, int(expires)).encode(), signature.encode())
        return right and now.timestamp() < int(expires)

    def _sign(self, asset_id: str, expires: int) -> str:
        return hmac.new(self.key, f"{asset_id}\n{expires}".encode(), hashlib.sha256).hexdigest()
