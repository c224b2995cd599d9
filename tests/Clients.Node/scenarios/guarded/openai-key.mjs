import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { all, openai } from '../../clients.mjs';

await assert.rejects(all(openai('sk-wrong').models.list()), error =>
  error instanceof OpenAI.AuthenticationError && error.status === 401 && error.code === 'invalid_api_key');

assert.ok((await all(openai('sk-right').models.list())).length > 0);
