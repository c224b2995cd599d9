import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { model, openai } from '../../clients.mjs';

const client = openai();
const messages = [{ role: 'user', content: 'Hello' }];

/** The error that a promise must fail with. */
const failure = async (promise, type) => {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof type, `${error?.constructor?.name}: ${error?.message}`);
    return error;
  }
  assert.fail(`no ${type.name}`);
};

const bad = await failure(client.chat.completions.create({ model, messages, temperature: 3 }), OpenAI.BadRequestError);
assert.deepEqual([bad.status, bad.type, bad.param], [400, 'invalid_request_error', 'temperature']);
assert.match(bad.message, /temperature/);

const schema = await failure(
  client.chat.completions.create({
    model,
    messages,
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'array', uniqueItems: true } } },
  }),
  OpenAI.BadRequestError);
assert.equal(schema.code, 'invalid_json_schema');

// The error of a stream that has not begun is the request's own.
const unknown = await failure(
  client.chat.completions.create({ model: 'nobody/nothing', messages, stream: true }), OpenAI.NotFoundError);
assert.deepEqual([unknown.status, unknown.code, unknown.param], [404, 'model_not_found', 'model']);

const model404 = await failure(client.models.retrieve('nobody/nothing'), OpenAI.NotFoundError);
assert.equal(model404.code, 'model_not_found');

const embeddings = await failure(client.embeddings.create({ model, input: 'Hello' }), OpenAI.NotFoundError);
assert.equal(embeddings.code, 'unknown_url');
assert.match(embeddings.message, /POST \/v1\/embeddings/);

const response = await failure(client.responses.retrieve('resp_nothing'), OpenAI.NotFoundError);
assert.equal(response.status, 404);
