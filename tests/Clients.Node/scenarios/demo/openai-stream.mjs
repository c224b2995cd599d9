import assert from 'node:assert/strict';
import { all, model, openai } from '../../clients.mjs';

const request = { model, temperature: 0, messages: [{ role: 'user', content: 'Count from 3 to 9.' }], stream: true };

const plain = await all(await openai().chat.completions.create(request));
assert.equal(plain.map(chunk => chunk.choices[0].delta.content ?? '').join(''), '3, 4, 5, 6, 7, 8, 9');
assert.equal(plain[0].choices[0].delta.role, 'assistant');
assert.equal(plain.at(-1).choices[0].finish_reason, 'stop');
assert.ok(plain.every(chunk => chunk.object === 'chat.completion.chunk' && chunk.id === plain[0].id && !chunk.usage));

const counted = await all(await openai().chat.completions.create({ ...request, stream_options: { include_usage: true } }));
assert.deepEqual(counted.at(-1).choices, []);
assert.equal(counted.at(-1).usage.prompt_tokens, 17);
assert.equal(counted.at(-1).usage.completion_tokens, 20);
assert.ok(counted.slice(0, -1).every(chunk => chunk.usage === null));

// The client's own reader of streams puts the whole together, and checks what it gets.
const runner = openai().chat.completions.stream({ ...request, stream_options: { include_usage: true } });
const heard = [];
runner.on('content', delta => heard.push(delta));
const whole = await runner.finalChatCompletion();
assert.equal(heard.join(''), '3, 4, 5, 6, 7, 8, 9');
assert.equal(whole.choices[0].message.content, heard.join(''));
assert.equal(whole.usage.total_tokens, 37);
