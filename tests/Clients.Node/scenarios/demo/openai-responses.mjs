import assert from 'node:assert/strict';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { model, openai } from '../../clients.mjs';

const { responses } = openai();
const request = { model, temperature: 0, input: 'Count from 3 to 9.' };

const first = await responses.create(request);
assert.equal(first.status, 'completed');
assert.equal(first.output_text, '3, 4, 5, 6, 7, 8, 9');
assert.deepEqual([first.usage.input_tokens, first.usage.output_tokens, first.usage.total_tokens], [17, 20, 37]);

const second = await responses.create({ ...request, input: 'Hello', previous_response_id: first.id });
assert.equal(second.previous_response_id, first.id);
assert.ok(second.usage.input_tokens > 37);

assert.equal((await responses.retrieve(first.id)).output_text, first.output_text);
await responses.delete(first.id);
await assert.rejects(responses.retrieve(first.id), error => error.status === 404);

const Person = z.object({ name: z.string().max(20), age: z.number().int().min(0).max(130) });
const parsed = await responses.parse({
  ...request,
  input: 'Give me JSON with name Anna and age 30.',
  max_output_tokens: 200,
  text: { format: zodTextFormat(Person, 'person') },
});
assert.deepEqual(Person.parse(parsed.output_parsed), parsed.output_parsed);
