// Runs first in the recorded page (never in the outer one): tells the outer page when this one changes.
// What lies in an element with data-noise="KIND" is no change of state: spinners, clocks, charts that move.
(seed => {
  'use strict';
  if (window.top === window || !window.top.recorder) return;
  const host = window.top.recorder;
  const now = () => performance.timeOrigin + performance.now();
  const note = what => host.note(now(), what);
  const element = node => (node && node.nodeType === 1 ? node : node && node.parentElement);
  const noisy = node => Boolean(element(node)?.closest('[data-noise]'));
  const editable = node => node?.matches?.('input:not([type=checkbox],[type=radio]),textarea,[contenteditable=true]');
  const native = node => node?.matches?.('[type=checkbox],[type=radio]') && getComputedStyle(node).appearance !== 'none';

  // The same page for the same seed: mulberry32 in place of Math.random.
  let state = seed;
  Math.random = () => {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  new MutationObserver(records => {
    const real = records.find(record => !noisy(record.target));
    if (real) note(`${real.type} ${element(real.target)?.tagName ?? '#document'}.${real.attributeName ?? ''}`);
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

  const heard = (event, wanted = () => true) => document.addEventListener(
    event, e => { if (!noisy(e.target) && wanted(e.target)) note(event); }, { capture: true, passive: true });
  ['input', 'scroll'].forEach(event => heard(event));
  heard('change', node => !editable(node));
  ['focusin', 'focusout'].forEach(event => heard(event, node => editable(node) || native(node)));
  // Native tick boxes and radio buttons show that they are pressed before they change.
  heard('pointerdown', node => native(node.closest('label')?.control ?? node));
  window.addEventListener('mousemove', e => host.pointer(now(), e.clientX, e.clientY), { capture: true, passive: true });

  function animations() {
    for (const animation of document.getAnimations()) {
      const { effect } = animation;
      if (animation.playState !== 'running' || !effect?.target || noisy(effect.target)) continue;
      if (effect.getComputedTiming().endTime !== Infinity) return note('anim');
      host.complain(`an endless animation outside data-noise: <${effect.target.tagName} class="${effect.target.className}">`);
    }
  }

  // What blinks is there even while it is transparent; what lies in something transparent is not.
  const shown = el => el.checkVisibility({ visibilityProperty: true }) && el.parentElement.checkVisibility({ opacityProperty: true });

  function boxes() {
    const seen = new Map();
    for (const el of document.querySelectorAll('[data-noise]')) {
      const { left, top, right, bottom } = el.getBoundingClientRect();
      if (right <= left || bottom <= top || !shown(el)) continue;
      const known = seen.get(el.dataset.noise) ?? [left, top, right, bottom];
      seen.set(el.dataset.noise, [Math.min(known[0], left), Math.min(known[1], top),
        Math.max(known[2], right), Math.max(known[3], bottom)]);
    }
    const field = document.activeElement;
    if (editable(field)) { const r = field.getBoundingClientRect(); seen.set('caret', [r.left, r.top, r.right, r.bottom]); }
    return seen;
  }

  (function frame() {
    animations();
    host.noise(now(), boxes());
    requestAnimationFrame(frame);
  })();
})(SEED);
