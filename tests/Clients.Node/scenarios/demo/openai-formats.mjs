import assert from 'node:assert/strict';
import { generateText, Output } from 'ai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { aiModel, model, openai } from '../../clients.mjs';

// Formats come with patterns and lengths beside them, and records with schemas of their names; the clients parse what they get.
const Account = z.object({
  id: z.uuidv4(),
  email: z.email().max(40),
  born: z.iso.date(),
  seen: z.iso.datetime(),
  alarm: z.iso.time({ precision: 0 }),
  address: z.ipv4(),
  network: z.cidrv4(),
  phone: z.e164(),
  code: z.string().regex(/^[A-Z]+$/).min(3).max(5),
  discount: z.number().min(0).max(50).multipleOf(2.5),
});
const answer = await openai().chat.completions.parse({
  model,
  temperature: 1,
  seed: 3,
  max_tokens: 900,
  messages: [{ role: 'user', content: 'Give me JSON of an account.' }],
  response_format: zodResponseFormat(Account, 'account'),
});
assert.equal(answer.choices[0].finish_reason, 'stop');
assert.deepEqual(Account.parse(answer.choices[0].message.parsed), answer.choices[0].message.parsed);

const Scores = z.object({ byName: z.record(z.enum(['anna', 'ben']), z.int().min(0).max(9)) });
const { output } = await generateText({
  model: aiModel(),
  output: Output.object({ schema: Scores }),
  prompt: 'Give me JSON of the scores.',
  maxOutputTokens: 300,
  temperature: 1,
  seed: 3,
});
assert.deepEqual(Scores.parse(output), output);
