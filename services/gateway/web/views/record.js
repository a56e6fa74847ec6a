// Record a tab or take a file, say what it is about, trim, hand it in. What was recorded is kept until it was accepted.

import { call, user } from '../api.js';
import { fill, h, icon } from '../dom.js';
import { bytes, clock } from '../format.js';
import { about } from '../parts/about.js';
import { draftOf } from '../parts/drafts.js';
import { MOST_BYTES, possible, record, refused } from '../parts/recorder.js';
import { persistently } from '../parts/sending.js';
import { confirmed, toast } from '../parts/toasts.js';
import { trimmer } from '../parts/trimmer.js';

const WHY = {
  limit: 'It stopped at the longest recording that your settings allow.',
  size: 'It stopped at 100 MB, the largest recording that is taken.',
  unshared: 'It stopped because the sharing ended.',
  stopped: '',
};
const TYPES = { webm: 'video/webm', mp4: 'video/mp4', m4v: 'video/mp4', mkv: 'video/x-matroska' };

export async function show(main, { signal }) {
  const drafts = await draftOf(user.id, signal);
  const [settings, latest, kept] = await Promise.all([
    call('GET', '/api/settings'),
    call('GET', '/api/sessions?limit=10&prompts=false'),
    drafts.kept().catch(() => null),
  ]);
  const stage = h('section', { class: 'card stage', 'aria-label': 'Recording' });
  const form = about(settings, latest, kept?.about.said ?? {});
  const pieces = [];
  let held = null; // the recording in hand
  let running = null; // the capture
  let asking = false; // which tab it shall be
  let sending = null; // what aborts the upload

  fill(main, h('h1', {}, 'Record a tab'), h('div', { class: 'recording' }, stage, form.element));
  form.element.addEventListener('submit', event => {
    event.preventDefault();
    handIn();
  });
  form.element.addEventListener('input', () => held && remember());
  signal.addEventListener('abort', () => {
    running?.stop();
    sending?.abort();
    held?.trim?.release();
  });
  if (kept) take(kept.blob, kept.about, 'Your last recording was not handed in yet. It was kept in this browser.');
  else choose();

  function choose(trouble = null) {
    held = null;
    form.ready(false);
    const input = h('input', {
      type: 'file',
      accept: 'video/webm,video/mp4,video/x-matroska,.mkv',
      class: 'sr',
      id: 'file',
      onchange: () => input.files[0] && takeFile(input.files[0]),
    });
    fill(
      stage,
      h(
        'div',
        { class: 'choose' },
        trouble && h('p', { class: 'error', role: 'alert' }, trouble),
        possible()
          ? [
              h('button', { class: 'primary big', onclick: start }, icon('record'), 'Choose a tab and record'),
              h(
                'p',
                { class: 'quiet' },
                `Show what is wrong, as slowly as you would to a colleague. Up to ${settings.maxRecordingLength} minutes; no sound.`,
              ),
            ]
          : h(
              'p',
              {},
              'This browser cannot record a tab',
              location.protocol === 'http:' ? ' on an address without https' : '',
              '. You can hand in a file that was recorded elsewhere.',
            ),
        h(
          'label',
          { class: 'drop', htmlFor: 'file' },
          icon('upload'),
          h('span', {}, 'or drop a recording here, or choose one'),
          h('small', {}, 'WebM, MP4 or Matroska, up to 100 MB'),
        ),
        input,
      ),
    );
    dropping(stage, takeFile);
  }

  async function start() {
    if (asking || running) return;
    asking = true;
    pieces.length = 0;
    const time = h('output', { class: 'time', 'aria-label': 'Recorded' }, '00:00');
    const size = h('span', { class: 'quiet' }, '');
    let type = 'video/webm';
    let lost = !drafts.keeps;
    const writes = [];
    const began = new Date().toISOString();
    try {
      await drafts.begin({ type, began, durationMs: 0, said: form.said() }).catch(() => {
        lost = true;
      });
      running = await record({
        limitMs: settings.maxRecordingLength * 60000,
        piece: blob => {
          pieces.push(blob);
          writes.push(
            drafts.add(blob).catch(() => {
              lost = true;
            }),
          );
        },
        tick: (ms, n) => {
          time.textContent = clock(ms).slice(0, 5);
          size.textContent = bytes(n);
        },
        ended: async (why, ms) => {
          running = null;
          await Promise.all(writes);
          document.title = 'Record · Claude Scope';
          const whole = { type, began, durationMs: Math.round(ms), said: form.said() };
          await drafts.describe(whole).catch(() => {
            lost = true;
          });
          if (lost && !signal.aborted)
            toast('The recording is not kept in this browser. Hand it in before you leave the page.', {
              ms: 12000,
            });
          if (!signal.aborted) take(new Blob(pieces, { type }), whole, WHY[why]);
        },
      });
    } catch (error) {
      if (!signal.aborted) choose(refused(error));
      return;
    } finally {
      asking = false;
    }
    if (signal.aborted) {
      running.stop(); // somebody left while the browser was still asking
      return;
    }
    type = running.type;
    document.title = '● Recording · Claude Scope';
    const stop = h('button', { class: 'primary big', onclick: () => running?.stop() }, icon('stop'), 'Stop');
    fill(
      stage,
      h(
        'div',
        { class: 'choose live' },
        h('p', { role: 'status' }, h('span', { class: 'dot' }), 'Recording'),
        time,
        size,
        stop,
        h(
          'p',
          { class: 'quiet' },
          `Go to the tab that you chose. It stops by itself after ${settings.maxRecordingLength} minutes, or when you end the sharing.`,
        ),
      ),
    );
    stop.focus();
  }

  async function takeFile(file) {
    if (asking || running || sending) return;
    const type = TYPES[file.name.split('.').pop().toLowerCase()] ?? file.type;
    const trouble = whyNot(file, type);
    if (trouble) {
      if (held) toast(trouble, { kind: 'bad', ms: 9000 });
      else choose(trouble);
      return;
    }
    const whole = { type, name: file.name, durationMs: 0, said: form.said() };
    await drafts
      .begin(whole)
      .then(() => drafts.add(file))
      .catch(() => null);
    take(file, whole);
  }

  function take(blob, whole, words = '') {
    held?.trim.release();
    const trim = trimmer(blob, whole.trim);
    held = { blob, whole: { key: crypto.randomUUID(), ...whole }, trim };
    trim.changed = () => remember();
    remember();
    fill(
      stage,
      words && h('p', { class: 'said', role: 'status' }, words),
      trim.element,
      h(
        'div',
        { class: 'row' },
        h('span', { class: 'quiet' }, [whole.name, bytes(blob.size)].filter(Boolean).join(' · ')),
        h('button', { class: 'push', onclick: away }, icon('trash'), 'Throw away'),
      ),
    );
    form.ready(true);
    form.focus();
  }

  async function away() {
    if (sending) return toast('It is being sent. Stop the sending first.');
    if (
      !(await confirmed(
        'Throw this recording away?',
        'It was not handed in and is only in this browser.',
        'Throw it away',
      ))
    )
      return;
    held?.trim.release();
    await drafts.forget().catch(() => null);
    choose();
  }

  function remember() {
    held.whole = { ...held.whole, said: form.said(), trim: held.trim.range() };
    drafts.describe(held.whole).catch(() => null);
  }

  async function handIn() {
    if (!held || sending) return;
    const mine = held;
    sending = new AbortController();
    const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Upload' });
    const words = h('p', { role: 'status' }, 'Sending …');
    const again = h('button', { hidden: true }, 'Try now');
    const show = h(
      'div',
      { class: 'upload' },
      bar,
      words,
      h('div', { class: 'row' }, again, h('button', { onclick: () => sending?.abort() }, 'Stop sending')),
    );
    form.busy(show);
    try {
      const accepted = await persistently(parts(), mine.whole.key, { bar, words, again }, sending.signal);
      await drafts.forget().catch(() => null);
      mine.trim.release();
      location.hash = `#/sessions/${accepted.sessionId}`;
    } catch (error) {
      form.busy(null);
      if (error.name === 'AbortError') return;
      mine.whole.key = crypto.randomUUID(); // what was refused is another upload once it is mended
      remember();
      form.errors(error);
    } finally {
      sending = null;
    }
  }

  function parts() {
    const data = new FormData();
    const said = form.said();
    const range = held.trim.range();
    data.set('title', said.title);
    data.set('seedUrl', said.seedUrl);
    data.set('agentTarget', said.agentTarget);
    if (said.notes) data.set('notes', said.notes);
    for (const url of said.urls.split(/\s+/).filter(Boolean)) data.append('urls', url);
    if (held.whole.durationMs) data.set('durationMs', held.whole.durationMs);
    if (range.startMs > 0) data.set('trimStartMs', range.startMs);
    if (range.endMs !== null) data.set('trimEndMs', range.endMs);
    data.set('file', new File([held.blob], held.whole.name ?? 'recording', { type: held.whole.type }));
    return data;
  }
}

function whyNot(file, type) {
  if (!Object.values(TYPES).includes(type)) return `“${file.name}” is no WebM, MP4 or Matroska video.`;
  if (file.size > MOST_BYTES)
    return `“${file.name}” has ${bytes(file.size)}; at most 100 MB are taken. Record a shorter time or a smaller window.`;
  return file.size ? null : `“${file.name}” is empty.`;
}

function dropping(stage, take) {
  stage.ondragover = event => {
    event.preventDefault();
    stage.classList.add('over');
  };
  stage.ondragleave = () => stage.classList.remove('over');
  stage.ondrop = event => {
    event.preventDefault();
    stage.classList.remove('over');
    const file = event.dataTransfer.files[0];
    if (file) take(file);
  };
}
