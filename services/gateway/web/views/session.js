// One session: watched while it is in work, reviewed when it is done.

import { call, follow } from '../api.js';
import { fill, h, icon, outside } from '../dom.js';
import { minutes, moment, TARGETS } from '../format.js';
import { away, listAnew } from '../parts/deleting.js';
import { lanes } from '../parts/lanes.js';
import { promptPanel } from '../parts/prompt.js';
import { renamable } from '../parts/rename.js';
import { review } from '../parts/review.js';
import { confirmed, failed, toast } from '../parts/toasts.js';

export async function show(main, { signal, id }) {
  const session = await call('GET', `/api/sessions/${id}`, undefined, { signal });
  draw(main, session, signal);
}

function draw(main, session, signal) {
  document.title = `${session.title} · Claude Scope`;
  const body = h('div', { class: 'body' });
  fill(main, head(session, signal), body);
  inside(body, main, session, signal);
}

function inside(body, main, session, signal) {
  if (session.origin === 'manual') reviewed(body, session, signal);
  else if (session.status === 'processing') watched(body, main, session, signal);
  else if (session.status === 'error') brokenDown(body, session);
  else reviewed(body, session, signal);
}

function head(session, signal) {
  const facts = [
    moment(session.createdAt),
    session.duration && `${minutes(session.duration)} recorded`,
    session.processingTime && `ready in ${minutes(session.processingTime / 1000)}`,
    `for ${TARGETS[session.agentTarget]}`,
  ];
  return h(
    'header',
    { class: 'session-head' },
    h(
      'div',
      {},
      renamable(h('h1', {}, session.title), session, signal, title => {
        document.title = `${title} · Claude Scope`;
      }),
      h(
        'p',
        { class: 'quiet' },
        session.seedUrl && [outside(session.seedUrl), ' · '],
        facts.filter(Boolean).join(' · '),
      ),
      session.notes && h('p', { class: 'notes' }, session.notes),
    ),
    (session.status !== 'processing' || session.origin === 'manual') &&
      h('button', { onclick: () => leave(session) }, icon('trash'), 'Delete'),
  );
}

function leave(session) {
  location.hash = '#/';
  away(session, wanted => {
    if (wanted) location.hash = `#/sessions/${session.id}`;
    else listAnew();
  });
}

/** Stages and lanes as they come. */
function watched(body, main, session, signal) {
  const board = lanes(session.processingStatus);
  const trouble = h('p', { class: 'error', role: 'alert', hidden: true });
  const cancel = h('button', { class: 'danger', onclick: cancelled }, icon('stop'), 'Cancel and delete');
  fill(
    body,
    h(
      'section',
      { class: 'card watching', 'aria-label': 'Progress' },
      board.element,
      trouble,
      h('div', { class: 'row end' }, cancel),
    ),
  );
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort());

  follow(
    session.id,
    status => board.update(status.processingStatus),
    error => {
      trouble.hidden = !error;
      trouble.textContent = error ? `${error.message} The work goes on; this page looks again.` : '';
    },
    stop.signal,
  )
    .then(async how => {
      if (how === 'deleted' && !cancel.disabled) {
        toast('The session was deleted.');
        location.hash = '#/';
      }
      if (how === 'ended') {
        const now = await call('GET', `/api/sessions/${session.id}`, undefined, { signal });
        if (main.querySelector('.session-head input'))
          inside(body, main, now, signal); // its title is being changed
        else draw(main, now, signal);
        // Who waits in another tab sees that it is ready.
        document.title = `${now.status === 'complete' ? '✓' : '✗'} ${document.title}`;
      }
    })
    .catch(error => {
      if (error.name !== 'AbortError') failed(error);
    });

  async function cancelled() {
    if (
      !(await confirmed(
        'Cancel this session?',
        'The work stops, and the recording and all that was found in it are deleted.',
        'Cancel and delete',
      ))
    )
      return;
    cancel.disabled = true;
    try {
      await call('DELETE', `/api/sessions/${session.id}`);
      toast('Cancelled. The recording and everything made from it are deleted.');
      location.hash = '#/';
    } catch (error) {
      cancel.disabled = false;
      failed(error);
    }
  }
}

function brokenDown(body, session) {
  fill(
    body,
    h(
      'section',
      { class: 'card watching' },
      h(
        'div',
        { class: 'said bad', role: 'alert' },
        h('h2', {}, 'No prompt came of it'),
        h('p', {}, session.lastError ?? 'The recording could not be processed.'),
      ),
      lanes(session.processingStatus).element,
      h(
        'div',
        { class: 'row' },
        h('a', { class: 'button primary', href: '#/record' }, icon('record'), 'Record again'),
      ),
    ),
  );
}

function reviewed(body, session, signal) {
  const panel = promptPanel(session, signal);
  fill(
    body,
    h(
      'div',
      { class: 'reviewing' },
      session.frames.length ? review(session, signal, { removed: () => panel.refresh() }) : nothing(session),
      panel.element,
    ),
  );
}

function nothing(session) {
  return h(
    'section',
    { class: 'card empty' },
    h('h2', {}, 'No states to show'),
    h(
      'p',
      {},
      session.origin === 'manual'
        ? 'This session was made by hand, without a recording.'
        : 'All of them were taken out. The prompt has what you said and what the live page says.',
    ),
  );
}
