import assert from 'node:assert/strict';
import { generateText } from 'ai';
import { aiModel } from '../../clients.mjs';

const { text, finishReason, usage, warnings } = await generateText({
  model: aiModel(),
  temperature: 0,
  maxRetries: 0,
  system: 'Your name is Robo.',
  prompt: 'Count from 3 to 9.',
});

assert.equal(text, '3, 4, 5, 6, 7, 8, 9');
assert.equal(finishReason, 'stop');
assert.equal(usage.outputTokens, 20);
assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
assert.deepEqual(warnings ?? [], []);
