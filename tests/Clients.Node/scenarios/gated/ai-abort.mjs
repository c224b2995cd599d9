import assert from 'node:assert/strict';
import { streamText } from 'ai';
import { aiModel, freed } from '../../clients.mjs';

const leave = new AbortController();
const result = streamText({
  model: aiModel(),
  temperature: 0,
  maxRetries: 0,
  prompt: 'Tell me a story.',
  abortSignal: leave.signal,
});
let heard = '';
let aborted = false;
for await (const part of result.fullStream) {
  heard += part.type === 'text-delta' ? part.text : '';
  aborted ||= part.type === 'abort';
  if (heard) {
    leave.abort();
  }
}

assert.ok(heard);
assert.ok(aborted);
await freed();
