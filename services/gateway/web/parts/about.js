// The form beside a recording: what it is about, and for whom the prompt is.

import { field, fill, h, icon } from '../dom.js';
import { TARGETS } from '../format.js';
import { failed } from './toasts.js';

/** What is to be said about the recording. */
export function about(settings, latest, before) {
  const addresses = [...new Set(latest.map(session => session.seedUrl).filter(Boolean))];
  const title = h('input', {
    type: 'text',
    required: true,
    maxlength: 500,
    value: before.title ?? '',
    placeholder: 'Save does nothing',
  });
  const seedUrl = h('input', {
    type: 'url',
    required: true,
    value: before.seedUrl ?? '',
    placeholder: 'http://localhost:3000/settings',
    list: 'addresses',
  });
  const notes = h('textarea', {
    maxlength: 2000,
    rows: 5,
    value: before.notes ?? '',
    placeholder: 'I press Save and nothing happens. I expect a message, and the new name in the header.',
  });
  const urls = h('textarea', { rows: 2, value: before.urls ?? '' });
  const agent = h(
    'select',
    {},
    Object.entries(TARGETS).map(([value, text]) =>
      h('option', { value, selected: value === (before.agentTarget ?? settings.defaultAgent) }, text),
    ),
  );
  const send = h(
    'button',
    { class: 'primary big', type: 'submit', disabled: true },
    icon('upload'),
    'Make the prompt',
  );
  const waiting = h('p', { class: 'quiet' }, 'Record or choose a file first; you can write this meanwhile.');
  const foot = h('div', { class: 'send' }, send, waiting);
  const trouble = h('div', {});
  const controls = { title, seedUrl, notes, urls };
  const element = h('form', { class: 'card about' });

  function draw(error = null) {
    const say = name =>
      error?.errors?.find(each => each.field === name || each.field.startsWith(`${name}.`))?.message ?? null;
    for (const control of Object.values(controls)) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
    const other = error && !Object.keys(controls).some(say) ? error.message : null;
    fill(
      element,
      h('h2', {}, 'What is it about?'),
      field('Title', title, { error: say('title'), hint: 'What is wrong, or what you want, in one line.' }),
      field('Address of the page', seedUrl, {
        error: say('seedUrl'),
        hint: 'It is opened once to find roles, names and locators.',
      }),
      h(
        'datalist',
        { id: 'addresses' },
        addresses.map(value => h('option', { value })),
      ),
      field('Notes', notes, { error: say('notes'), hint: 'What you did, what happened, what you expected.' }),
      field('For', agent),
      h(
        'details',
        { open: Boolean(urls.value) || Boolean(say('urls')) },
        h('summary', {}, 'More pages to look at'),
        field('Addresses, up to 4, one in a line', urls, { error: say('urls') }),
      ),
      fill(trouble, other && h('p', { class: 'error', role: 'alert' }, other)),
      foot,
    );
  }
  draw();
  return {
    element,
    said: () => ({
      title: title.value.trim(),
      seedUrl: seedUrl.value.trim(),
      notes: notes.value.trim(),
      urls: urls.value.trim(),
      agentTarget: agent.value,
    }),
    ready: ready => {
      send.disabled = !ready;
      waiting.hidden = ready;
    },
    focus: () => (title.value ? send : title).focus(),
    busy: show => fill(foot, show ?? [send, waiting]),
    errors: error => {
      draw(error);
      (element.querySelector('[aria-invalid]') ?? send).focus();
      if (error.status === 401) failed(error);
    },
  };
}
