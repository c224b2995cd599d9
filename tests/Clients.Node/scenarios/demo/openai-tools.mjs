import assert from 'node:assert/strict';
import { all, model, openai } from '../../clients.mjs';

const weather = {
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'The city' } },
    required: ['city'],
  },
};
const tools = [{ type: 'function', function: weather }];
const question = { role: 'user', content: 'Is it raining in Athens?' };
const result = '{"temperature": 21, "condition": "sunny"}';
const chat = openai().chat.completions;

const whole = (await chat.create({ model, temperature: 0, messages: [question], tools })).choices[0];
assert.equal(whole.finish_reason, 'tool_calls');
assert.equal(whole.message.content, null);
assert.equal(whole.message.tool_calls.length, 1);
assert.equal(whole.message.tool_calls[0].type, 'function');
assert.deepEqual(whole.message.tool_calls[0].function, { name: 'get_weather', arguments: '{"city": "Athens"}' });

// Put together from deltas as the client's documentation does it: by index, the arguments appended.
const chunks = await all(await chat.create({ model, temperature: 0, messages: [question], tools, stream: true }));
const calls = [];
for (const delta of chunks.flatMap(chunk => chunk.choices[0].delta.tool_calls ?? [])) {
  calls[delta.index] ??= { ...delta, function: { ...delta.function, arguments: '' } };
  calls[delta.index].function.arguments += delta.function.arguments ?? '';
}
assert.equal(chunks.at(-1).choices[0].finish_reason, 'tool_calls');
assert.equal(calls.length, 1);
assert.ok(calls[0].id);
assert.deepEqual(calls[0].function, whole.message.tool_calls[0].function);

const answer = await chat.create({
  model,
  temperature: 0,
  messages: [question, whole.message, { role: 'tool', tool_call_id: whole.message.tool_calls[0].id, content: result }],
  tools,
});
assert.equal(answer.choices[0].message.content, 'It is sunny in Athens, 21 degrees.');
assert.equal(answer.choices[0].finish_reason, 'stop');

// A tool that is demanded is called, whatever is asked; its arguments are an object of the schema.
const bounded = { ...weather.parameters, properties: { city: { type: 'string', maxLength: 20 } } };
const demanded = (await chat.create({
  model,
  temperature: 0,
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [{ type: 'function', function: { ...weather, parameters: bounded } }],
  tool_choice: { type: 'function', function: { name: 'get_weather' } },
  parallel_tool_calls: false,
})).choices[0];
assert.equal(demanded.finish_reason, 'tool_calls');
assert.equal(demanded.message.tool_calls[0].function.name, 'get_weather');
assert.equal(typeof JSON.parse(demanded.message.tool_calls[0].function.arguments).city, 'string');
