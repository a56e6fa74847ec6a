"""Composition root of analysis: three kinds of job that can run together or apart."""

import asyncio

from services.analysis.aria.job import aria_job
from services.analysis.frames.job import frames_job
from services.analysis.settings import AnalysisSettings
from services.analysis.vision import LocalVision
from services.analysis.vision.job import vision_job
from shared.runtime.process import Process


async def add_frames(process: Process, settings: AnalysisSettings) -> None:
    await process.work(frames_job(process.ports, settings))


async def add_vision(process: Process, settings: AnalysisSettings) -> None:
    provider = LocalVision(threads=settings.vision_threads)
    process.stack.callback(provider.close)
    # Models take seconds to load: meanwhile the first recording is decoded. A failure shows when they are needed.
    warming = asyncio.create_task(asyncio.to_thread(provider.warm_up))
    process.stack.push_async_callback(asyncio.wait, {warming})
    await process.work(vision_job(process.ports, settings, provider))


async def add_aria(process: Process, settings: AnalysisSettings) -> None:
    await process.work(aria_job(process.ports, settings))
