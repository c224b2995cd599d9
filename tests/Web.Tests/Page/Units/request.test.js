import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withChunk } from '../../../../src/Web/wwwroot/js/chat/answer.js';
import { emptyAnswer, newConversation, toolTurn, userTurn, withTurns } from '../../../../src/Web/wwwroot/js/chat/conversation.js';
import { figuresOf, figuresText } from '../../../../src/Web/wwwroot/js/chat/figures.js';
import { requestOf } from '../../../../src/Web/wwwroot/js/chat/request.js';
import { DefaultSettings } from '../../../../src/Web/wwwroot/js/chat/settings.js';

const conversation = (turns, settings = {}) =>
  withTurns(newConversation('demo', { ...DefaultSettings, ...settings }), turns);
const delta = (fields) => ({ choices: [{ delta: fields, finish_reason: null }] });

test('settings that are not set are not sent', async () => {
  assert.deepEqual(await requestOf(conversation([userTurn('Hi', [])])), {
    model: 'demo', messages: [{ role: 'user', content: 'Hi' }],
  });
});

test('settings that are set are sent under the names of the API', async () => {
  const settings = { system: 'Be brief.', temperature: 0, topP: 0.5, maxTokens: 9, seed: 7, tools: '[{"type":"function"}]' };
  assert.deepEqual(await requestOf(conversation([userTurn('Hi', [])], settings)), {
    model: 'demo',
    messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }],
    temperature: 0, top_p: 0.5, max_tokens: 9, seed: 7, tools: [{ type: 'function' }],
  });
});

test('a question whose answer failed is joined with the next', async () => {
  const failed = { ...emptyAnswer('demo'), status: 'failed', error: 'x' };
  const { messages } = await requestOf(conversation([userTurn('a', []), failed, userTurn('b', [])]));
  assert.deepEqual(messages, [{ role: 'user', content: 'a\n\nb' }]);
});

test('calls are put together from their pieces, and sent back with their results', async () => {
  const answer = [
    delta({ role: 'assistant', content: null }),
    delta({ tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'add', arguments: '' } }] }),
    delta({ tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }),
    delta({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
    { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
    { choices: [], usage: { prompt_tokens: 5, completion_tokens: 3, summarized_messages: 4, summary_tokens: 9 } },
  ].reduce(withChunk, emptyAnswer('demo'));

  assert.equal(answer.finish, 'tool_calls');
  assert.deepEqual(answer.usage, { prompt: 5, completion: 3, cached: 0, summarized: 4, summaryTokens: 9 });
  const { messages } = await requestOf(conversation([userTurn('Hi', []), answer, toolTurn('c1', '2')]));
  assert.deepEqual(messages.slice(1), [
    { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }] },
    { role: 'tool', tool_call_id: 'c1', content: '2' },
  ]);
});

test('the speed is that of the tokens after the first', () => {
  const turn = { ...emptyAnswer('demo'), usage: { prompt: 5, completion: 11, summarized: 0 }, figures: figuresOf(1000, 1250, 1750, 11) };
  assert.equal(figuresText(turn), '11 tokens · 20.0 tokens/s · first after 0.25 s');
});

test('tokens that were not read anew are counted', () => {
  const { usage } = withChunk(emptyAnswer('demo'), {
    choices: [], usage: { prompt_tokens: 80, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 64 } },
  });
  assert.equal(figuresText({ ...emptyAnswer('demo'), usage }), '2 tokens · 64 of 80 prompt tokens from the cache');
});

test('one token has no speed', () => {
  assert.deepEqual(figuresOf(0, 10, 10, 1), { firstToken: 10, tokensPerSecond: null });
});

test('the first line of the first question names the conversation', () => {
  assert.equal(conversation([userTurn('One\ntwo', [])]).title, 'One');
  assert.equal(conversation([userTurn('x'.repeat(99), [])]).title.length, 48);
});
