// The list: search, filters, endless scrolling by cursor, renaming in place, deleting with undo, statistics.

import { call, request, sleep } from '../api.js';
import { fill, h, icon, unique } from '../dom.js';
import { ago, minutes, moment, some, TARGETS } from '../format.js';
import { bars } from '../parts/charts.js';
import { away, isLeaving, listAnew } from '../parts/deleting.js';
import { renamable } from '../parts/rename.js';
import { failed } from '../parts/toasts.js';

const PAGE = 50;
const LOOK_MS = 2000;
const LONGEST_LOOK_MS = 30000;

export async function show(main, { signal }) {
  const filters = { q: '', status: '', agentTarget: '', createdAfter: '', createdBefore: '' };
  const statistics = h('section', { class: 'stats', 'aria-label': 'Statistics' });
  const list = h('div', { class: 'sessions', role: 'list', 'aria-label': 'Sessions' });
  const foot = h('div', { class: 'foot' });
  const inWork = new Set(); // ids of sessions in the list whose progress is shown as it comes
  let reading = new AbortController();
  let next = null;
  let busy = false;
  let watching = false;

  fill(main, h('h1', { class: 'sr' }, 'Sessions'), statistics, bar(filters, restart), list, foot);
  const seen = new IntersectionObserver(
    entries => {
      if (entries.some(entry => entry.isIntersecting)) more();
    },
    { rootMargin: '800px' },
  );
  signal.addEventListener('abort', () => {
    seen.disconnect();
    reading.abort();
  });
  showStatistics(statistics).catch(failed);
  await restart();

  async function restart() {
    reading.abort();
    reading = new AbortController();
    next = firstPage(filters);
    busy = false;
    list.replaceChildren();
    inWork.clear();
    await more();
  }

  /** Say so where no session is shown and no more will come. */
  function foundNone() {
    fill(foot, next || list.querySelector('.session:not([hidden])') ? null : nothing(filters));
  }

  async function more() {
    if (!next || busy) return;
    busy = true;
    const mine = reading;
    fill(foot, h('p', { class: 'quiet center' }, 'Loading …'));
    try {
      const response = await request('GET', next, { signal: mine.signal });
      const sessions = await response.json();
      if (mine.signal.aborted) return;
      next = nextOf(response.headers.get('Link'));
      // Page by page in a box of its own: what is far from the window costs one look, not one for each row.
      const rows = sessions.filter(each => !isLeaving(each)).map(session => row(session, mine.signal, foundNone));
      if (rows.length) list.append(h('div', { class: 'page-of-rows' }, rows));
      foundNone();
      for (const session of sessions) if (isInWork(session)) inWork.add(session.id);
      watch();
    } catch (error) {
      if (error.name === 'AbortError') return;
      fill(
        foot,
        h(
          'div',
          { class: 'empty', role: 'alert' },
          h('p', {}, error.message),
          h(
            'button',
            {
              class: 'primary',
              onclick: () => {
                busy = false;
                more();
              },
            },
            'Try again',
          ),
        ),
      );
      return;
    }
    busy = false;
    // Anew, for it tells only of what changes: a page that does not fill the window, or a leap to the end, changes nothing.
    seen.unobserve(foot);
    seen.observe(foot);
  }

  /** Look at what is in work again and again. No streams: a browser has six connections for all tabs of a server. */
  async function watch() {
    if (watching) return;
    watching = true;
    for (let wait = LOOK_MS, before = ''; inWork.size && !signal.aborted;) {
      await sleep(wait, signal);
      const now = document.hidden ? before : await look(reading.signal).catch(() => before); // the next look tries again
      wait = now === before ? Math.min(wait * 1.5, LONGEST_LOOK_MS) : LOOK_MS;
      before = now;
    }
    watching = false;
  }

  /** Show how far they are; what was seen, to tell whether anything moves. */
  async function look(until) {
    const now = await call('GET', '/api/sessions?status=processing&prompts=false&limit=100', undefined, {
      signal: until,
    });
    for (const id of [...inWork]) {
      const place = list.querySelector(`[data-id="${id}"]`);
      const session = now.find(each => each.id === id);
      if (place?.querySelector('input')) continue; // its title is being changed
      if (!place) inWork.delete(id);
      else if (session) place.querySelector('.state').replaceWith(state(session));
      else if (now.length < 100) await over(id, place, until);
    }
    return JSON.stringify(now.map(session => session.updatedAt));
  }

  async function over(id, place, until) {
    try {
      place.replaceWith(
        row(await call('GET', `/api/sessions/${id}`, undefined, { signal: until }), until, foundNone),
      );
    } catch (error) {
      if (error.status !== 404) throw error;
      place.remove();
    }
    inWork.delete(id);
  }
}

function firstPage(filters) {
  const query = new URLSearchParams({ limit: PAGE, prompts: 'false' });
  const day = (text, add) => {
    const date = new Date(`${text}T00:00:00`);
    date.setDate(date.getDate() + add);
    return date.toISOString();
  };
  for (const name of ['q', 'status', 'agentTarget']) if (filters[name]) query.set(name, filters[name]);
  if (filters.createdAfter) query.set('createdAfter', day(filters.createdAfter, 0));
  if (filters.createdBefore) query.set('createdBefore', day(filters.createdBefore, 1));
  return `/api/sessions?${query}`;
}

