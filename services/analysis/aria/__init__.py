"""The ARIA lane: pages opened in a real browser, behind a proxy that decides what may be opened."""

from services.analysis.aria.browser import BrowserMissing, BrowserSettings, find_browser
from services.analysis.aria.inspection import inspect, open_pages
from shared.runtime.outbound.policy import UrlPolicy

__all__ = ["BrowserMissing", "BrowserSettings", "UrlPolicy", "find_browser", "inspect", "open_pages"]
