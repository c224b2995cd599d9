import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEvents, SseParser } from '../../../../src/Web/wwwroot/js/api/sse.js';

const Stream = ': queued 2\n\ndata: {"a":1}\n\ndata:x\ndata:\ndata: é\n\nevent: other\nid: 7\n\n: loading 41%\n\ndata: [DONE]\n\n';
const Items = [
  { kind: 'comment', text: 'queued 2' },
  { kind: 'data', text: '{"a":1}' },
  { kind: 'data', text: 'x\n\né' },
  { kind: 'comment', text: 'loading 41%' },
  { kind: 'data', text: '[DONE]' },
];

for (const [name, lineEnd] of [['line feeds', '\n'], ['carriage returns', '\r'], ['both', '\r\n']]) {
  const text = Stream.replaceAll('\n', lineEnd);

  test(`a stream with ${name} in one piece`, () => {
    assert.deepEqual(new SseParser().push(`${text} `), Items);
  });

  test(`a stream with ${name}, cut anywhere`, () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const parser = new SseParser();
      assert.deepEqual([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut)), ...parser.push(' ')], Items, `cut at ${cut}`);
    }
  });
}

test('an event without its blank line is not given', () => {
  assert.deepEqual(new SseParser().push('data: half\n'), []);
});

test('a body whose characters are cut in two', async () => {
  const bytes = new TextEncoder().encode('data: é€😀\n\n');
  const body = new ReadableStream({
    start(controller) {
      bytes.forEach((byte) => controller.enqueue(Uint8Array.of(byte)));
      controller.close();
    },
  });
  assert.deepEqual(await Array.fromAsync(readEvents(body)), [{ kind: 'data', text: 'é€😀' }]);
});

test('leaving a body early cancels it', async () => {
  let cancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('data: x\n\n')),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const { text } of readEvents(body)) {
    assert.equal(text, 'x');
    break;
  }
  assert.ok(cancelled);
});
