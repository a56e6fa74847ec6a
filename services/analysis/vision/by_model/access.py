"""Whose model is asked, and what it costs. Pure."""

from dataclasses import dataclass, field

from shared.model.credentials import Provider

DEFAULT_MODELS: dict[Provider, str] = {"anthropic": "claude-haiku-4-5", "openai": "gpt-5-mini"}

# US dollars for a million tokens in and out, as the providers listed them in November 2025; the longest fitting
# name holds. What is not listed counts as the dearest, so that a ceiling holds for it too. Settings overrule.
_PRICES: dict[str, tuple[float, float]] = {
    "claude-haiku": (1.0, 5.0),
    "claude-3-5-haiku": (0.8, 4.0),
    "claude-sonnet": (3.0, 15.0),
    "claude-opus": (5.0, 25.0),
    "gpt-5-nano": (0.05, 0.4),
    "gpt-5-mini": (0.25, 2.0),
    "gpt-5": (1.25, 10.0),
    "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1": (2.0, 8.0),
    "gpt-4o-mini": (0.15, 0.6),
    "gpt-4o": (2.5, 10.0),
}
_DEAREST = (15.0, 75.0)


@dataclass(frozen=True)
class Access:
    """`base_url` None: the provider's own. `trusted`: the operator chose it; an account's is held to the policy."""

    provider: Provider
    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    trusted: bool = False
    price: tuple[float, float] | None = None  # in and out, US dollars for a million tokens

    @property
    def prices(self) -> tuple[float, float]:
        if self.price is not None:
            return self.price
        fitting = [name for name in _PRICES if self.model.startswith(name)]
        return _PRICES[max(fitting, key=len)] if fitting else _DEAREST

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """In US dollars."""
        return (tokens_in * self.prices[0] + tokens_out * self.prices[1]) / 1_000_000
