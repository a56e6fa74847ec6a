// A frame, large, with what changed and what was seen drawn over it, and the state before to slide over.

import { fill, h } from '../dom.js';

export function viewer() {
  const now = h('img', { class: 'now', alt: '' });
  const past = h('img', { class: 'past', alt: '', hidden: true });
  const layer = h('div', { class: 'layer' });
  const tip = h('div', { class: 'tip', hidden: true });
  const picture = h('div', { class: 'picture' }, now, past, layer, tip);
  const slider = h('input', {
    type: 'range',
    min: 0,
    max: 100,
    value: 50,
    'aria-label': 'How much of the state before is shown',
  });
  const slide = h(
    'label',
    { class: 'slide', hidden: true },
    h('span', {}, 'before'),
    slider,
    h('span', {}, 'after'),
  );
  const changes = toggle('Changes', true);
  const seen = toggle('Elements', false);
  const compare = toggle('Before / after', false);
  const missing = h(
    'p',
    { class: 'error', hidden: true },
    'The picture could not be loaded. Reload the page to get a fresh link.',
  );
  const element = h(
    'div',
    { class: 'viewer' },
    picture,
    missing,
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Show over the frame' },
      changes.element,
      seen.element,
      compare.element,
      slide,
    ),
  );
  let shown = { frame: null, nodes: [], mark: () => null };

  for (const each of [changes, seen]) each.input.addEventListener('change', draw);
  compare.input.addEventListener('change', wipe);
  slider.addEventListener('input', wipe);
  layer.addEventListener('pointermove', event => pointed(event));
  layer.addEventListener('pointerleave', () => {
    shown.mark(null);
    tip.hidden = true;
    draw();
  });
  now.addEventListener('error', () => {
    missing.hidden = false;
  });
  now.addEventListener('load', () => {
    missing.hidden = true;
  });

  function show(frame, before, nodes, mark) {
    shown = { frame, before, nodes, mark };
    picture.style.setProperty('aspect-ratio', `${frame.width} / ${frame.height}`);
    now.src = frame.imageUrl;
    now.alt = `The page at this moment; its elements are listed under Elements`;
    if (before) past.src = before.imageUrl;
    else past.removeAttribute('src');
    compare.input.disabled = !before;
    if (!before) compare.input.checked = false;
    tip.hidden = true;
    draw();
    wipe();
  }

  function draw(marked = null) {
    const { frame, nodes } = shown;
    if (!frame) return;
    const boxes =
      changes.input.checked && !compare.input.checked
        ? frame.changedBoxes.map(box => rectangle(box, 'change'))
        : [];
    const elements =
      seen.input.checked && !compare.input.checked
        ? nodes.filter(drawn).map(node => rectangle(node.box, `seen ${node.diffStatus ?? ''}`))
        : [];
    fill(layer, boxes, elements, marked?.box ? rectangle(marked.box, `marked ${marked.diffStatus ?? ''}`) : null);
  }

  function wipe() {
    const on = compare.input.checked;
    slide.hidden = past.hidden = !on;
    past.style.setProperty('clip-path', `inset(0 ${100 - slider.value}% 0 0)`);
    picture.style.setProperty('--at', `${slider.value}%`);
    picture.classList.toggle('comparing', on);
    draw();
  }

  function pointed(event) {
    if (compare.input.checked) return;
    const frame = layer.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width;
    const y = (event.clientY - frame.top) / frame.height;
    const under =
      shown.nodes
        .filter(node => drawn(node) && inside(node.box, x, y))
        .sort((a, b) => area(a.box) - area(b.box))[0] ?? null;
    shown.mark(under);
    point(under, { x, y });
  }

  /** Draw one element and say what it is; null: none. */
  function point(node, at = null) {
    draw(node);
    tip.hidden = !node?.box;
    if (tip.hidden) return;
    fill(tip, h('b', {}, node.role), ' ', node.name || '(no name)', node.locator && h('code', {}, node.locator));
    const x = at?.x ?? node.box.x;
    const y = at?.y ?? node.box.y + node.box.height;
    tip.style.setProperty('left', `${Math.min(70, Math.max(0, x * 100))}%`);
    tip.style.setProperty('top', `calc(${Math.min(92, y * 100)}% + 10px)`);
  }

  return { element, show, point };
}

const drawn = node => node.box && node.diffStatus !== 'removed';
const area = box => box.width * box.height;
const inside = (box, x, y) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

function rectangle(box, kind) {
  const percent = value => `${value * 100}%`;
  return h('div', {
    class: `box ${kind}`,
    style: { left: percent(box.x), top: percent(box.y), width: percent(box.width), height: percent(box.height) },
  });
}

function toggle(text, on) {
  const input = h('input', { type: 'checkbox', checked: on });
  return { input, element: h('label', { class: 'toggle' }, input, text) };
}
