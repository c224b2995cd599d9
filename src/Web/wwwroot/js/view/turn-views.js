import { summarizedIn } from '../chat/conversation.js';
import { figuresText } from '../chat/figures.js';
import { MarkdownView } from '../markdown/markdown-view.js';
import { attachmentView } from './attachment-view.js';
import { copyButton } from './clipboard.js';
import { h } from './dom.js';
import { iconButton } from './icons.js';
import { toolCalls } from './tool-calls.js';

/** @typedef {import('../chat/conversation.js').AssistantTurn} AssistantTurn */
/** @typedef {import('../chat/conversation.js').UserTurn} UserTurn */
/** @typedef {import('../chat/conversation.js').ToolTurn} ToolTurn */
/** @typedef {import('../api/progress.js').Progress} Progress */

/**
 * What can be done with a turn.
 * @typedef {object} TurnActions
 * @property {() => void} onRetry asks for the last answer again
 * @property {(turn: UserTurn) => void} onEdit
 * @property {(results: string[]) => void} onResults of the last answer's tool calls, in their order
 */

/**
 * Where a turn stands.
 * @typedef {object} Standing
 * @property {boolean} isLast whether nothing comes after it
 * @property {boolean} isLastQuestion whether it is the question that may be edited
 * @property {Progress | null} progress what the answer waits for; null when it does not
 */

/** A question. */
export class UserView {
  #actions;
  element;

  /**
   * @param {UserTurn} turn
   * @param {TurnActions} actions
   */
  constructor(turn, { onEdit }) {
    this.#actions = h('div', { className: 'actions' }, iconButton('edit', 'Edit and send again', () => onEdit(turn)));
    this.element = h('li', { className: 'turn user', ariaLabel: 'You' },
      h('div', { className: 'attachments' }, ...turn.attachments.map(attachmentView)),
      turn.text !== '' && h('div', { className: 'bubble' }, turn.text),
      this.#actions);
  }

  /**
   * @param {UserTurn} _
   * @param {Standing} standing
   */
  update(_, { isLastQuestion }) {
    this.#actions.hidden = !isLastQuestion;
  }
}

/** The result of a tool, as the user gave it. */
export class ToolView {
  element;

  /** @param {ToolTurn} turn */
  constructor({ text }) {
    this.element = h('li', { className: 'turn tool', ariaLabel: 'Result of a tool' },
      h('details', { className: 'tool-call', open: true }, h('summary', {}, 'Result'), h('pre', { tabIndex: 0 }, text)));
  }

  update() {}
}

/** An answer, on its way or done. */
export class AssistantView {
  #actions;
  #markdown = new MarkdownView();
  #progress = h('div', { className: 'progress', hidden: true });
  #calls = h('div', { className: 'tool-calls' });
  #notes = h('div', { className: 'notes' });
  #figures = h('span', { className: 'figures' });
  #retry;
  #copy;
  element;
  /** @type {AssistantTurn} */
  #turn;
  /** What the calls were drawn from. @type {unknown} */
  #drawnCalls = null;

  /**
   * @param {AssistantTurn} turn
   * @param {TurnActions} actions
   */
  constructor(turn, actions) {
    this.#turn = turn;
    this.#actions = actions;
    this.#copy = copyButton('Copy answer', () => this.#turn.text);
    this.#retry = iconButton('retry', 'Try again', actions.onRetry);
    this.element = h('li', { className: 'turn assistant', ariaLabel: turn.model },
      h('div', { className: 'speaker' }, turn.model),
      this.#progress, this.#markdown.element, this.#calls, this.#notes,
      h('div', { className: 'actions' }, this.#copy, this.#retry, this.#figures));
  }

  /**
   * @param {AssistantTurn} turn
   * @param {Standing} standing
   */
  update(turn, { isLast, progress }) {
    this.#turn = turn;
    const running = turn.status === 'running';
    this.element.ariaBusy = String(running);
    this.#drawProgress(progress);
    this.#markdown.update(turn.text);
    this.#drawCalls(turn, isLast && turn.status === 'done');
    this.#notes.replaceChildren(...notesOf(turn).map((note) => h('p', {}, note)), ...this.#errorOf(turn, isLast));
    this.#figures.textContent = figuresText(turn);
    this.#copy.hidden = running || turn.text === '';
    this.#retry.hidden = running || !isLast;
  }

  /** @param {Progress | null} progress */
  #drawProgress(progress) {
    this.#progress.hidden = progress === null;
    if (progress) {
      const bar = h('progress', { ariaLabel: progress.label });
      if (progress.fraction !== null) {
        bar.value = progress.fraction;
      }
      this.#progress.replaceChildren(h('span', {}, [progress.label, progress.detail].filter(Boolean).join(', ')), bar);
    }
  }

  /**
   * @param {AssistantTurn} turn
   * @param {boolean} pending whether the calls wait for their results
   */
  #drawCalls({ toolCalls: calls }, pending) {
    // What has been typed into the form must outlive a redraw.
    const drawn = pending ? calls : JSON.stringify(calls);
    if (drawn !== this.#drawnCalls) {
      this.#drawnCalls = drawn;
      this.#calls.replaceChildren(...(calls.length > 0 ? toolCalls(calls, pending ? this.#actions.onResults : null) : []));
    }
  }

  /**
   * @param {AssistantTurn} turn
   * @param {boolean} isLast
   */
  #errorOf({ error }, isLast) {
    return error === null ? [] : [h('div', { className: 'error', role: 'alert' },
      h('p', {}, error),
      isLast && h('button', { type: 'button', onclick: this.#actions.onRetry }, 'Retry'))];
  }
}

/** @param {AssistantTurn} turn */
function notesOf(turn) {
  const { status, finish } = turn;
  const summarized = summarizedIn(turn);
  return [
    status === 'stopped' && 'Stopped.',
    finish === 'length' && 'Cut off: the limit of tokens, or the end of the context window, was reached.',
    summarized > 0 && `To fit the context window, a summary stood in for ${counted(summarized)}.`,
  ].filter((note) => note !== false);
}

/** @param {number} messages */
function counted(messages) {
  return messages === 1 ? 'an earlier message' : `${messages} earlier messages`;
}
