// The REST API and nothing else. The token lives in this module's memory; a cookie that scripts cannot read brings a
// new one after a reload.

let token = null;
let renewing = null;
const listeners = new Set();
export let user = null;

/** What the server refused, in words that a person can act on. `status` 0: it could not be reached. */
export class ApiError extends Error {
  constructor(status, message, errors = [], retryAfter = null) {
    super(message);
    Object.assign(this, { status, errors, retryAfter });
  }

  /** What is said about one field, or null. */
  of(name) {
    return this.errors.find(error => error.field === name)?.message ?? null;
  }
}

/** Called with nothing whenever nobody is signed in any more. */
export const onSignedOut = listener => listeners.add(listener);

export function signedIn(answer) {
  token = answer.accessToken;
  user = answer.user;
  return user;
}

const tabs = new BroadcastChannel('scope-signed-out');
tabs.onmessage = () => user && forget();

/** In all tabs of this browser. */
export async function signOut() {
  tabs.postMessage(null);
  const told = raw('POST', '/api/auth/logout').catch(() => null);
  forget();
  await told;
}

function forget() {
  token = user = null;
  for (const listener of listeners) listener();
}

/** Whether there is somebody now: by the cookie, or by a token that was handed over. */
export function renew(given = null) {
  const options = given ? { headers: { Authorization: `Bearer ${given}` } } : {};
  renewing ??= oneTabAtATime(() => raw('POST', '/api/auth/refresh', options, false))
    .then(response => renewed(response, given !== null))
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

// A provider may take each refresh token once: a second tab waits for the cookie that the first one gets.
const oneTabAtATime = work => (navigator.locks ? navigator.locks.request('scope-renewal', work) : work());

async function renewed(response, handedOver) {
  if (response.status === 204 || response.status === 401) return false;
  if (!response.ok) throw await problem(response); // busy or ill, which signs nobody out
  const answer = await response.json();
  // The cookie is the browser's: in another tab somebody else may have signed in.
  if (user && !handedOver && answer.user.id !== user.id) return false;
  return Boolean(signedIn(answer));
}

async function raw(method, path, { body, headers = {}, signal, keepalive } = {}, authorized = true) {
  const given = { ...headers };
  if (authorized && token) given.Authorization = `Bearer ${token}`;
  if (body !== undefined) given['Content-Type'] = 'application/json';
  try {
    return await fetch(path, {
      method,
      signal,
      keepalive,
      headers: given,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The server cannot be reached. Check the connection and try again.');
  }
}

/** The response; raises ApiError. A token that has run out is renewed once. */
export async function request(method, path, options = {}) {
  let response = await raw(method, path, options);
  if (response.status === 401 && !path.startsWith('/api/auth/')) {
    if (await renew()) response = await raw(method, path, options);
    else {
      forget();
      throw new ApiError(401, 'You are signed out. Sign in again; nothing is lost.');
    }
  }
  if (!response.ok) throw await problem(response);
  return response;
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  const words = body.message ?? `The server answered ${response.status}.`;
  return new ApiError(
    response.status,
    words,
    body.errors ?? [],
    Number(response.headers.get('Retry-After')) || null,
  );
}

/** The answer's JSON, or null when it has no body. */
export async function call(method, path, body, options = {}) {
  const response = await request(method, path, { ...options, body });
  return response.status === 204 ? null : response.json();
}

/**
 * Server-sent events of a session until it ends, taken up again after a lost connection. `told(status)` gets each
 * status; `trouble(error)` whatever kept us from listening, null when we listen again. Resolves to how it ended:
 * 'ended' | 'deleted' | 'left'. EventSource cannot send a token, so the stream is read here.
 */
export async function follow(sessionId, told, trouble, signal) {
  let last = '';
  let wait = 1000;
  let ended = null;
  while (!ended && !signal.aborted) {
    try {
      const headers = last ? { 'Last-Event-ID': last } : {};
      const response = await request('GET', `/api/sessions/${sessionId}/events`, { headers, signal });
      if (response.status === 204) return 'ended';
      trouble(null);
      for await (const event of events(response.body)) {
        if (event.id) last = event.id;
        if (event.type === 'deleted') return 'deleted';
        if (event.type !== 'status') continue;
        const status = JSON.parse(event.data);
        told(status);
        wait = 1000;
        if (status.sessionStatus !== 'processing') ended = 'ended';
      }
    } catch (error) {
      if (signal.aborted) return 'left';
      if (error.status === 404) return 'deleted';
      if (error.status === 401) throw error;
      trouble(error);
    }
    if (!ended) {
      await sleep(wait, signal);
      wait = Math.min(wait * 2, 15000);
    }
  }
  return ended ?? 'left';
}

/** The events of a stream of bytes, as https://html.spec.whatwg.org/multipage/server-sent-events.html parses them. */
async function* events(body) {
  let rest = '';
  let event = { type: 'message', data: '', id: '' };
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          if (event.data) yield event;
          event = { type: 'message', data: '', id: event.id };
          continue;
        }
        const [, name, text] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (name === 'event') event.type = text;
        else if (name === 'data') event.data += (event.data && '\n') + text;
        else if (name === 'id') event.id = text;
      }
    }
  } finally {
    reader.cancel().catch(() => null);
  }
}

export const sleep = (ms, signal) =>
  new Promise(done => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });

/**
 * Send a recording. `progress(sent, whole)` in bytes. Raises ApiError, AbortError when `signal` says so. The same `key`
 * never makes a second session, so it may be sent again after any failure.
 */
export async function upload(form, key, progress, signal) {
  let answer = await send(form, key, progress, signal);
  if (answer.status === 401 && (await renew())) answer = await send(form, key, progress, signal);
  if (answer.status === 401) {
    forget();
    throw new ApiError(401, 'You are signed out. Sign in again; the recording is kept.');
  }
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.text);
  let body = {};
  try {
    body = JSON.parse(answer.text);
  } catch {
    /* not ours */
  }
  throw new ApiError(
    answer.status,
    body.message ?? `The server answered ${answer.status}.`,
    body.errors ?? [],
    answer.retryAfter,
  );
}

function send(form, key, progress, signal) {
  return new Promise((done, failed) => {
    const xhr = new XMLHttpRequest(); // fetch cannot say how much of a body was sent
    xhr.open('POST', '/api/recordings');
    if (token) xhr.setRequestHeader('Authorization', `Bearer ${token}`);
    xhr.setRequestHeader('Prefer', 'respond-async');
    xhr.setRequestHeader('Idempotency-Key', key);
    xhr.upload.onprogress = event => progress(event.loaded, event.total);
    xhr.onload = () =>
      done({
        status: xhr.status,
        text: xhr.responseText,
        retryAfter: Number(xhr.getResponseHeader('Retry-After')) || null,
      });
    xhr.onerror = () =>
      failed(new ApiError(0, 'The connection was lost during the upload. The recording is kept here.'));
    xhr.onabort = () => failed(new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(form);
  });
}
