import assert from 'node:assert/strict';
import { model, openai } from '../../clients.mjs';

const completion = await openai().chat.completions.create({
  model,
  temperature: 0,
  messages: [{ role: 'user', content: 'Count from 3 to 9.' }],
});

assert.equal(completion.object, 'chat.completion');
assert.equal(completion.choices[0].message.content, '3, 4, 5, 6, 7, 8, 9');
assert.equal(completion.choices[0].finish_reason, 'stop');
assert.equal(completion.usage.prompt_tokens, 17);
assert.equal(completion.usage.completion_tokens, 20);
assert.equal(completion.usage.total_tokens, 37);
