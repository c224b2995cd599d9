import { parseInline } from './inline.js';

/** @typedef {import('./inline.js').Inline} Inline */

/**
 * What a document holds.
 * @typedef {{type: 'paragraph', children: Inline[]}
 *   | {type: 'heading', level: number, children: Inline[]}
 *   | {type: 'code', language: string, text: string}
 *   | {type: 'list', start: number | null, items: Block[][]}
 *   | {type: 'quote', blocks: Block[]}
 *   | {type: 'table', alignments: Alignment[], head: Inline[][], rows: Inline[][][]}
 *   | {type: 'rule'}} Block
 */

/** @typedef {'left' | 'center' | 'right' | null} Alignment */

/** @typedef {{block: Block, next: number}} Found a block, and the line after it */

/** @typedef {(lines: string[], at: number, depth: number) => Found | null} BlockParser */

// Lists and quotes deeper than this are text: nobody writes them, and the recursion stays shallow.
const MaxDepth = 12;
const Fence = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*$/;
const Heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const Rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const Quote = /^ {0,3}> ?/;
const Item = /^([ \t]*)([-*+]|\d{1,9}[.)])([ \t]+|$)/;
const TableRule = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;

/**
 * Reads Markdown as models write it: CommonMark's blocks without HTML, indented code and reference links, and GitHub's tables. Total, and
 * good for a text that is not finished: a block of code without its end reaches to the end.
 * @param {string} source
 * @returns {Block[]}
 */
export function parseBlocks(source) {
  return parseLines(source.split(/\r\n|\n|\r/), 0);
}

/**
 * @param {string[]} lines
 * @param {number} depth
 * @returns {Block[]}
 */
