// Handing a recording in over a network that may fail.

import { ApiError, sleep, upload } from '../api.js';
import { bytes } from '../format.js';

const TRIES = [1, 2, 4, 8, 15, 30]; // seconds between attempts after a lost connection

/** Send it until the server has it: a lost connection or a busy server is waited for, a refusal is raised. */
export async function persistently(data, key, { bar, words, again }, signal) {
  for (let attempt = 0; ; attempt++) {
    try {
      again.hidden = true;
      words.textContent = 'Sending …';
      return await upload(
        data,
        key,
        (sent, whole) => {
          bar.value = whole ? sent / whole : 0;
          words.textContent =
            sent < whole ? `${bytes(sent)} of ${bytes(whole)}` : 'Sent. The server is storing it …';
        },
        signal,
      );
    } catch (error) {
      const worthIt = error instanceof ApiError && [0, 409, 429, 502, 503, 504].includes(error.status);
      if (!worthIt || signal.aborted) throw error;
      const seconds = error.retryAfter ?? TRIES[Math.min(attempt, TRIES.length - 1)];
      bar.removeAttribute('value');
      again.hidden = false;
      // 409 comes when the browser itself has sent again what a broken connection swallowed.
      const what =
        error.status === 409
          ? 'The connection was lost, and the server is still clearing that attempt away.'
          : error.message;
      await counted(
        seconds,
        left => {
          words.textContent = `${what} Sending again in ${left} s.`;
        },
        again,
        signal,
      );
      if (signal.aborted) throw new DOMException('aborted', 'AbortError');
    }
  }
}

/** Wait so many seconds, or until the button, or the network coming back, says now. */
async function counted(seconds, tell, button, signal) {
  const now = new AbortController();
  const cut = () => now.abort();
  button.addEventListener('click', cut, { once: true });
  addEventListener('online', cut, { once: true });
  signal.addEventListener('abort', cut, { once: true });
  for (let left = Math.ceil(seconds); left > 0 && !now.signal.aborted; left--) {
    tell(left);
    await sleep(1000, now.signal);
  }
  removeEventListener('online', cut);
}
