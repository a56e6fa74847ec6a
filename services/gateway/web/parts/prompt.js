// The prompt, for any agent, with any of the settings, as the server writes it.

import { call, request } from '../api.js';
import { fill, h, icon } from '../dom.js';
import { TARGETS } from '../format.js';
import { tabs } from './tabs.js';
import { failed, toast } from './toasts.js';

const SWITCHES = [
  ['includeScreenshots', 'Screenshots', 'Embedded as pictures'],
  ['inlineAriaTree', 'Accessibility tree', 'Of the first state that shows something'],
  ['includeRawDiff', 'Raw differences', 'Between the trees of all states'],
];
const PICTURE = /!\[([^\]\n]*)\]\((data:image\/[^)\s]+)\)/g;

export function promptPanel(session, signal) {
  let target = session.agentTarget;
  let current = null;
  let asking = new AbortController();
  const wanted = {};
  const text = h('div', { class: 'prompt', tabindex: '0' });
  const count = h('output', { class: 'quiet' }, '');
  const copy = h('button', { class: 'primary', onclick: copied, disabled: true }, icon('copy'), 'Copy');
  const save = h('button', { onclick: saved, disabled: true }, icon('down'), 'Download');
  const keep = h('button', { hidden: true, onclick: kept }, 'Keep for this session');
  const link = h('code', {});
  const curl = h('pre', { tabindex: '0', 'aria-label': 'The same by curl' });
  const switches = h('fieldset', { class: 'switches' }, h('legend', { class: 'sr' }, 'What the prompt contains'));
  const panel = h('div', {}, text);
  const element = h(
    'section',
    { class: 'card prompt-panel', 'aria-label': 'Prompt' },
    h('div', { class: 'row' }, h('h2', {}, 'Prompt'), count, h('span', { class: 'push row' }, copy, save)),
    tabs(
      'Agent',
      Object.entries(TARGETS).map(([key, name]) => [key, name, panel]),
      {
        first: target,
        chosen: key => {
          target = key;
          refresh();
        },
      },
    ),
    switches,
    h('div', { class: 'row' }, keep),
    h('details', {}, h('summary', {}, 'The same by the API'), h('p', {}, link), curl),
  );
  signal.addEventListener('abort', () => asking.abort());
  begin();

  async function begin() {
    try {
      const settings = await call('GET', '/api/settings', undefined, { signal });
      fill(
        switches,
        switches.firstChild,
        SWITCHES.map(([name, label, about]) => {
          wanted[name] = settings[name];
          const input = h('input', {
            type: 'checkbox',
            role: 'switch',
            checked: settings[name],
            onchange: () => {
              wanted[name] = input.checked;
              refresh();
            },
          });
          return h('label', { class: 'switch', title: about }, input, label);
        }),
      );
    } catch (error) {
      if (error.name !== 'AbortError') broken(error, begin);
      return;
    }
    await refresh();
  }

  function broken(error, again) {
    fill(
      text,
      h('p', { class: 'error', role: 'alert' }, error.message),
      h('button', { onclick: again }, 'Try again'),
    );
  }

  const address = () =>
    `/api/sessions/${session.id}/prompt?${new URLSearchParams({ agentTarget: target, ...wanted })}`;

  async function refresh() {
    asking.abort();
    const mine = (asking = new AbortController());
    const url = address();
    link.textContent = `GET ${url}`;
    curl.textContent = `curl -H "Authorization: Bearer $TOKEN" \\\n  "${location.origin}${url}"`;
    text.setAttribute('aria-busy', 'true');
    copy.disabled = save.disabled = keep.hidden = true; // what is shown is not yet what was asked for
    try {
      const response = await request('GET', url, { signal: mine.signal });
      const words = await response.text();
      if (mine.signal.aborted) return;
      current = words;
      count.textContent = `about ${Number(response.headers.get('Prompt-Tokens')).toLocaleString('en')} tokens`;
      fill(text, ...withPictures(words));
      text.scrollTop = 0;
    } catch (error) {
      if (error.name === 'AbortError') return;
      current = null;
      count.textContent = '';
      broken(error, refresh);
    }
    text.removeAttribute('aria-busy');
    copy.disabled = save.disabled = current === null;
    keep.hidden = current === null || current === session.prompt;
  }

  async function copied() {
    try {
      await navigator.clipboard.writeText(current);
      const where = target === 'RAW' ? 'your agent' : TARGETS[target];
      toast(`The prompt is on the clipboard. Paste it into ${where}, in the repository of the page.`);
    } catch {
      getSelection().selectAllChildren(text);
      toast('The browser does not let the page copy. The text is selected: press Ctrl+C.');
    }
  }

  function saved() {
    const url = URL.createObjectURL(new Blob([current], { type: 'text/markdown' }));
    const name =
      session.title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
        .slice(0, 60) || 'prompt';
    h('a', { href: url, download: `${name}-${target.toLowerCase().replace('_', '-')}.md` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  async function kept() {
    try {
      const answer = await call('POST', `/api/sessions/${session.id}/generate-prompt`, {
        agentTarget: target,
        ...wanted,
      });
      session.prompt = answer.prompt;
      keep.hidden = true;
      toast('Kept: whoever reads this session gets this prompt.');
    } catch (error) {
      failed(error);
    }
  }

  return { element, refresh };
}

/** The text as it is, with embedded pictures shown instead of spelt. */
function withPictures(words) {
  const parts = [];
  let last = 0;
  for (const found of words.matchAll(PICTURE)) {
    parts.push(words.slice(last, found.index), picture(found[2], found[1]));
    last = found.index + found[0].length;
  }
  return [...parts, words.slice(last)];
}

/** A picture; the text itself where somebody only wrote what looks like one. */
function picture(data, alt) {
  const [head, base64] = data.split(',', 2);
  let bytes;
  try {
    bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  } catch {
    return `![${alt}](${data})`;
  }
  const url = URL.createObjectURL(new Blob([bytes], { type: head.slice(5).split(';')[0] }));
  return h('img', { src: url, alt, class: 'embedded', onload: event => URL.revokeObjectURL(event.target.src) });
}
