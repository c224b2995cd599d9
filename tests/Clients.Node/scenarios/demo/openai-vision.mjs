import assert from 'node:assert/strict';
import { model, openai, pictureUri } from '../../clients.mjs';

const url = await pictureUri();
const content = [
  { type: 'image_url', image_url: { url, detail: 'auto' } },
  { type: 'text', text: 'What do you see?' },
];

const completion = await openai().chat.completions.create({ model, temperature: 0, messages: [{ role: 'user', content }] });
assert.match(completion.choices[0].message.content, /circle|square|triangle/);

const response = await openai().responses.create({
  model,
  temperature: 0,
  input: [{
    role: 'user',
    content: [{ type: 'input_image', image_url: url, detail: 'auto' }, { type: 'input_text', text: 'What do you see?' }],
  }],
});
assert.equal(response.output_text, completion.choices[0].message.content);
