// Elements from plain values. Text is always text: nothing here reads markup, so nothing can be injected by it.

const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set([
  'value',
  'checked',
  'disabled',
  'selected',
  'indeterminate',
  'htmlFor',
  'srcObject',
  'open',
]);

/** An element: `h('button', { class: 'primary', onclick: save }, 'Save')`. null and false children are left out. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(
    ...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name === 'style') for (const [key, each] of Object.entries(value)) element.style.setProperty(key, each);
  else if (PROPERTIES.has(name)) element[name] = value;
  else if (name.startsWith('aria-')) element.setAttribute(name, String(value));
  else if (value === true) element.setAttribute(name, '');
  else if (value !== false) element.setAttribute(name, value);
}

/** Put these in place of what is in `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren(
    ...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false),
  );
  return parent;
}

/** A link that leads out only to the web, whatever the text is. */
export function outside(url, text = url) {
  let safe = null;
  try {
    safe = ['http:', 'https:'].includes(new URL(url).protocol) ? url : null;
  } catch {
    /* not an address */
  }
  return safe ? h('a', { href: safe, target: '_blank', rel: 'noreferrer noopener' }, text) : h('span', {}, text);
}

let count = 0;
/** An id for a label and its field. */
export const unique = prefix => `${prefix}-${++count}`;

/** A labelled field; `hint` and `error` are read with it. */
export function field(label, control, { hint = null, error = null, wide = false } = {}) {
  control.id ||= unique('field');
  const said = [];
  const note = (text, kind) => {
    const id = unique('note');
    said.push(id);
    return h('p', { class: kind, id }, text);
  };
  const parts = [hint && note(hint, 'hint'), error && note(error, 'error')];
  if (said.length) control.setAttribute('aria-describedby', said.join(' '));
  if (error) control.setAttribute('aria-invalid', 'true');
  return h(
    'div',
    { class: wide ? 'field wide' : 'field' },
    h('label', { htmlFor: control.id }, label),
    control,
    parts,
  );
}

const PATHS = {
  record: 'M12 12m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0',
  stop: 'M7 7h10v10H7z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  trash: 'M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12',
  pen: 'M5 19l1-4L16 5l3 3L9 18z',
  copy: 'M9 9h10v10H9zM6 15H5V5h10v1',
  down: 'M12 5v11M7 12l5 5 5-5M5 20h14',
  warn: 'M12 4l9 16H3zM12 10v5M12 17.5v.5',
  wait: 'M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0 -16 0M12 8v4l3 2',
  upload: 'M12 19V8M7 12l5-5 5 5M5 4h14',
};

export function icon(name) {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { d: PATHS[name], class: name === 'record' || name === 'stop' ? 'solid' : null }),
  );
}
