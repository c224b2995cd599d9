import { h } from './dom.js';
import { iconButton } from './icons.js';

/** @typedef {import('../chat/conversation.js').Conversation} Conversation */

/**
 * @typedef {object} ConversationActions
 * @property {(id: string) => void} onSelect
 * @property {(id: string, title: string) => void} onRename
 * @property {(conversation: Conversation) => void} onExport
 * @property {(conversation: Conversation) => void} onRemove
 */

/** The kept conversations, the one on the screen with what can be done to it. */
export class ConversationList {
  #list;
  #actions;
  #drawn = '';
  /** The conversation whose name is being written. @type {string | null} */
  #renaming = null;

  /**
   * @param {HTMLElement} list
   * @param {ConversationActions} actions
   */
  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
  }

  /**
   * @param {Conversation[]} conversations
   * @param {string} currentId
   * @param {(id: string) => boolean} isRunning
   */
  update(conversations, currentId, isRunning) {
    const shown = JSON.stringify([currentId, conversations.map(({ id, title }) => [id, title, isRunning(id)])]);
    // While tokens come in, nothing of this changes; and a name that is being written is not to be drawn over.
    if (shown === this.#drawn || this.#renaming) {
      return;
    }
    this.#drawn = shown;
    const focused = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(...conversations.map((conversation) =>
      this.#item(conversation, conversation.id === currentId, isRunning(conversation.id))));
    if (focused) {
      /** @type {HTMLElement | null} */ (this.#list.querySelector('[aria-current]'))?.focus();
    }
  }

  /**
   * @param {Conversation} conversation
   * @param {boolean} isCurrent
   * @param {boolean} isRunning
   */
  #item(conversation, isCurrent, isRunning) {
    const { id, title } = conversation;
    const open = h('button', { type: 'button', className: 'conversation', title, onclick: () => this.#actions.onSelect(id) }, title,
      isRunning && h('span', { className: 'unseen' }, ', answering'));
    if (isCurrent) {
      open.ariaCurrent = 'true';
    }
    const item = h('li', { className: isRunning ? 'running' : '' }, open);
    if (isCurrent) {
      item.append(h('span', { className: 'actions' },
        iconButton('edit', 'Rename', () => this.#rename(conversation, item)),
        iconButton('export', 'Export as JSON', () => this.#actions.onExport(conversation)),
        iconButton('remove', 'Delete', () => this.#actions.onRemove(conversation))));
    }
    return item;
  }

  /**
   * @param {Conversation} conversation
   * @param {HTMLElement} item
   */
  #rename({ id, title }, item) {
    this.#renaming = id;
    const field = h('input', { value: title, ariaLabel: 'Name of the conversation', maxLength: 200 });
    const end = (/** @type {string} */ name) => {
      // Losing the focus ends it too, and taking the field away loses the focus.
      if (this.#renaming) {
        this.#renaming = null;
        this.#drawn = '';
        this.#actions.onRename(id, name.trim() || title);
      }
    };
    field.onkeydown = (event) => {
      if (event.key === 'Enter' || event.key === 'Escape') {
        event.stopPropagation();
        end(event.key === 'Enter' ? field.value : title);
      }
    };
    field.onblur = () => end(field.value);
    item.replaceChildren(field);
    field.select();
  }
}
