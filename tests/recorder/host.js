// The outer page of a recording: holds the recorded page in a frame, draws the pointer above it, captures the tab
// and keeps the journal. All times are milliseconds of one clock that frames share (timeOrigin + now).
'use strict';
const $ = id => document.getElementById(id);
const now = () => performance.timeOrigin + performance.now();
const sleep = ms => new Promise(done => setTimeout(done, ms));

// What the recorded page did, told by observe.js: [time, what]. `what` is "anim" while a finite animation runs.
const journal = { entries: [], pointer: [], noise: [], complaints: [] };
const open = new Map();

function widen(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

// `seen` maps a kind of noise to the box [left, top, right, bottom] it fills at time `t`.
function noise(t, seen) {
  for (const [kind, box] of seen) {
    const span = open.get(kind);
    if (span) { span.box = widen(span.box, box); span.end = t; continue; }
    const begun = { kind, start: t, end: t, box };
    open.set(kind, begun);
    journal.noise.push(begun);
  }
  for (const kind of open.keys()) if (!seen.has(kind)) open.delete(kind);
}

function pointer(t, x, y) {
  const [, lastX, lastY] = journal.pointer.at(-1) ?? [];
  if (x === lastX && y === lastY) return;  // Chromium sends one of these when the page moves under a resting pointer
  journal.pointer.push([t, x, y]);
  $('pointer').style.transform = `translate(${x - 2}px, ${y - 1}px)`;
}

// Resolves with the number of entries once something happened after entry `since` and nothing for `rest` ms.
async function quiet(since, rest, limit) {
  const deadline = now() + limit;
  for (; now() < deadline; await sleep(25)) {
    const { length } = journal.entries;
    if (length > since && now() - journal.entries[length - 1][0] >= rest) return length;
  }
  return journal.entries.length > since ? -2 : -1;
}

let media, pending = Promise.resolve(), stopped;

function base64(blob) {
  return new Promise(done => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.readAsDataURL(blob);
  });
}

async function start({ mime, bitrate, fps, width, height }) {
  if (!MediaRecorder.isTypeSupported(mime)) throw new Error(`this Chromium cannot record ${mime}`);
  const stream = await navigator.mediaDevices.getDisplayMedia({
    preferCurrentTab: true, audio: false,
    video: { cursor: 'never', width: { max: width }, height: { max: height }, frameRate: { max: fps } },
  });
  media = new MediaRecorder(stream, { mimeType: mime, videoBitsPerSecond: bitrate });
  media.ondataavailable = event => {
    if (event.data.size) pending = pending.then(() => base64(event.data)).then(window.saveChunk);
  };
  stopped = new Promise(done => { media.onstop = done; });
  const started = new Promise(done => { media.onstart = done; });
  media.start(1000);
  await started;
  return stream.getVideoTracks()[0].getSettings();
}

async function stop() {
  const t = now();
  media.stop();
  await stopped;
  await pending;
  media.stream.getTracks().forEach(track => track.stop());
  return t;
}

function reveal(withPointer) {
  if (withPointer) $('pointer').style.display = 'block';
  $('cover').remove();
  const t = now();
  journal.entries.push([t, 'reveal']);
  return t;
}

if (location.hash === '#bare') $('cover').style.display = 'none';

function stage(url) {
  return new Promise(done => { $('stage').onload = done; $('stage').src = url; });
}

window.recorder = { journal, noise, pointer, quiet, start, stop, reveal, stage, now,
  note: (t, what) => { journal.entries.push([t, what]); },
  complain: text => { if (!journal.complaints.includes(text)) journal.complaints.push(text); } };
