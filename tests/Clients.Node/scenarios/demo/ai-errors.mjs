import assert from 'node:assert/strict';
import { APICallError, generateText, streamText } from 'ai';
import { aiModel, all } from '../../clients.mjs';

const request = { maxRetries: 0, prompt: 'Hello' };

const failed = status => error =>
  APICallError.isInstance(error) && error.statusCode === status && error.data.error.message.length > 0;

await assert.rejects(generateText({ ...request, model: aiModel('nobody/nothing') }), failed(404));
await assert.rejects(generateText({ ...request, model: aiModel(), temperature: 3 }), failed(400));

const errors = [];
const streamed = streamText({ ...request, model: aiModel('nobody/nothing'), onError: ({ error }) => errors.push(error) });
const parts = await all(streamed.fullStream);
assert.ok(parts.some(part => part.type === 'error'));
assert.ok(failed(404)(errors[0]));
