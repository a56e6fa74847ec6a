"""Which model a recording is shown to: the account's newest active one, else the server's, else none."""

import structlog

from services.analysis.settings import AnalysisSettings
from services.analysis.vision.by_model.access import DEFAULT_MODELS, Access
from services.analysis.vision.by_model.looking import ModelVision
from shared.model.errors import ScopeError
from shared.ports.store import Store
from shared.runtime.outbound.policy import UrlPolicy
from shared.runtime.sealing import opened
from shared.runtime.vault import load_vault

_log = structlog.get_logger(__name__)


async def chosen(store: Store, settings: AnalysisSettings, user_id: str) -> ModelVision | None:
    """None: the frames are read locally. A credential that does not open is passed over, and the log says so."""
    for credential in await store.credentials(user_id):
        if not credential.is_active:
            continue
        try:
            key = opened(load_vault(settings.data_dir, settings.vault_keys, settings.internal_key), credential)
        except ScopeError as error:
            _log.warning("a credential does not open", credential_id=credential.id, reason=error.message)
            continue
        model = credential.model or DEFAULT_MODELS[credential.provider]
        return _vision(
            settings, Access(credential.provider, model, key, credential.base_url, price=_price(settings))
        )
    if not settings.vision_api_key:
        return None
    return _vision(
        settings,
        Access(
            settings.vision_provider,
            settings.vision_model or DEFAULT_MODELS[settings.vision_provider],
            settings.vision_api_key,
            settings.vision_base_url or None,
            trusted=True,
            price=_price(settings),
        ),
    )


def _vision(settings: AnalysisSettings, access: Access) -> ModelVision:
    policy = UrlPolicy(settings.aria_policy, settings.aria_allow)
    return ModelVision(
        access, policy, settings.vision_ceiling, settings.vision_concurrency, settings.vision_call_timeout
    )


def _price(settings: AnalysisSettings) -> tuple[float, float] | None:
    if settings.vision_price_in is None or settings.vision_price_out is None:
        return None
    return settings.vision_price_in, settings.vision_price_out
