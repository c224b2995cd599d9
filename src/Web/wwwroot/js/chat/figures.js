/**
 * How fast an answer came, as seen from here.
 * @typedef {object} Figures
 * @property {number} firstToken milliseconds from sending to the first piece of the answer: queue, swap and prefill included
 * @property {number | null} tokensPerSecond of the pieces after the first; null when there was only one
 */

/**
 * @param {number} sent milliseconds on any clock, as the other two
 * @param {number} first
 * @param {number} last
 * @param {number} tokens of the answer
 * @returns {Figures}
 */
export function figuresOf(sent, first, last, tokens) {
  return { firstToken: first - sent, tokensPerSecond: tokens > 1 && last > first ? ((tokens - 1) * 1000) / (last - first) : null };
}

/**
 * @param {import('./conversation.js').AssistantTurn} turn
 * @returns {string} such as `153 tokens · 41.2 tokens/s · first after 0.21 s`; empty while nothing is known
 */
export function figuresText({ usage, figures }) {
  return [
    usage && (usage.completion === 1 ? '1 token' : `${usage.completion} tokens`),
    figures?.tokensPerSecond && `${rounded(figures.tokensPerSecond)} tokens/s`,
    figures && `first after ${(figures.firstToken / 1000).toFixed(2)} s`,
    usage?.cached && `${usage.cached} of ${usage.prompt} prompt tokens from the cache`,
  ].filter(Boolean).join(' · ');
}

/** @param {number} value */
function rounded(value) {
  return value.toFixed(value < 100 ? 1 : 0);
}
