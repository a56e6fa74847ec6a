// Tabs as https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ describes them.

import { h, unique } from '../dom.js';

/** `entries` are [key, label, panel]; `chosen(key)` is called when another one is shown. */
export function tabs(label, entries, { first = entries[0][0], chosen = () => null } = {}) {
  const list = h('div', { role: 'tablist', 'aria-label': label, class: 'tabs' });
  const buttons = entries.map(([key, text, panel]) => {
    const id = unique('tab');
    const panelId = (panel.id ||= unique('panel'));
    panel.setAttribute('role', 'tabpanel');
    panel.tabIndex = 0;
    return h(
      'button',
      { role: 'tab', id, 'aria-controls': panelId, onclick: () => choose(key), 'data-key': key },
      text,
    );
  });
  const panels = [...new Set(entries.map(([, , panel]) => panel))];
  list.append(...buttons);
  list.addEventListener('keydown', event => {
    const at = buttons.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const button = buttons[(next + buttons.length) % buttons.length];
    button.focus();
    choose(button.dataset.key);
  });

  function choose(key, tell = true) {
    entries.forEach(([each, , panel], number) => {
      const on = each === key;
      buttons[number].setAttribute('aria-selected', String(on));
      buttons[number].tabIndex = on ? 0 : -1;
      if (panels.length > 1) panel.hidden = !on;
      if (on) panel.setAttribute('aria-labelledby', buttons[number].id);
    });
    if (tell) chosen(key);
  }
  choose(first, false);
  return h('div', { class: 'tabbed' }, list, panels);
}
