import { codeBlock } from './code-block.js';
import { h } from './dom.js';

/** @typedef {import('../chat/conversation.js').ToolCall} ToolCall */

/**
 * The calls of an answer, and, where their results are missing, a form to give them: the page itself runs nothing.
 * @param {ToolCall[]} calls
 * @param {((results: string[]) => void) | null} onResults null when the results are there, or no longer asked for
 */
export function toolCalls(calls, onResults) {
  const list = calls.map(({ name, arguments: json }) => h('details', { className: 'tool-call', open: true },
    h('summary', {}, 'Calls ', h('code', {}, name)),
    codeBlock(indented(json), 'json')));
  return onResults ? [...list, resultForm(calls, onResults)] : list;
}

/**
 * @param {ToolCall[]} calls
 * @param {(results: string[]) => void} onResults
 */
function resultForm(calls, onResults) {
  const fields = calls.map(() => h('textarea', { rows: 2, required: true }));
  const labels = calls.map(({ name }, at) => h('label', { className: 'field' }, `Result of ${name}`, fields[at]));
  return h('form', {
    className: 'tool-results',
    /** @param {Event} event */
    onsubmit: (event) => {
      event.preventDefault();
      onResults(fields.map((field) => field.value));
    },
  }, ...labels, h('button', { className: 'primary' }, calls.length === 1 ? 'Send the result' : 'Send the results'));
}

/** @param {string} json */
function indented(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    // Arguments on their way are no JSON yet.
    return json;
  }
}
