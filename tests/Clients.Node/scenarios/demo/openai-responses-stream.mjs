import assert from 'node:assert/strict';
import { all, model, openai } from '../../clients.mjs';

const { responses } = openai();
const request = { model, temperature: 0, input: 'Count from 3 to 9.' };

const events = await all(await responses.create({ ...request, stream: true }));
assert.deepEqual([...new Set(events.map(event => event.type))], [
  'response.created',
  'response.in_progress',
  'response.output_item.added',
  'response.content_part.added',
  'response.output_text.delta',
  'response.output_text.done',
  'response.content_part.done',
  'response.output_item.done',
  'response.completed',
]);
assert.deepEqual(events.map(event => event.sequence_number), events.map((_, index) => index));
const text = events.filter(event => event.type === 'response.output_text.delta').map(event => event.delta).join('');
assert.equal(text, '3, 4, 5, 6, 7, 8, 9');

// The client's own reader puts the response together from the events.
const put = await responses.stream(request).finalResponse();
assert.equal(put.output_text, text);
assert.equal(put.usage.output_tokens, 20);

const tools = [{
  type: 'function',
  name: 'get_weather',
  description: 'Current weather in a city',
  strict: false,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'The city' } },
    required: ['city'],
  },
}];
const question = { role: 'user', content: 'Is it raining in Athens?' };
const called = await responses.stream({ ...request, input: [question], tools }).finalResponse();
const [call] = called.output;
assert.deepEqual([called.output.length, call.type, call.name, call.arguments], [1, 'function_call', 'get_weather', '{"city": "Athens"}']);

const answer = await responses.create({
  ...request,
  input: [
    question,
    call,
    { type: 'function_call_output', call_id: call.call_id, output: '{"temperature": 21, "condition": "sunny"}' },
  ],
  tools,
});
assert.equal(answer.output_text, 'It is sunny in Athens, 21 degrees.');
