import assert from 'node:assert/strict';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { aiModel } from '../../clients.mjs';

// The SDK runs the tool between the steps, and sends its result back.
const asked = [];
const request = {
  model: aiModel(),
  temperature: 0,
  maxRetries: 0,
  prompt: 'Is it raining in Athens?',
  stopWhen: stepCountIs(3),
  tools: {
    get_weather: tool({
      description: 'Current weather in a city',
      inputSchema: z.object({ city: z.string().describe('The city') }),
      execute: async ({ city }) => {
        asked.push(city);
        return { temperature: 21, condition: 'sunny' };
      },
    }),
  },
};

const check = (text, steps) => {
  assert.equal(text, 'It is sunny in Athens, 21 degrees.');
  assert.deepEqual(steps.map(step => step.finishReason), ['tool-calls', 'stop']);
  assert.deepEqual(steps[0].toolCalls.map(call => [call.toolName, call.input]), [['get_weather', { city: 'Athens' }]]);
  assert.deepEqual(steps[0].toolResults.map(result => result.output), [{ temperature: 21, condition: 'sunny' }]);
};

const whole = await generateText(request);
check(whole.text, whole.steps);

const streamed = streamText({ ...request, onError: ({ error }) => assert.fail(error) });
check(await streamed.text, await streamed.steps);
assert.deepEqual(asked, ['Athens', 'Athens']);
