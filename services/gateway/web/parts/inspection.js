// What the live page said when it was opened.

import { h, outside } from '../dom.js';
import { some } from '../format.js';

export function inspection(whole, masked = {}) {
  const secrets = Object.entries(masked ?? {});
  return h(
    'div',
    { class: 'scroll' },
    secrets.length
      ? h(
          'p',
          { class: 'said' },
          `Masked before anything was stored: ${secrets.map(([kind, n]) => `${n} ${kind}`).join(', ')}.`,
        )
      : null,
    whole?.snapshots.length
      ? whole.snapshots.map(page)
      : h('p', { class: 'quiet' }, 'No page was opened, so there are no locators.'),
  );
}

function page(snapshot) {
  const { counts } = snapshot;
  return h(
    'article',
    { class: 'page' },
    h('h3', {}, outside(snapshot.url, snapshot.title ? `${snapshot.title} (${snapshot.url})` : snapshot.url)),
    !snapshot.success &&
      h('p', { class: 'error' }, `It could not be opened: ${snapshot.error ?? 'no reason given'}`),
    snapshot.loginRequired &&
      h(
        'p',
        { class: 'said' },
        'It asks to sign in, so what you recorded lies behind it. An upload by the API may bring a test account’s login (storageState).',
      ),
    snapshot.note && h('p', { class: 'quiet' }, snapshot.note),
    snapshot.success &&
      h(
        'dl',
        { class: 'counts' },
        ['buttons', 'inputs', 'links', 'headings', 'images'].map(kind =>
          h('div', {}, h('dt', {}, kind), h('dd', {}, counts[kind])),
        ),
      ),
    listed('console error', snapshot.consoleErrors),
    listed('failed request', snapshot.failedRequests),
    listed(
      'hidden text',
      snapshot.hiddenText,
      'It stands in the page and is shown nowhere. Orders to agents are hidden like this; it is in no prompt.',
    ),
    Object.keys(counts.byRole).length
      ? h(
          'details',
          {},
          h('summary', {}, 'All roles'),
          h(
            'p',
            { class: 'quiet' },
            Object.entries(counts.byRole)
              .map(([role, n]) => `${role} ${n}`)
              .join(', '),
          ),
        )
      : null,
  );
}

function listed(what, texts, about = null) {
  if (!texts?.length) return null;
  return h(
    'details',
    { open: texts.length <= 5 },
    h('summary', {}, some(texts.length, what)),
    about && h('p', { class: 'quiet' }, about),
    h(
      'ul',
      { class: 'texts' },
      texts.map(text => h('li', {}, text)),
    ),
  );
}
