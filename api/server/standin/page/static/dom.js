// What the views share: elements, calls of the stand-in, and how values are written.

// h makes an element from 'tag.class', properties or attributes, and children. Text is never read as HTML.
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name);
  node.classList.add(...classes);
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key.startsWith('--')) node.style.setProperty(key, value);
    else if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined && c !== false && c !== ''));
  return node;
}

export const $ = id => document.getElementById(id);
export const button = (label, onclick, props = {}) => h('button', {type: 'button', onclick: guarded(onclick), ...props}, label);

// guarded says what went wrong in a handler instead of losing it.
export const guarded = handler => async event => {
  try {
    await handler(event);
  } catch (err) {
    if (err.name !== 'AbortError') say(err.message, true);
  }
};

// call asks the stand-in and returns what it answers, or throws what it says is wrong.
export async function call(method, path, body, signal) {
  const headers = body === undefined ? {} : {'Content-Type': 'application/json'};
  const reply = await fetch(path, {method, signal, headers, body: body === undefined ? undefined : JSON.stringify(body)});
  const text = await reply.text();
  const value = reply.headers.get('Content-Type')?.startsWith('application/json') ? JSON.parse(text) : text;
  if (!reply.ok) throw new Error(value.error ?? `${method} ${path}: ${reply.status}`);
  return value;
}

let hiding;

// say shows a short message, which screen readers speak.
export function say(text, bad = false) {
  $('said').textContent = text;
  $('said').className = bad ? 'shown bad' : 'shown';
  clearTimeout(hiding);
  hiding = setTimeout(() => { $('said').className = ''; }, bad ? 8000 : 3000);
}

// copy puts text on the clipboard; where the browser refuses that, it is shown to be copied by hand.
export const copy = text => (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => say('Copied'), () => prompt('Copy this:', text));

export const kind = status => (status === 0 || status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'done');
export const badge = status => h('span.badge.' + kind(status), {}, status || '—');
export const clock = time => new Date(time).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3});
export const ms = n => (n >= 1000 ? (n / 1000).toFixed(2) + ' s' : n.toFixed(n < 10 ? 2 : 0) + ' ms');
export const count = (n, one) => `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`;
export const value = v => (v === null || v === undefined ? h('i', {}, 'not set') : typeof v === 'string' ? v : JSON.stringify(v));

// table shows rows of cells under their columns. The first cell of a row is its heading.
export const table = (label, columns, rows) => h('div.scroll', {tabIndex: 0, role: 'group', ariaLabel: label}, h('table', {},
  h('thead', {}, h('tr', {}, columns.map(name => h('th', {scope: 'col'}, name)))),
  h('tbody', {}, rows.map(([first, ...cells]) => h('tr', {}, h('th', {scope: 'row'}, first), cells.map(cell => h('td', {}, cell)))))));

export const section = (title, side, ...content) => h('section', {ariaLabel: title},
  h('div.head', {}, h('h3', {}, title), h('span', {}, side)), content);
