// Look at a recording before it is handed in, and cut its ends off. Nothing is cut here: the range goes with the
// upload, and the server looks at nothing outside it.

import { h } from '../dom.js';
import { clock } from '../format.js';

const LEAST_MS = 500;

/** `changed()` is called when the range is another one; `before` is a range of an earlier time. */
export function trimmer(blob, before = null) {
  const url = URL.createObjectURL(blob);
  const video = h('video', {
    src: url,
    controls: true,
    playsinline: true,
    muted: true,
    preload: 'auto',
    'aria-label': 'Your recording',
  });
  const slider = (label, value) =>
    h('input', { type: 'range', min: 0, max: 1, step: 10, value, 'aria-label': label, disabled: true });
  const start = slider('Begin at', 0);
  const end = slider('End at', 1);
  const ends = h('div', { class: 'ends' }, start, end); // one above the other: two thumbs on one line
  const words = h('output', { class: 'quiet' });
  const element = h('div', { class: 'trimmer' }, video, ends, words);
  const self = { element, changed: () => null, range, release };
  let whole = 0;

  function range() {
    if (!whole) return { startMs: 0, endMs: null };
    return { startMs: Number(start.value), endMs: Number(end.value) < whole ? Number(end.value) : null };
  }

  function known(ms) {
    if (whole || !Number.isFinite(ms) || ms < LEAST_MS) return;
    whole = Math.floor(ms / 10) * 10;
    for (const input of [start, end]) {
      input.max = whole;
      input.disabled = false;
    }
    start.value = before?.startMs ?? 0;
    end.value = before?.endMs ?? whole;
    tell();
  }

  function tell() {
    const { startMs, endMs } = range();
    const last = endMs ?? whole;
    ends.style.setProperty('--from', `${(100 * startMs) / whole}%`);
    ends.style.setProperty('--to', `${(100 * last) / whole}%`);
    start.setAttribute('aria-valuetext', clock(startMs));
    end.setAttribute('aria-valuetext', clock(last));
    words.textContent =
      startMs > 0 || endMs !== null
        ? `${clock(startMs)} to ${clock(last)} will be looked at: ${((last - startMs) / 1000).toFixed(1)} of ${(whole / 1000).toFixed(1)} s.`
        : `All ${(whole / 1000).toFixed(1)} s will be looked at.`;
  }

  function moved(input) {
    if (input === start) start.value = Math.max(0, Math.min(start.value, end.value - LEAST_MS));
    else end.value = Math.min(whole, Math.max(end.value, Number(start.value) + LEAST_MS));
    video.currentTime = input.value / 1000;
    tell();
  }

  start.addEventListener('input', () => moved(start));
  end.addEventListener('input', () => moved(end));
  for (const input of [start, end]) input.addEventListener('change', () => self.changed());
  // A recorder that streams writes no length: the browser finds it by looking for the end.
  video.addEventListener('loadedmetadata', () => {
    if (Number.isFinite(video.duration)) known(video.duration * 1000);
    else video.currentTime = 1e7;
  });
  video.addEventListener('durationchange', () => {
    if (Number.isFinite(video.duration)) {
      const late = !whole;
      known(video.duration * 1000);
      if (late) video.currentTime = 0;
    }
  });
  video.addEventListener('error', () => {
    words.textContent = 'This browser cannot play it; it can be handed in all the same.';
  });

  function release() {
    video.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
  return self;
}
