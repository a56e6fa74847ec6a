"""Signed links to the pictures of frames, so that an `<img>` can show them without a token."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PictureLinks:
    thumbnail: str
    image: str  # the whole frame


@dataclass(frozen=True)
class AssetLinks:
    key: bytes
    ttl: int  # seconds

    def of(self, asset_id: str, now: datetime) -> PictureLinks:
        """The same links for a whole `ttl`, so that browsers can cache; good for one to two of them."""
        return PictureLinks(self._url(asset_id, now), self._url(f"{asset_id}/image", now))

    def _url(self, asset: str, now: datetime) -> str:
        expires = (int(now.timestamp()) // self.ttl + 2) * self.ttl
        return f"/api/assets/{asset}?expires={expires}&signature={self._sign(asset, expires)}"

    def valid(self, asset: str, expires: str, signature: str, now: datetime) -> bool:
        if not (expires.isascii() and expires.isdecimal() and len(expires) < 16):
            return False
        right = hmac.compare_digest(self._sign(asset, int(expires)).encode(), signature.encode())
        return right and now.timestamp() < int(expires)

    def _sign(self, asset: str, expires: int) -> str:
        return hmac.new(self.key, f"{asset}\n{expires}".encode(), hashlib.sha256).hexdigest()
