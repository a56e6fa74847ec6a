// The kept states: a film strip, the frame in hand with what was seen in it, its tree, and what the live page said.

import { call } from '../api.js';
import { fill, h, icon } from '../dom.js';
import { clock, reason, some } from '../format.js';
import { inspection } from './inspection.js';
import { tabs } from './tabs.js';
import { undoable } from './toasts.js';
import { treeOf } from './tree.js';
import { viewer } from './viewer.js';

/** `removed()` is called once the server has taken a frame out. */
export function review(session, signal, { removed }) {
  let whole = session.frames; // as the server has them
  const leaving = new Set(); // ids of those that are on their way out
  let frames = whole;
  let at = 0;
  const strip = h('ol', { class: 'strip', 'aria-label': 'States in time order' });
  const look = viewer();
  const caption = h('div', { class: 'caption' });
  const elements = h('div', { class: 'scroll' });
  const page = inspection(session.analysis?.inspection, session.analysis?.masked);
  const panels = tabs('Evidence', [
    ['elements', 'Elements', elements],
    ['page', 'Live page', page],
  ]);
  const element = h(
    'section',
    { class: 'review', 'aria-label': 'What was seen' },
    h('div', { class: 'card' }, caption, look.element, strip),
    h('div', { class: 'card' }, panels),
  );

  strip.addEventListener('keydown', event => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -at, End: frames.length - 1 - at }[event.key];
    if (
      step === undefined ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey ||
      event.target.closest('button') === null
    )
      return;
    event.preventDefault();
    choose(Math.max(0, Math.min(frames.length - 1, at + step)), true);
  });

  function draw() {
    fill(
      strip,
      frames.map((frame, index) =>
        h(
          'li',
          {},
          h(
            'button',
            { class: 'shot', onclick: () => choose(index) },
            h('img', {
              src: frame.thumbnailUrl,
              alt: '',
              loading: 'lazy',
              width: 160,
              height: Math.round((160 * frame.height) / frame.width),
            }),
            h('span', { class: 'when' }, clock(frame.timestamp)),
            badges(frame.diffSummary),
            h('span', { class: 'sr' }, `, ${reason(frame.reason)}`),
          ),
        ),
      ),
    );
    if (frames.length) choose(Math.min(at, frames.length - 1));
    else
      fill(
        element,
        h(
          'div',
          { class: 'card empty' },
          h('h2', {}, 'No states are left'),
          h('p', {}, 'All of them were taken out. The prompt has what you said and what the live page says.'),
        ),
      );
  }

  function choose(index, focus = false) {
    at = index;
    const frame = frames[index];
    [...strip.children].forEach((item, number) => {
      const button = item.firstElementChild;
      button.setAttribute('aria-current', String(number === index));
      button.tabIndex = number === index ? 0 : -1;
    });
    const chosen = strip.children[index].firstElementChild;
    if (focus) chosen.focus({ preventScroll: true });
    strip.scrollTo({
      left: chosen.offsetLeft - strip.clientWidth / 2 + chosen.offsetWidth / 2,
      behavior: 'smooth',
    });
    fill(
      caption,
      h('h2', {}, `State ${index + 1} of ${frames.length}`),
      h('p', { class: 'quiet' }, `${clock(frame.timestamp)} · ${reason(frame.reason)}`),
      badges(frame.diffSummary),
      h('button', { class: 'push', onclick: takeOut }, icon('trash'), 'Take this state out'),
    );
    const tree = treeOf(frame.ariaTree, { hovered: node => look.point(node), index });
    look.show(frame, frames[index - 1] ?? null, tree.nodes, node => tree.mark(node));
    fill(elements, tree.element);
  }

  function takeOut() {
    const frame = frames[at];
    const number = at + 1;
    leaving.add(frame.id);
    show();
    strip.children[at]?.firstElementChild.focus({ preventScroll: true });
    const stays = () => {
      leaving.delete(frame.id);
      if (signal.aborted) return;
      show();
      choose(Math.max(0, frames.indexOf(frame)));
    };
    undoable(
      `State ${number} was taken out.`,
      async options => {
        await call('DELETE', `/api/sessions/${session.id}/frames/${frame.id}`, undefined, options);
        whole = whole.filter(each => each !== frame);
        if (options.keepalive || signal.aborted) return;
        // What changed is counted against the state before, so the server counts it anew.
        const now = (await call('GET', `/api/sessions/${session.id}`, undefined, { signal })).frames;
        whole = now;
        show();
        removed();
      },
      stays,
    );
  }

  /** All that are not on their way out. */
  function show() {
    frames = whole.filter(frame => !leaving.has(frame.id));
    fill(element, h('div', { class: 'card' }, caption, look.element, strip), h('div', { class: 'card' }, panels));
    draw();
  }

  draw();
  return element;
}

function badges({ added, changed, removed }) {
  if (!added && !changed && !removed) return h('span', { class: 'badges' });
  const badge = (n, kind, sign) =>
    n
      ? h(
          'span',
          { class: `badge ${kind}` },
          h('span', { 'aria-hidden': 'true' }, `${sign}${n}`),
          h('span', { class: 'sr' }, ` ${some(n, 'element')} ${kind}`),
        )
      : null;
  return h(
    'span',
    { class: 'badges' },
    badge(added, 'added', '+'),
    badge(changed, 'changed', '±'),
    badge(removed, 'removed', '−'),
  );
}
