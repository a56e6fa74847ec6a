// The shell: who is signed in, which view is shown.

import { onSignedOut, renew, signOut, user } from './api.js';
import { fill, h, icon, svg } from './dom.js';
import { flushAll, toast } from './parts/toasts.js';
import { signInView, finishCode } from './views/signin.js';

const VIEWS = [
  [/^#\/?$/, () => import('./views/sessions.js'), 'Sessions'],
  [/^#\/record$/, () => import('./views/record.js'), 'Record'],
  [/^#\/sessions\/(sess_[0-9a-f]+)$/, () => import('./views/session.js'), 'Session'],
  [/^#\/settings$/, () => import('./views/settings.js'), 'Settings'],
];

const app = document.getElementById('app');
let leave = null; // ends what the view before has running
let turn = 0;

async function show() {
  const mine = ++turn;
  if (await welcomed()) return show();
  if (mine !== turn) return;
  leave?.abort();
  const leaving = (leave = new AbortController());
  if (!user) return signInView(shell('Sign in', false), show);
  const found = VIEWS.map(([pattern, load, title]) => ({
    match: pattern.exec(location.hash || '#/'),
    load,
    title,
  })).find(each => each.match);
  if (!found) return lost(shell('Not found'));
  const main = shell(found.title);
  try {
    const view = await found.load();
    if (mine === turn) await view.show(main, { signal: leaving.signal, id: found.match[1] ?? null });
  } catch (error) {
    if (error.name !== 'AbortError' && mine === turn) broken(main, error);
  }
}

/** The frame around a view; the new view's place, which has the focus. */
function shell(title, inside = true) {
  document.title = `${title} · Claude Scope`;
  const main = h('main', { id: 'main', tabindex: '-1' });
  fill(app, header(inside), main);
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
  return main;
}

function header(inside) {
  const here = location.hash || '#/';
  const link = (hash, text, kind = null) =>
    h('a', { href: hash, class: kind, 'aria-current': here === hash ? 'page' : null }, text);
  return h(
    'header',
    { class: 'top' },
    h(
      'a',
      { class: 'brand', href: '#/', 'aria-label': 'Claude Scope, sessions' },
      mark(),
      h('span', {}, 'Claude Scope'),
    ),
    inside &&
      h(
        'nav',
        { 'aria-label': 'Main' },
        link('#/', 'Sessions'),
        link('#/settings', 'Settings'),
        h(
          'a',
          { href: '#/record', class: 'button primary', 'aria-current': here === '#/record' ? 'page' : null },
          icon('record'),
          'Record',
        ),
        h(
          'button',
          {
            class: 'plain',
            onclick: () => {
              flushAll();
              signOut();
            },
            title: user.email ?? user.name,
          },
          'Sign out',
        ),
      ),
  );
}

function mark() {
  return svg(
    'svg',
    { viewBox: '0 0 32 32', class: 'mark', 'aria-hidden': 'true' },
    svg('path', {
      d: 'M5 11V7a2 2 0 0 1 2-2h4M21 5h4a2 2 0 0 1 2 2v4M27 21v4a2 2 0 0 1-2 2h-4M11 27H7a2 2 0 0 1-2-2v-4',
    }),
    svg('circle', { cx: 16, cy: 16, r: 4.5 }),
  );
}

function lost(main) {
  fill(
    main,
    h(
      'section',
      { class: 'empty' },
      h('h1', {}, 'There is nothing here'),
      h('p', {}, 'The address may be mistyped, or what was here is gone.'),
      h('a', { class: 'button', href: '#/' }, 'To the sessions'),
    ),
  );
}

function broken(main, error, again = show) {
  const gone = error.status === 404;
  // A part of the page that is not there any more: the server has a newer page.
  const old = error instanceof TypeError && /module/i.test(error.message);
  fill(
    main,
    h(
      'section',
      { class: 'empty', role: 'alert' },
      h('h1', {}, gone ? 'It is not here' : 'This did not work'),
      h('p', {}, old ? 'The page was changed on the server since you opened it. Load it anew.' : error.message),
      h(
        'div',
        { class: 'row center' },
        old && h('button', { class: 'primary', onclick: () => location.reload() }, 'Load it anew'),
        !gone && !old && h('button', { class: 'primary', onclick: again }, 'Try again'),
        h('a', { class: 'button', href: '#/' }, 'To the sessions'),
      ),
    ),
  );
  if (!error.status) console.error(error);
}

/** `scope up` prints an address with a token in it, so that the first look needs no account. True: we came by one. */
async function welcomed() {
  const given = /^#\/welcome\/(.+)$/.exec(location.hash)?.[1];
  if (!given) return false;
  history.replaceState(null, '', `${location.pathname}#/`);
  try {
    if (!(await renew(given)))
      toast('The link from the terminal is no longer good. Sign in, or start `scope up` again.');
  } catch (error) {
    toast(error.message);
  }
  return true;
}

async function start() {
  try {
    const came = await finishCode().catch(error => {
      toast(error.message, { ms: 9000 });
      return false;
    });
    if (!came) await renew();
  } catch (error) {
    broken(shell('Not now', false), error, () => location.reload());
    return;
  }
  document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault(); // what stands behind # is a view
    document.getElementById('main').focus();
  });
  onSignedOut(show);
  addEventListener('hashchange', show);
  addEventListener('pagehide', flushAll);
  await show();
}

start();
