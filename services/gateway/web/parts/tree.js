// The elements of a frame as a tree: role, name, state, where it comes from, and what happened to it.

import { h } from '../dom.js';
import { some } from '../format.js';

const SOURCES = { vision: 'seen in the pixels only', aria: 'in the page only', both: 'seen, and in the page' };
let onlyChanges = true; // until somebody says otherwise, for all states that have some

const SIGNS = { added: '+', changed: '±', removed: '−' };

/** `hovered(node)` is called when somebody points at a row, or leaves it (null). */
export function treeOf(roots, { hovered, index }) {
  const nodes = [];
  const rows = new Map();
  const list = h(
    'ul',
    { class: 'tree' },
    roots.map(node => item(node)),
  );
  const count = kind => nodes.filter(node => node.diffStatus === kind).length;
  const changed = ['added', 'changed', 'removed'].filter(count);
  const only = h('input', {
    type: 'checkbox',
    checked: onlyChanges,
    onchange: () => {
      onlyChanges = only.checked;
      narrow();
    },
  });
  const narrow = () => list.classList.toggle('only', changed.length > 0 && onlyChanges);
  narrow();
  const summary =
    index === 0
      ? 'The first state; changes are told from the next one on.'
      : changed.length
        ? `Against the state before: ${changed.map(kind => `${count(kind)} ${kind}`).join(', ')}.`
        : 'No element changed against the state before.';
  const element = h(
    'div',
    {},
    h(
      'div',
      { class: 'row' },
      h('p', { class: 'quiet' }, `${some(nodes.length - count('removed'), 'element')}. ${summary}`),
      changed.length ? h('label', { class: 'toggle push' }, only, 'Only changes') : null,
    ),
    nodes.length ? list : h('p', { class: 'quiet' }, 'Nothing was read in this frame.'),
  );

  function item(node) {
    nodes.push(node);
    const row = h(
      'button',
      {
        class: `node ${node.diffStatus ?? ''}`,
        onpointerenter: () => hovered(node),
        onfocus: () => hovered(node),
        onpointerleave: () => hovered(null),
        onblur: () => hovered(null),
        title: SOURCES[node.source] ?? null,
      },
      node.diffStatus &&
        h(
          'span',
          { class: `badge ${node.diffStatus}` },
          h('span', { 'aria-hidden': 'true' }, SIGNS[node.diffStatus]),
          h('span', { class: 'sr' }, node.diffStatus),
        ),
      h('span', { class: 'role' }, node.role),
      ' ',
      h('span', { class: 'name' }, node.name || (node.value ? '' : '(no name)')),
      node.value && h('span', { class: 'value' }, ` = ${node.value}`),
      node.state?.length ? h('span', { class: 'quiet' }, ` ${node.state.join(', ')}`) : null,
      node.locator && h('code', {}, node.locator),
    );
    rows.set(node, row);
    const children = node.children?.map(child => item(child)) ?? [];
    const kept = node.diffStatus || node.children?.some(child => rows.get(child).dataset.kept);
    if (kept) row.dataset.kept = 'yes';
    return h('li', { class: kept ? 'kept' : null }, row, children.length ? h('ul', {}, children) : null);
  }

  function mark(node) {
    list.classList.toggle('only', changed.length > 0 && onlyChanges && !(node && !node.diffStatus));
    for (const [each, row] of rows) row.classList.toggle('marked', each === node);
    const row = rows.get(node);
    const box = row?.closest('.scroll');
    if (box) box.scrollTop = row.offsetTop - box.clientHeight / 2;
  }

  return { element, nodes, mark };
}
