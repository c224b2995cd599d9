import assert from 'node:assert/strict';
import { generateText } from 'ai';
import { aiModel, picture } from '../../clients.mjs';

for (const id of ['demo', 'demo-qwen']) {
  const { text } = await generateText({
    model: aiModel(id),
    temperature: 0,
    maxRetries: 0,
    messages: [{
      role: 'user',
      content: [{ type: 'image', image: await picture() }, { type: 'text', text: 'What do you see?' }],
    }],
  });
  assert.match(text, /circle|square|triangle/, id);
}
