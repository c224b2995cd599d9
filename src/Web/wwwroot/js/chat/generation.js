import { ApiError, streamChat } from '../api/client.js';
import { parseProgress } from '../api/progress.js';
import { withChunk } from './answer.js';
import { figuresOf } from './figures.js';
import { requestOf } from './request.js';

/** What to do about a server that refuses a request for want of its key. */
export const KeyWanted = 'The server wants an API key, or another one: give it in the settings.';

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./conversation.js').AssistantTurn} AssistantTurn */

/**
 * Gets one answer. Never throws: a failure is a state of the answer.
 * @param {Conversation} conversation up to the question
 * @param {AssistantTurn} answer the empty answer to fill
 * @param {object} options
 * @param {AbortSignal} options.signal
 * @param {(answer: AssistantTurn) => void} options.onAnswer called with each piece; not with the end
 * @param {(progress: import('../api/progress.js').Progress) => void} options.onProgress
 * @returns {Promise<AssistantTurn>} the answer, ended in one way or another
 */
export async function generate(conversation, answer, { signal, onAnswer, onProgress }) {
  let turn = answer;
  const sent = performance.now();
  let [first, last] = [0, 0];
  try {
    for await (const item of streamChat(await requestOf(conversation), signal)) {
      if (item.kind === 'comment') {
        const progress = parseProgress(item.text, conversation.model);
        if (progress) {
          onProgress(progress);
        }
        continue;
      }
      if (item.kind === 'summarized') {
        turn = { ...turn, summarized: item.messages };
        onAnswer(turn);
        continue;
      }
      const next = withChunk(turn, item.chunk);
      if (next.text !== turn.text || next.toolCalls !== turn.toolCalls) {
        last = performance.now();
        first ||= last;
      }
      turn = next;
      onAnswer(turn);
    }
    return { ...turn, status: 'done', figures: first && turn.usage ? figuresOf(sent, first, last, turn.usage.completion) : null };
  } catch (error) {
    return signal.aborted ? { ...turn, status: 'stopped' } : { ...turn, status: 'failed', error: messageOf(error) };
  }
}

/** @param {unknown} error */
function messageOf(error) {
  if (error instanceof ApiError) {
    return error.wantsKey ? KeyWanted : error.message;
  }
  console.error(error);
  return `The page failed: ${error instanceof Error ? error.message : error}`;
}
