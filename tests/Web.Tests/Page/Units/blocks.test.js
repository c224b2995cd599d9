import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBlocks } from '../../../../src/Web/wwwroot/js/markdown/blocks.js';

const texts = (inlines) => inlines.map((inline) => inline.text ?? texts(inline.children ?? [])).join('');

/** Blocks as nested arrays: `['heading 1', 'text']`. */
const shown = (blocks) => blocks.map((block) => {
  switch (block.type) {
    case 'paragraph':
      return texts(block.children);
    case 'heading':
      return [`heading ${block.level}`, texts(block.children)];
    case 'code':
      return ['code', block.language, block.text];
    case 'list':
      return [block.start === null ? 'list' : `list from ${block.start}`, ...block.items.map(shown)];
    case 'quote':
      return ['quote', ...shown(block.blocks)];
    case 'table':
      return ['table', block.alignments, ...[block.head, ...block.rows].map((row) => row.map(texts))];
    case 'rule':
      return ['rule'];
  }
});

const Cases = {
  'nothing': ['', []],
  'paragraphs': ['a\nb\n\n\nc', ['a\nb', 'c']],
  'headings': ['# A #\n##B\n###### C', [['heading 1', 'A'], '##B', ['heading 6', 'C']]],
  'code': ['```py\n# x\n\n\ty\n```\nz', [['code', 'py', '# x\n\n\ty'], 'z']],
  'code with backticks inside': ['````\n```\n````', [['code', '', '```']]],
  'code that has not ended': ['a\n~~~js\nx', ['a', ['code', 'js', 'x']]],
  'a list in a list': ['- a\n  - b\n    - c\n- d', [['list', ['a', ['list', ['b', ['list', ['c']]]]], ['d']]]],
  'numbers': ['3. a\n4. b', [['list from 3', ['a'], ['b']]]],
  'a loose list': ['- a\n\n- b\n\nc', [['list', ['a'], ['b']], 'c']],
  'an item of two paragraphs and code': [
    '1. a\n\n   b\n   ```\n   c\n   ```\n2. d',
    [['list from 1', ['a', 'b', ['code', '', 'c']], ['d']]],
  ],
  'a line below an item': ['- a\nb', [['list', ['a\nb']]]],
  'two kinds of list': ['- a\n* b', [['list', ['a']], ['list', ['b']]]],
  'a year in a paragraph': ['in\n1984. It', ['in\n1984. It']],
  'rules': ['a\n\n---\n* * *', ['a', ['rule'], ['rule']]],
  'quotes': ['> a\n> > b\n\nc', [['quote', 'a', ['quote', 'b']], 'c']],
  'a table': [
    '| a | b \\| c |\n|:--|--:|\n| 1 | **2** |\n| 3 |\n\nd',
    [['table', ['left', 'right'], ['a', 'b | c'], ['1', '2'], ['3', '']], 'd'],
  ],
  'no table': ['a | b\n--', ['a | b\n--']],
  'markup': ['<div onclick="x">\n</div>', ['<div onclick="x">\n</div>']],
  'carriage returns': ['a\r\n\r\n- b\r', ['a', ['list', ['b']]]],
};

for (const [name, [source, expected]] of Object.entries(Cases)) {
  test(name, () => assert.deepEqual(shown(parseBlocks(source)), expected));
}

test('every beginning of a text is read, as it comes in while the answer is written', () => {
  const source = Object.values(Cases).map(([text]) => text).join('\n\n');
  for (let end = 0; end <= source.length; end++) {
    assert.ok(Array.isArray(parseBlocks(source.slice(0, end))));
  }
});

for (const piece of ['> ', '- ', '1. ', '- a\n  ', '|a', '#', '```\n', '\n', '> - ']) {
  test(`100,000 characters of ${JSON.stringify(piece)} are read`, () => {
    assert.ok(Array.isArray(parseBlocks(piece.repeat(100_000 / piece.length))));
  });
}
