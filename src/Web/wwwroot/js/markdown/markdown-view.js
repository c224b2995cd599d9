import { codeBlock } from '../view/code-block.js';
import { h } from '../view/dom.js';
import { parseBlocks } from './blocks.js';

/** @typedef {import('./blocks.js').Block} Block */
/** @typedef {import('./inline.js').Inline} Inline */

const TagOf = /** @type {const} */ ({ strong: 'strong', em: 'em', del: 'del' });

/**
 * Markdown as elements. While a text grows, only the blocks that changed are built anew: what is above stays selectable.
 */
export class MarkdownView {
  element = h('div', { className: 'markdown' });
  /** @type {string[]} */
  #drawn = [];

  /** @param {string} source */
  update(source) {
    const blocks = parseBlocks(source);
    const keys = blocks.map((block) => JSON.stringify(block));
    const firstNew = keys.findIndex((key, at) => key !== this.#drawn[at]);
    const kept = firstNew < 0 ? keys.length : firstNew;
    while (this.element.childNodes.length > kept) {
      this.element.lastChild?.remove();
    }
    this.element.append(...blocks.slice(kept).map(nodeOf));
    this.#drawn = keys;
  }
}

/**
 * @param {Block} block
 * @returns {Node}
 */
function nodeOf(block) {
  switch (block.type) {
    case 'paragraph':
      return h('p', {}, ...block.children.map(inlineOf));
    case 'heading':
      // The page's own headings are above those of an answer.
      return h(`h${Math.min(6, block.level + 2)}`, {}, ...block.children.map(inlineOf));
    case 'code':
      return codeBlock(block.text, block.language);
    case 'list':
      return block.start === null
        ? h('ul', {}, ...block.items.map(itemOf))
        : h('ol', { start: block.start }, ...block.items.map(itemOf));
    case 'quote':
      return h('blockquote', {}, ...block.blocks.map(nodeOf));
    case 'table':
      return tableOf(block);
    case 'rule':
      return h('hr');
  }
}

/** @param {Block[]} blocks */
function itemOf(blocks) {
  // An item of one paragraph stands close to the next.
  const [only, ...others] = blocks;
  return only?.type === 'paragraph' && others.every((block) => block.type === 'list')
    ? h('li', {}, ...only.children.map(inlineOf), ...others.map(nodeOf))
    : h('li', {}, ...blocks.map(nodeOf));
}

/** @param {Extract<Block, {type: 'table'}>} table */
function tableOf({ alignments, head, rows }) {
  /** @param {'th' | 'td'} tag @returns {(cell: Inline[], column: number) => Node} */
  const cell = (tag) => (children, column) => h(tag, { className: alignments[column] ?? '' }, ...children.map(inlineOf));
  return h('div', { className: 'table', tabIndex: 0, role: 'region', ariaLabel: 'Table' },
    h('table', {},
      h('thead', {}, h('tr', {}, ...head.map(cell('th')))),
      h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map(cell('td')))))));
}

/**
 * @param {Inline} inline
 * @returns {Node | string}
 */
function inlineOf(inline) {
  switch (inline.type) {
    case 'text':
      return inline.text;
    case 'code':
      return h('code', {}, inline.text);
    case 'break':
      return h('br');
    case 'link':
      return h('a', { href: inline.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...inline.children.map(inlineOf));
    default:
      return h(TagOf[inline.type], {}, ...inline.children.map(inlineOf));
  }
}
