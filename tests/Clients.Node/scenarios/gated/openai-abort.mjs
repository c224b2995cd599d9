import assert from 'node:assert/strict';
import { freed, model, openai } from '../../clients.mjs';

const stream = await openai().chat.completions.create({
  model,
  temperature: 0,
  stream: true,
  messages: [{ role: 'user', content: 'Tell me a story.' }],
});
let heard = '';
for await (const chunk of stream) {
  heard += chunk.choices[0].delta.content ?? '';
  if (heard) {
    stream.controller.abort();
  }
}

assert.ok(heard);
await freed();
