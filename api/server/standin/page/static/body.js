// A body as numbered lines, with what is wrong at its place. Places are lines and columns of the text as it was sent.
import {button, h} from './dom.js';

const tokens = /"(?:[^"\\]|\\[^])*"?|[{}[\],:]|[^\S\n]+|\n|[^\s{}[\],:"]+/g;
const near = 4; // lines shown around what is marked in a long body
const longest = 300; // lines of a body that is shown whole

// split cuts a text into pieces with their offset. A form is cut into names and values.
function split(text, form) {
  const pieces = [...text.matchAll(form ? /&|[^&=]+=?|=[^&]*/g : tokens)].map(m => ({text: m[0], at: m.index}));
  const solid = pieces.filter(p => p.text.trim());
  solid.forEach((p, i) => {
    if (form ? p.text.endsWith('=') : p.text[0] === '"' && solid[i + 1]?.text === ':') p.kind = 'key';
  });
  return {pieces, solid};
}

function asSent(pieces) {
  const lines = [[]];
  for (const p of pieces) p.text === '\n' ? lines.push([]) : lines.at(-1).push(p);
  return lines;
}

// formatted returns lines by structure. Numbers, and what is no JSON, stay as sent; lists of plain values fill lines.
function formatted(solid) {
  const lines = [[]];
  const open = []; // for each open bracket whether its elements have lines of their own
  const newLine = () => {
    if (lines.at(-1).every(p => p.at < 0)) lines.pop();
    lines.push(open.length ? [{text: '  '.repeat(open.length), at: -1}] : []);
  };
  solid.forEach((p, i) => {
    const next = solid[i + 1]?.text;
    if (/^[}\]]$/.test(p.text) && open.pop()) newLine();
    lines.at(-1).push(p);
    if (/^[{[]$/.test(p.text)) {
      open.push(!/^[}\]]$/.test(next) && (p.text === '{' || /^[{[]$/.test(next)));
      if (open.at(-1)) newLine();
    } else if (p.text === '&' || p.text === ',' && (open.at(-1) || lines.at(-1).map(q => q.text).join('').length > 72)) newLine();
    else if (/^[,:]$/.test(p.text)) lines.at(-1).push({text: ' ', at: -1});
  });
  return lines;
}

// offset returns where a line and a column are. A column is a character, which may be two units of a string.
function offset(text, {line, column}) {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf('\n', start) + 1;
  return start + [...text.slice(start, start + 2 * column)].slice(0, column - 1).join('').length;
}

// memberEnd returns the offset behind the member that begins with the key at an offset.
function memberEnd(solid, at) {
  let depth = 0;
  for (const p of solid.slice(solid.findIndex(p => p.at >= at))) {
    if (/^[{[]$/.test(p.text)) depth++;
    if (/^[}\]]$/.test(p.text)) depth--;
    if (depth < 0 || depth === 0 && /^[,&]$/.test(p.text)) return p.at;
  }
  return Infinity;
}

// bodyView shows a body. marks are the problems, ignored and tolerated of an entry.
export function bodyView(text, label, {form = false, marks = {}, format = false} = {}) {
  const {pieces, solid} = split(text, form);
  const lines = format ? formatted(solid) : asSent(pieces);
  const ignored = (marks.ignored ?? []).map(p => offset(text, p)).map(from => [from, memberEnd(solid, from)]);
  const isIgnored = p => p.text === ',' || ignored.some(([from, to]) => p.at >= from && p.at < to);
  const notes = lines.map(() => []);
  const note = (kind, list = []) => list.filter(p => p.line).forEach(p => {
    const at = offset(text, p);
    const i = lines.findLastIndex(line => line.some(q => q.at >= 0 && q.at <= at));
    notes[Math.max(0, i)].push({...p, at, kind});
  });
  note('bad', marks.problems);
  note('odd', marks.tolerated);

  const draw = i => {
    const own = lines[i].filter(p => p.text.trim());
    const grey = own.some(p => p.text !== ',') && own.every(isIgnored);
    const code = lines[i].map(p => {
      const mark = notes[i].find(n => p.at >= 0 && n.at >= p.at && n.at < p.at + p.text.length);
      return h(`span.${p.kind ?? 'plain'}${mark ? '.mark.' + mark.kind : ''}`, {}, p.text);
    });
    const indent = lines[i].length && !lines[i][0].text.trim() ? lines[i][0].text.length : 0;
    const row = h(`div.line.${notes[i][0]?.kind ?? 'plain'}${grey ? '.grey' : ''}`, {'data-no': i + 1}, h('code', {}, code));
    if (grey) row.append(h('span.tag', {}, 'ignored'));
    return [row, ...notes[i].map(n => h('p.note.' + n.kind, {'--indent': indent},
      (n.rule === 'required' ? n.pointer.split('/').pop() + ' ' : '') + n.message, h('small', {}, n.rule)))];
  };
  const hides = i => lines.length > longest && i >= near && !notes.slice(Math.max(0, i - near), i + near + 1).some(n => n.length);
  const nodes = [];
  for (let i = 0, end; i < lines.length; i = Math.max(end, i + 1)) {
    for (end = i; end < lines.length && hides(end); end++);
    const hidden = Array.from({length: end - i}, (_, n) => i + n);
    const show = event => event.target.replaceWith(...hidden.flatMap(draw));
    nodes.push(...hidden.length ? [button(`Show ${hidden.length.toLocaleString('en')} lines`, show)] : draw(i));
  }
  return h('div.code', {tabIndex: 0, role: 'group', ariaLabel: label}, nodes);
}
