import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInline, safeHref } from '../../../../src/Web/wwwroot/js/markdown/inline.js';

/** Inlines as short text: `<strong: a <em: b>>`. */
const shown = (inlines) => inlines.map((inline) => {
  switch (inline.type) {
    case 'text':
      return inline.text;
    case 'code':
      return `<code: ${inline.text}>`;
    case 'break':
      return '<break>';
    case 'link':
      return `<link ${inline.href}: ${shown(inline.children)}>`;
    default:
      return `<${inline.type}: ${shown(inline.children)}>`;
  }
}).join('');

const Cases = {
  'plain text': 'plain text',
  '*a* _b_ **c** __d__ ~~e~~': '<em: a> <em: b> <strong: c> <strong: d> <del: e>',
  '**a *b* c**': '<strong: a <em: b> c>',
  '***a***': '<em: <strong: a>>',
  '**a *b***': '<strong: a <em: b>>',
  'snake_case_name and 2 * 3 * 4': 'snake_case_name and 2 * 3 * 4',
  '**open and *open': '**open and *open',
  '~one~ tilde': '~one~ tilde',
  '`a*b*` ``c`d`` `open': '<code: a*b*> <code: c`d> `open',
  '\\*no\\* \\a': '*no* \\a',
  'a  \nb\\\nc\nd': 'a<break>b<break>c\nd',
  '[a *b*](https://x.test/y "title")': '<link https://x.test/y: a <em: b>>',
  '[a](<https://x.test/a b>)': '<link https://x.test/a%20b: a>',
  '[a](https://x.test/y_(z)) end': '<link https://x.test/y_(z): a> end',
  '![alt](https://x.test/i.png)': '<link https://x.test/i.png: alt>',
  'see https://x.test/a. And (http://y.test/b)!':
    'see <link https://x.test/a: https://x.test/a>. And (<link http://y.test/b: http://y.test/b>)!',
  '<https://x.test>': '<link https://x.test/: https://x.test>',
  '<b>x</b> &amp; <script>': '<b>x</b> &amp; <script>',
  '[a](javascript:alert(1))': '[a](javascript:alert(1))',
  '[a](data:text/html,x) [b](/relative) [c](//host/x)': '[a](data:text/html,x) [b](/relative) [c](//host/x)',
  '[a [b](https://x.test/)': '[a <link https://x.test/: b>',
};

for (const [source, expected] of Object.entries(Cases)) {
  test(source, () => assert.equal(shown(parseInline(source)), expected));
}

test('only absolute http and https addresses are followed', () => {
  assert.equal(safeHref('HTTPS://X.test'), 'https://x.test/');
  const others = ['', 'x', '/x', 'javascript:x', ' javascript:x', 'java\nscript:x', 'vbscript:x', 'data:,x', 'file:///x', 'blob:x'];
  for (const address of others) {
    assert.equal(safeHref(address), null, address);
  }
});

// Text that an attacker gets a model to write: each would cost hours if the time grew faster than the text.
for (const piece of ['*', '*a ', '[', '[a](', '`a``', '<http://a ', '_*a']) {
  test(`100,000 characters of ${piece} are read`, () => {
    const source = piece.repeat(100_000 / piece.length);
    assert.ok(shown(parseInline(source)).length > 0);
  });
}