function parseLines(lines, depth) {
  /** @type {Block[]} */
  const blocks = [];
  for (let at = 0; at < lines.length;) {
    if (isBlank(lines[at])) {
      at++;
      continue;
    }
    const { block, next } = startedBlock(lines, at, depth) ?? paragraph(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

/** @type {BlockParser} */
function startedBlock(lines, at, depth) {
  return code(lines, at, depth) ?? heading(lines, at, depth) ?? rule(lines, at, depth) ?? quote(lines, at, depth)
    ?? list(lines, at, depth) ?? table(lines, at, depth);
}

/**
 * Whether a line is none of the paragraph above it. Reads no further than the next line, so that looking is cheap.
 * @param {string[]} lines
 * @param {number} at
 */
function startsBlock(lines, at) {
  const line = lines[at];
  return [Fence, Heading, Rule, Quote, Item].some((pattern) => pattern.test(line)) || isTable(lines, at);
}

/** @type {BlockParser} */
function code(lines, at) {
  const [, fence, language] = Fence.exec(lines[at]) ?? [];
  if (!fence) {
    return null;
  }
  const indent = indentOf(lines[at]);
  const isEnd = (/** @type {string} */ line) =>
    line.trim().length >= fence.length && line.trim() === fence[0].repeat(line.trim().length) && indentOf(line) < 4;
  const end = indexFrom(lines, at + 1, isEnd);
  const text = lines.slice(at + 1, end).map((line) => outdented(line, indent)).join('\n');
  return { block: { type: 'code', language: language ?? '', text }, next: end + 1 };
}

/** @type {BlockParser} */
function heading(lines, at) {
  const [, marks, text] = Heading.exec(lines[at]) ?? [];
  if (!marks) {
    return null;
  }
  const title = (text ?? '').trim().replace(/(?:^|[ \t])#+$/, '').trim();
  return { block: { type: 'heading', level: marks.length, children: parseInline(title) }, next: at + 1 };
}

/** @type {BlockParser} */
function rule(lines, at) {
  return Rule.test(lines[at]) ? { block: { type: 'rule' }, next: at + 1 } : null;
}

/** @type {BlockParser} */
function quote(lines, at, depth) {
  if (!Quote.test(lines[at]) || depth >= MaxDepth) {
    return null;
  }
  const end = indexFrom(lines, at, (line) => !Quote.test(line));
  const inner = lines.slice(at, end).map((line) => line.replace(Quote, ''));
  return { block: { type: 'quote', blocks: parseLines(inner, depth + 1) }, next: end };
}

/** @type {BlockParser} */
function list(lines, at, depth) {
  let item = itemStart(lines[at]);
  if (!item || depth >= MaxDepth) {
    return null;
  }
  const { kind, start } = item;
  /** @type {Block[][]} */
  const items = [];
  let next = at;
  while (item && item.kind === kind && !Rule.test(lines[next])) {
    const { length, width } = item;
    const end = endOfItem(lines, next, width);
    const inner = [lines[next].slice(length), ...lines.slice(next + 1, end).map((line) => outdented(line, width))];
    items.push(parseLines(inner, depth + 1));
    next = end;
    item = itemStart(lines[next]);
  }
  return { block: { type: 'list', start, items }, next };
}

/**
 * @param {string[]} lines
 * @param {number} at the item's first line
 * @param {number} width how far its text is indented
 * @returns {number} the line after its last
 */
function endOfItem(lines, at, width) {
  let end = at + 1;
  for (let next = end; next < lines.length; next++) {
    const line = lines[next];
    if (isBlank(line)) {
      continue;
    }
    // Two spaces are enough for what belongs to an item: models do not count. A line right below continues its text.
    const belongs = indentOf(line) >= Math.min(width, indentOf(lines[at]) + 2);
    const continues = next === end && !startsBlock(lines, next);
    if (!belongs && !continues) {
      break;
    }
    end = next + 1;
  }
  // Blank lines between two items part them, and are none of the list's end otherwise.
  const following = indexFrom(lines, end, (line) => !isBlank(line));
  return following < lines.length && itemStart(lines[following]) ? following : end;
}

/** @param {string | undefined} line */
function itemStart(line) {
  const [whole, indent, marker, space] = Item.exec(line ?? '') ?? [];
  if (whole === undefined || marker === undefined || indent === undefined || space === undefined) {
    return null;
  }
  const number = parseInt(marker, 10);
  return {
    kind: marker.at(-1),
    start: Number.isNaN(number) ? null : number,
    length: whole.length,
    width: indentOf(whole) + marker.length + Math.max(1, space.length),
  };
}

/** @type {BlockParser} */
function table(lines, at) {
  if (!isTable(lines, at)) {
    return null;
  }
  const alignments = cellsOf(lines[at + 1]).map(alignmentOf);
  const end = indexFrom(lines, at + 2, (line) => !line.includes('|'));
  const rows = lines.slice(at + 2, end).map((line) => {
    const cells = cellsOf(line);
    return alignments.map((_, column) => parseInline(cells[column] ?? ''));
  });
  return { block: { type: 'table', alignments, head: cellsOf(lines[at]).map(parseInline), rows }, next: end };
}

/**
 * @param {string[]} lines
 * @param {number} at
 */
function isTable(lines, at) {
  const rule = lines[at + 1]?.trim() ?? '';
  return lines[at].includes('|') && rule.includes('|') && TableRule.test(rule) && cellsOf(rule).length === cellsOf(lines[at]).length;
}

/** @param {string} line */
function cellsOf(line) {
  const inner = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/**
 * @param {string} cell of a table's rule
 * @returns {Alignment}
 */
function alignmentOf(cell) {
  const [left, right] = [cell.startsWith(':'), cell.endsWith(':')];
  return left && right ? 'center' : right ? 'right' : left ? 'left' : null;
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @returns {Found}
 */
function paragraph(lines, at) {
  // A number begins a list in the middle of a paragraph only when it is 1: lines may well begin with a year and a full stop.
  const ends = (/** @type {number} */ next) =>
    isBlank(lines[next]) || (startsBlock(lines, next) && (itemStart(lines[next])?.start ?? 1) === 1);
  let end = at + 1;
  while (end < lines.length && !ends(end)) {
    end++;
  }
  const text = lines.slice(at, end).map((line) => line.trimStart()).join('\n').trimEnd();
  return { block: { type: 'paragraph', children: parseInline(text) }, next: end };
}

/**
 * @param {string[]} lines
 * @param {number} from
 * @param {(line: string) => boolean} is
 * @returns {number} the first such line; the end when there is none
 */
function indexFrom(lines, from, is) {
  let at = from;
  while (at < lines.length && !is(lines[at])) {
    at++;
  }
  return at;
}

/** @param {string} line */
function isBlank(line) {
  return line.trim() === '';
}

/** @param {string} line */
function indentOf(line) {
  const [space] = /^[ \t]*/.exec(line) ?? [''];
  return space.replaceAll('\t', '    ').length;
}

/**
 * @param {string} line
 * @param {number} width how much of its indentation goes, as far as it is there
 */
function outdented(line, width) {
  let [at, column] = [0, 0];
  for (; column < width && (line[at] === ' ' || line[at] === '\t'); at++) {
    column += line[at] === '\t' ? 4 : 1;
  }
  return ' '.repeat(Math.max(0, column - width)) + line.slice(at);
}
