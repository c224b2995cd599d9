import assert from 'node:assert/strict';
import { all, model, openai } from '../../clients.mjs';

const request = {
  model,
  temperature: 0,
  messages: [{ role: 'user', content: 'Count from 3 to 9.' }],
  logprobs: true,
  top_logprobs: 3,
};

const tokens = (await openai().chat.completions.create(request)).choices[0].logprobs.content;
assert.equal(tokens.map(token => token.token).join(''), '3, 4, 5, 6, 7, 8, 9');
for (const token of tokens) {
  assert.equal(Buffer.from(token.bytes).toString(), token.token);
  assert.equal(token.top_logprobs.length, 3);
  assert.equal(token.top_logprobs[0].token, token.token);
  assert.equal(token.top_logprobs[0].logprob, token.logprob);
  assert.ok(token.top_logprobs.reduce((sum, other) => sum + Math.exp(other.logprob), 0) <= 1.0001);
}

const chunks = await all(await openai().chat.completions.create({ ...request, stream: true }));
assert.deepEqual(chunks.flatMap(chunk => chunk.choices[0].logprobs?.content ?? []), tokens);
