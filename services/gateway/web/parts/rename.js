// A title that can be changed where it stands.

import { call } from '../api.js';
import { h, icon } from '../dom.js';
import { failed } from './toasts.js';

/** `shown` with a pen beside it. `renamed(title)` is called once the server has the new one. */
export function renamable(shown, session, signal, renamed = () => null) {
  const pen = h(
    'button',
    { class: 'plain pen', 'aria-label': `Rename ${session.title}`, onclick: edit },
    icon('pen'),
  );
  const box = h('div', { class: 'renamable' }, shown, pen);

  function edit() {
    const input = h('input', {
      type: 'text',
      value: shown.textContent,
      maxlength: 500,
      'aria-label': 'Title',
      onkeydown: key,
      onblur: () => settle(true),
    });
    let open = true;
    box.replaceChildren(input);
    input.focus();
    input.select();

    function key(event) {
      if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
      event.preventDefault(); // or Enter would press the pen, which gets the focus
      settle(event.key === 'Enter');
    }

    async function settle(keep) {
      if (!open) return;
      open = false;
      const before = shown.textContent;
      const title = input.value.trim();
      if (keep && title) shown.textContent = title;
      box.replaceChildren(shown, pen);
      pen.focus();
      if (!keep || !title || title === before) return;
      try {
        const stored = await call('PATCH', `/api/sessions/${session.id}`, { title }, { signal });
        shown.textContent = session.title = stored.title;
        pen.setAttribute('aria-label', `Rename ${stored.title}`);
        renamed(stored.title);
      } catch (error) {
        shown.textContent = before;
        if (error.name !== 'AbortError') failed(error);
      }
    }
  }
  return box;
}
