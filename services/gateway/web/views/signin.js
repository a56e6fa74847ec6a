// Sign in or up at the local issuer; with an external one, by code and PKCE (RFC 7636).

import { call, renew, signedIn } from '../api.js';
import { field, fill, h } from '../dom.js';

const KEPT = 'scope-sign-in'; // the verifier of a sign-in under way; for this tab, until it comes back

export async function signInView(main, done) {
  let options;
  try {
    options = await call('GET', '/api/auth/options');
  } catch (error) {
    fill(
      main,
      h(
        'section',
        { class: 'card narrow', role: 'alert' },
        h('h1', {}, 'Nobody can sign in now'),
        h('p', {}, error.message),
        h('button', { class: 'primary', onclick: done }, 'Try again'),
      ),
    );
    return;
  }
  if (options.kind === 'local') local(main, done, false);
  else fill(main, options.kind === 'oidc' ? provider(options) : elsewhere());
}

function about() {
  return h(
    'div',
    { class: 'pitch' },
    h(
      'p',
      { class: 'lead' },
      'Record the tab in which something is wrong. Get back a prompt that your coding agent can act on.',
    ),
    h(
      'ol',
      {},
      [
        'Every state the page went through, with its time',
        'What changed between them, down to the element and its locator',
        'What you said about it',
      ].map(text => h('li', {}, text)),
    ),
  );
}

function local(main, done, fresh, error = null, before = {}) {
  const name = h('input', {
    type: 'text',
    name: 'name',
    autocomplete: 'name',
    required: true,
    maxlength: 255,
    value: before.name ?? '',
  });
  const email = h('input', {
    type: 'email',
    name: 'email',
    autocomplete: 'email',
    required: true,
    value: before.email ?? '',
  });
  const password = h('input', {
    type: 'password',
    name: 'password',
    required: true,
    minlength: fresh ? 8 : null,
    maxlength: 128,
    autocomplete: fresh ? 'new-password' : 'current-password',
    value: before.password ?? '',
  });
  const button = h('button', { class: 'primary', type: 'submit' }, fresh ? 'Create the account' : 'Sign in');

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    const given = { email: email.value, password: password.value, ...(fresh ? { name: name.value } : {}) };
    try {
      await call('POST', `/api/auth/${fresh ? 'signup' : 'login'}`, given);
      await renew(); // the token of that answer is for programs and lives long; the page takes a short one
      done();
    } catch (failure) {
      local(main, done, fresh, failure, given);
    }
  }

  const general = error && !error.errors.length ? h('p', { class: 'error', role: 'alert' }, error.message) : null;
  fill(
    main,
    h(
      'div',
      { class: 'entry' },
      about(),
      h(
        'section',
        { class: 'card' },
        h('h1', {}, fresh ? 'Create an account' : 'Sign in'),
        h(
          'form',
          { onsubmit: submit },
          general,
          fresh && field('Name', name, { error: error?.of('name') }),
          field('E-mail', email, { error: error?.of('email') }),
          field('Password', password, {
            hint: fresh ? 'At least 8 characters.' : null,
            error: error?.of('password'),
          }),
          button,
        ),
        h(
          'p',
          { class: 'quiet' },
          fresh ? 'You have one already? ' : 'New here? ',
          h(
            'button',
            { class: 'link', onclick: () => local(main, done, !fresh, null, { email: email.value }) },
            fresh ? 'Sign in' : 'Create an account',
          ),
        ),
      ),
    ),
  );
  if (error) (main.querySelector('[aria-invalid]') ?? email).focus();
}

function provider(options) {
  return h(
    'div',
    { class: 'entry' },
    about(),
    h(
      'section',
      { class: 'card' },
      h('h1', {}, 'Sign in'),
      h('p', {}, `Accounts are kept at ${new URL(options.authorizeUrl).host}. You will come back here.`),
      h('button', { class: 'primary', onclick: () => leaveFor(options) }, 'Sign in there'),
    ),
  );
}

function elsewhere() {
  return h(
    'section',
    { class: 'card narrow' },
    h('h1', {}, 'Sign in elsewhere'),
    h(
      'p',
      {},
      'This server takes tokens of an external identity provider, and the page has not been made known to it.',
    ),
    h(
      'p',
      { class: 'quiet' },
      'Who runs it sets SCOPE_OIDC_CLIENT_ID. The REST API works meanwhile: ',
      h('a', { href: '/api/docs' }, 'its description'),
      '.',
    ),
  );
}

const here = () => `${location.origin}/`;
const base64url = data =>
  btoa(String.fromCharCode(...new Uint8Array(data)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

async function leaveFor(options) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const state = base64url(crypto.getRandomValues(new Uint8Array(16)));
  sessionStorage.setItem(KEPT, JSON.stringify({ verifier, state, hash: location.hash }));
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  const url = new URL(options.authorizeUrl);
  const asked = {
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: here(),
    scope: options.scope,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Whether the page was opened by a provider that sent somebody back, and they are in now. Raises what went wrong. */
export async function finishCode() {
  const query = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
  if (!query.has('state')) return false;
  sessionStorage.removeItem(KEPT);
  history.replaceState(null, '', `${location.pathname}${kept?.hash || '#/'}`);
  if (!kept || kept.state !== query.get('state'))
    throw new Error('That sign-in was not begun in this tab. Sign in again.');
  if (query.has('error'))
    throw new Error(`The identity provider said: ${query.get('error_description') ?? query.get('error')}`);
  signedIn(
    await call('POST', '/api/auth/code', {
      code: query.get('code') ?? '',
      codeVerifier: kept.verifier,
      redirectUri: here(),
    }),
  );
  return true;
}
