import assert from 'node:assert/strict';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { model, openai } from '../../clients.mjs';

// The schema is the one that the client makes; it parses the answer and throws when it does not fit.
const Person = z.object({
  name: z.string().max(20),
  age: z.number().int().min(0).max(130),
  mood: z.enum(['glad', 'sad']),
  tags: z.array(z.boolean()).min(1).max(2),
});
const request = {
  model,
  temperature: 0,
  max_tokens: 200,
  messages: [{ role: 'user', content: 'Give me JSON with name Anna and age 30.' }],
  response_format: zodResponseFormat(Person, 'person'),
};

const whole = (await openai().chat.completions.parse(request)).choices[0];
assert.equal(whole.finish_reason, 'stop');
assert.deepEqual(Person.parse(whole.message.parsed), whole.message.parsed);

const streamed = await openai().chat.completions.stream(request).finalChatCompletion();
assert.deepEqual(streamed.choices[0].message.parsed, whole.message.parsed);
