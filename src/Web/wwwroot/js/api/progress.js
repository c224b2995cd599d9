/**
 * What an answer waits for.
 * @typedef {object} Progress
 * @property {string} label what is being done, for people
 * @property {string} detail how far it is, for people
 * @property {number | null} fraction how much of it is done, from 0 to 1; null where nobody knows
 */

/** @type {Progress} */
export const Waiting = { label: 'Waiting for the first token', detail: '', fraction: null };

/**
 * Reads a comment of the stream, such as `queued 2`, `loading 41%`, `prefill 512/2048` or `summarizing`.
 * @param {string} comment
 * @param {string} model
 * @returns {Progress | null} null when the comment is about something else
 */
export function parseProgress(comment, model) {
  if (comment === 'summarizing') {
    return { label: 'Summarising the older messages', detail: '', fraction: null };
  }
  const [, kind, first, second] = /^(queued|loading|prefill) (\d+)(?:\/(\d+)|%)?$/.exec(comment) ?? [];
  const [done, total] = [Number(first), Number(second)];
  switch (kind) {
    case 'queued':
      return { label: 'Waiting in the queue', detail: `place ${done}`, fraction: null };
    case 'loading':
      return { label: `Loading ${model}`, detail: `${done}%`, fraction: Math.min(1, done / 100) };
    case 'prefill':
      return total > 0
        ? { label: 'Reading the prompt', detail: `${done} of ${total} tokens`, fraction: Math.min(1, done / total) }
        : null;
    default:
      return null;
  }
}
