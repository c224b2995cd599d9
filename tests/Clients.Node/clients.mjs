// The clients as the scenarios use them: of the server that the test names, and without retries that would hide a fault.
import { readFile } from 'node:fs/promises';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import OpenAI from 'openai';

export const model = 'demo';

const server = process.env.MLXACTORS_SERVER;

export const openai = (apiKey = 'none') => new OpenAI({ baseURL: `${server}v1`, apiKey, maxRetries: 0 });

/** The AI SDK's model; usage in streams and JSON schemas are there when they are asked for. */
export const aiModel = (id = model) => createOpenAICompatible({
  name: 'mlxactors',
  baseURL: `${server}v1`,
  includeUsage: true,
  supportsStructuredOutputs: true,
})(id);

/** Waits until the server has nothing left to do. */
export const freed = async () => {
  for (;;) {
    const { status, running, waiting } = await (await fetch(`${server}health`)).json();
    if (status === 'ok' && running === 0 && waiting === 0) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
};

/** A picture that the demo models know: its bytes, and the same as a data URI. */
export const picture = () => readFile(process.env.MLXACTORS_PICTURE);
export const pictureUri = async () => `data:image/png;base64,${(await picture()).toString('base64')}`;

/** Everything that a stream or list gives, in order. */
export const all = async iterable => {
  const items = [];
  for await (const item of iterable) {
    items.push(item);
  }
  return items;
};
