import { Waiting } from '../api/progress.js';
import { emptyAnswer, withTurn, withTurns } from './conversation.js';
import { generate } from './generation.js';

/** @typedef {import('../api/progress.js').Progress} Progress */
/** @typedef {import('./conversation.js').AssistantTurn} AssistantTurn */
/** @typedef {import('./conversation.js').Conversation} Conversation */

/** An answer on its way; what it waits for is null once it has begun. @typedef {{abort: AbortController, progress: Progress | null}} Run */

/** The answers on their way, at most one a conversation. Each goes on when another conversation is on the screen. */
export class Runs {
  #chats;
  /** @type {Map<string, Run>} */
  #running = new Map();
  /** @type {(progress: Progress) => void} */
  progressed = () => {};

  /** @param {import('./chats.js').Chats} chats */
  constructor(chats) {
    this.#chats = chats;
  }

  /** @param {string} id */
  isRunning(id) {
    return this.#running.has(id);
  }

  /** @param {string} id */
  progressOf(id) {
    return this.#running.get(id)?.progress ?? null;
  }

  /** @param {string} id */
  stop(id) {
    this.#running.get(id)?.abort.abort();
  }

  /** For a page on its way out: what breaks then is no error. */
  stopAll() {
    this.#running.forEach(({ abort }) => abort.abort());
  }

  /**
   * Lets the model answer.
   * @param {Conversation} conversation up to the question
   * @returns {Promise<AssistantTurn>} how the answer ended
   */
  async ask(conversation) {
    const { id, model, turns } = conversation;
    const answer = emptyAnswer(model);
    /** @type {Run} */
    const run = { abort: new AbortController(), progress: Waiting };
    this.#running.set(id, run);
    this.#chats.update(withTurns(conversation, [...turns, answer]));
    const ended = await generate(conversation, answer, {
      signal: run.abort.signal,
      onAnswer: (turn) => {
        run.progress = null;
        this.#put(id, turn);
      },
      onProgress: (progress) => {
        run.progress = progress;
        this.progressed(progress);
        this.#chats.changed();
      },
    });
    this.#running.delete(id);
    this.#put(id, ended);
    this.#chats.flush();
    return ended;
  }

  /**
   * The conversation may have been renamed meanwhile, or deleted.
   * @param {string} id
   * @param {AssistantTurn} turn
   */
  #put(id, turn) {
    const conversation = this.#chats.get(id);
    if (conversation) {
      this.#chats.update(withTurn(conversation, turn));
    }
  }
}
