import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProgress } from '../../../../src/Web/wwwroot/js/api/progress.js';

const Known = {
  'queued 2': { label: 'Waiting in the queue', detail: 'place 2', fraction: null },
  'loading 41%': { label: 'Loading demo', detail: '41%', fraction: 0.41 },
  'prefill 512/2048': { label: 'Reading the prompt', detail: '512 of 2048 tokens', fraction: 0.25 },
  summarizing: { label: 'Summarising the older messages', detail: '', fraction: null },
};

for (const [comment, progress] of Object.entries(Known)) {
  test(comment, () => assert.deepEqual(parseProgress(comment, 'demo'), progress));
}

for (const comment of ['', 'keep-alive', 'queued', 'loading x%', 'prefill 1/0', 'queued 2 more', 'summarizing 3']) {
  test(`"${comment}" is no progress`, () => assert.equal(parseProgress(comment, 'demo'), null));
}
