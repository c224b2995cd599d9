import assert from 'node:assert/strict';
import { streamText } from 'ai';
import { aiModel, all } from '../../clients.mjs';

const result = streamText({
  model: aiModel(),
  temperature: 0,
  maxRetries: 0,
  prompt: 'Count from 3 to 9.',
  onError: ({ error }) => assert.fail(error),
});
const parts = await all(result.fullStream);

assert.deepEqual(
  [...new Set(parts.map(part => part.type))],
  ['start', 'start-step', 'text-start', 'text-delta', 'text-end', 'finish-step', 'finish']);
assert.equal(parts.filter(part => part.type === 'text-delta').map(part => part.text).join(''), '3, 4, 5, 6, 7, 8, 9');
assert.equal(await result.text, '3, 4, 5, 6, 7, 8, 9');
assert.equal(await result.finishReason, 'stop');
const usage = await result.usage;
assert.deepEqual([usage.inputTokens, usage.outputTokens], [17, 20]);
