import assert from 'node:assert/strict';
import { all, model, openai } from '../../clients.mjs';

const request = { model, temperature: 0, prompt: 'Count from 3 to 9.', max_tokens: 8 };

const whole = await openai().completions.create(request);
assert.equal(whole.object, 'text_completion');
assert.equal(whole.usage.completion_tokens <= 8, true);

const chunks = await all(await openai().completions.create({ ...request, stream: true }));
assert.equal(chunks.map(chunk => chunk.choices[0]?.text ?? '').join(''), whole.choices[0].text);
