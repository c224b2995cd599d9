import assert from 'node:assert/strict';
import { all, model, openai } from '../../clients.mjs';

const models = await all(openai().models.list());
assert.ok(models.some(known => known.id === model && known.object === 'model'));
assert.equal((await openai().models.retrieve(model)).id, model);