const nextOf = link => /<([^>]+)>; rel="next"/.exec(link ?? '')?.[1] ?? null;

function bar(filters, restart) {
  let timer;
  const changed =
    (name, wait = 0) =>
    event => {
      if (!event.target.validity.valid) return;
      filters[name] = event.target.value.trim();
      clearTimeout(timer);
      timer = setTimeout(() => restart().catch(failed), wait);
    };
  const choice = (name, label, options) =>
    h(
      'label',
      {},
      h('span', {}, label),
      h(
        'select',
        { onchange: changed(name) },
        h('option', { value: '' }, 'Any'),
        Object.entries(options).map(([value, text]) => h('option', { value }, text)),
      ),
    );
  const date = (name, label) =>
    h(
      'label',
      {},
      h('span', {}, label),
      h('input', { type: 'date', min: '2000-01-01', max: '2999-12-31', onchange: changed(name) }),
    );
  return h(
    'form',
    { class: 'filters', role: 'search', onsubmit: event => event.preventDefault() },
    h(
      'label',
      { class: 'grow' },
      h('span', {}, 'Search titles'),
      h('input', { type: 'search', oninput: changed('q', 250), maxlength: 500 }),
    ),
    choice('status', 'Status', { processing: 'In work', complete: 'Done', error: 'Failed' }),
    choice('agentTarget', 'Agent', TARGETS),
    date('createdAfter', 'From'),
    date('createdBefore', 'To'),
  );
}

function nothing(filters) {
  const filtered = Object.values(filters).some(Boolean);
  return h(
    'section',
    { class: 'empty' },
    h('h2', {}, filtered ? 'Nothing fits' : 'No recordings yet'),
    h(
      'p',
      {},
      filtered
        ? 'No session has such a title, status, agent and date. Take a filter away.'
        : 'Record the tab in which something is wrong, for half a minute. The prompt comes some seconds later.',
    ),
    !filtered && h('a', { class: 'button primary', href: '#/record' }, icon('record'), 'Record a tab'),
  );
}

/** `changed()` is called when it is hidden or shown again. */
function row(session, signal, changed) {
  const item = h('div', { class: 'session', role: 'listitem', 'data-id': session.id });
  const facts = [
    session.frameCount ? some(session.frameCount, 'state') : null,
    session.duration ? minutes(session.duration) : null,
    TARGETS[session.agentTarget],
  ];
  const name = h('a', { class: 'title', href: `#/sessions/${session.id}` }, session.title);
  const remove = h(
    'button',
    { class: 'plain', 'aria-label': `Delete ${session.title}`, onclick: () => leave(item, session, changed) },
    icon('trash'),
  );
  fill(
    item,
    state(session),
    h(
      'div',
      { class: 'what' },
      renamable(name, session, signal, title => remove.setAttribute('aria-label', `Delete ${title}`)),
      h('p', { class: 'quiet' }, session.seedUrl ?? 'no address'),
    ),
    h('p', { class: 'facts' }, facts.filter(Boolean).join(' · ')),
    h(
      'time',
      { class: 'quiet', datetime: session.updatedAt, title: moment(session.updatedAt) },
      ago(session.updatedAt),
    ),
    remove,
  );
  return item;
}

const STAGES = {
  uploading: 'Uploading',
  extracting: 'Looking at the video',
  analyzing: 'Reading',
  synthesizing: 'Writing',
  persisting: 'Storing',
};

const isInWork = session => session.status === 'processing' && session.origin === 'recording';

function state(session) {
  const stage = STAGES[session.processingStatus.overallStage] ?? 'In work';
  const texts = {
    complete: ['Done', 'check'],
    error: ['Failed', 'warn'],
    processing: isInWork(session) ? [stage, 'wait'] : ['By hand', 'pen'],
  };
  const [text, picture] = texts[session.status];
  return h('span', { class: `state ${session.status}`, title: session.lastError }, icon(picture), text);
}

function leave(item, session, changed) {
  const neighbour = item.nextElementSibling ?? item.previousElementSibling;
  item.hidden = true;
  changed();
  (neighbour?.querySelector('a') ?? document.getElementById('main')).focus();
  away(session, () => {
    item.hidden = false;
    changed();
    if (item.isConnected) item.querySelector('a').focus();
    else listAnew();
  });
}

async function showStatistics(place) {
  const stats = await call('GET', '/api/sessions/stats');
  if (!stats.totalSessions) return;
  const share = Math.round((100 * stats.completedSessions) / stats.totalSessions);
  const figure = (value, text) => h('div', { class: 'figure' }, h('b', {}, value), h('span', {}, text));
  fill(
    place,
    figure(stats.totalSessions, stats.totalSessions === 1 ? 'session' : 'sessions'),
    figure(`${share} %`, `done (${stats.completedSessions})`),
    figure(minutes(stats.totalDuration), 'recorded'),
    figure(minutes(stats.avgProcessingTime / 1000), 'from upload to prompt, on average'),
    stats.perDay.some(day => day.sessions) &&
      h(
        'div',
        { class: 'figure chart' },
        bars(stats.perDay),
        h('span', { id: unique('chart') }, 'per day, the last 30 days'),
      ),
  );
}
