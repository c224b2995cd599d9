import assert from 'node:assert/strict';
import { model, openai } from '../../clients.mjs';

// The client's own loop: it calls the function, sends its result back, and goes on until there is an answer.
const asked = [];
const request = {
  model,
  temperature: 0,
  messages: [{ role: 'user', content: 'Is it raining in Athens?' }],
  tools: [{
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Current weather in a city',
      parse: JSON.parse,
      function: ({ city }) => {
        asked.push(city);
        return { temperature: 21, condition: 'sunny' };
      },
      parameters: {
        type: 'object',
        properties: { city: { type: 'string', description: 'The city' } },
        required: ['city'],
      },
    },
  }],
};

for (const stream of [false, true]) {
  const runner = openai().chat.completions.runTools({ ...request, stream });
  assert.equal(await runner.finalContent(), 'It is sunny in Athens, 21 degrees.');
  assert.deepEqual(runner.messages.map(message => message.role), ['user', 'assistant', 'tool', 'assistant']);
}
assert.deepEqual(asked, ['Athens', 'Athens']);
