// Short messages, and deeds that can be taken back for a while before they are done.

import { renew } from '../api.js';
import { h, icon } from '../dom.js';

const UNDO_MS = 7000;
const pending = new Set();

/** Say something; it goes by itself. `actions` are [label, what to do]. */
export function toast(text, { actions = [], ms = 5000, kind = '' } = {}) {
  const box = h(
    'div',
    { class: `toast ${kind}` },
    h('span', {}, text),
    actions.map(([label, act]) =>
      h(
        'button',
        {
          onclick: () => {
            close();
            act();
          },
        },
        label,
      ),
    ),
    h('button', { class: 'plain', 'aria-label': 'Close this message', onclick: () => close() }, icon('cross')),
  );
  const timer = setTimeout(() => close(), ms);
  function close() {
    clearTimeout(timer);
    box.remove();
  }
  document.getElementById('toasts').append(box);
  return close;
}

export const failed = error => toast(error.message, { kind: 'bad', ms: 9000 });

/**
 * Announce a deed and do it when nobody took it back. Leaving the page does it at once: `deed({ keepalive })` must
 * then be one request that the browser finishes by itself. `refused()` puts back what could not be done.
 */
export function undoable(text, deed, undo, refused = undo) {
  const close = toast(text, { ms: UNDO_MS + 500, actions: [['Undo', () => settle(false)]] });
  const timer = setTimeout(() => settle(true), UNDO_MS);
  const job = { settle };
  pending.add(job);
  renew().catch(() => null); // so that what is done while the page is left is not refused for an old token
  function settle(doIt, keepalive = false) {
    if (!pending.delete(job)) return;
    clearTimeout(timer);
    close();
    if (!doIt) undo();
    else
      deed({ keepalive }).catch(error => {
        failed(error);
        refused();
      });
  }
}

/** Do now whatever waits for its undo. */
export function flushAll() {
  for (const job of pending) job.settle(true, true);
}

/** Ask before what cannot be taken back; true when it shall be done. */
export function confirmed(title, text, label) {
  return new Promise(done => {
    const box = h(
      'dialog',
      { 'aria-labelledby': 'ask' },
      h('h2', { id: 'ask' }, title),
      h('p', {}, text),
      h(
        'form',
        { method: 'dialog', class: 'row end' },
        h('button', { value: 'no' }, 'Keep it'),
        h('button', { value: 'yes', class: 'danger' }, label),
      ),
    );
    box.addEventListener('close', () => {
      done(box.returnValue === 'yes');
      box.remove();
    });
    document.body.append(box);
    box.showModal();
  });
}
