import { AssistantView, ToolView, UserView } from './turn-views.js';

/** @typedef {import('../chat/conversation.js').Turn} Turn */
/** @typedef {import('./turn-views.js').TurnActions} TurnActions */
/** @typedef {import('./turn-views.js').Standing} Standing */

/** @typedef {{element: HTMLElement, update: (turn: any, standing: Standing) => void}} TurnView */

// So close to the end, the reader follows the answer.
const AtEnd = 80;

/** The turns of the conversation on the screen. Follows its end as long as the reader does. */
export class MessageList {
  #list;
  #scroller;
  #actions;
  /** @type {Map<string, TurnView>} */
  #views = new Map();
  #conversationId = '';

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} scroller what scrolls it
   * @param {TurnActions} actions
   */
  constructor(list, scroller, actions) {
    this.#list = list;
    this.#scroller = scroller;
    this.#actions = actions;
  }

  /**
   * @param {import('../chat/conversation.js').Conversation} conversation
   * @param {import('../api/progress.js').Progress | null} progress of its answer; null when none is waited for
   * @param {boolean} running whether an answer is on its way
   */
  update({ id, turns }, progress, running) {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const follows = id !== this.#conversationId || scrollTop + clientHeight >= scrollHeight - AtEnd;
    this.#conversationId = id;

    const question = turns.findLast((turn) => turn.role === 'user');
    const views = new Map(turns.map((turn) => [turn.id, this.#views.get(turn.id) ?? viewOf(turn, this.#actions)]));
    for (const [turnId, view] of this.#views) {
      if (!views.has(turnId)) {
        view.element.remove();
      }
    }
    this.#views = views;
    turns.forEach((turn, at) => {
      const view = /** @type {TurnView} */ (views.get(turn.id));
      if (this.#list.children[at] !== view.element) {
        this.#list.insertBefore(view.element, this.#list.children[at] ?? null);
      }
      const isLast = at === turns.length - 1;
      view.update(turn, { isLast, isLastQuestion: !running && turn === question, progress: isLast ? progress : null });
    });
    if (follows) {
      this.#scroller.scrollTop = this.#scroller.scrollHeight;
    }
  }
}

/**
 * @param {Turn} turn
 * @param {TurnActions} actions
 * @returns {TurnView}
 */
function viewOf(turn, actions) {
  switch (turn.role) {
    case 'user':
      return new UserView(turn, actions);
    case 'assistant':
      return new AssistantView(turn, actions);
    case 'tool':
      return new ToolView(turn);
  }
}
