import assert from 'node:assert/strict';
import { generateObject, generateText, Output, streamObject } from 'ai';
import { z } from 'zod';
import { aiModel, all } from '../../clients.mjs';

// The SDK sends the schema, and throws when the answer does not fit it.
const schema = z.object({
  name: z.string().max(20),
  age: z.number().int().min(0).max(130),
  mood: z.enum(['glad', 'sad']),
});
const request = {
  model: aiModel(),
  temperature: 0,
  maxRetries: 0,
  maxOutputTokens: 200,
  prompt: 'Give me JSON with name Anna and age 30.',
};

const { object, finishReason } = await generateObject({ ...request, schema });
assert.equal(finishReason, 'stop');
assert.deepEqual(schema.parse(object), object);

const streamed = streamObject({ ...request, schema, onError: ({ error }) => assert.fail(error) });
const partial = await all(streamed.partialObjectStream);
assert.deepEqual(partial.at(-1), object);
assert.deepEqual(await streamed.object, object);

const { output } = await generateText({ ...request, output: Output.object({ schema }) });
assert.deepEqual(output, object);
