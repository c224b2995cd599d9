import { requestFields } from './settings.js';

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./conversation.js').Turn} Turn */
/** @typedef {import('./conversation.js').Attachment} Attachment */

/**
 * The body that asks for the next answer of a conversation.
 * @param {Conversation} conversation
 * @returns {Promise<object>}
 */
export async function requestOf({ model, settings, turns }) {
  const system = settings.system.trim() ? [{ role: 'system', content: settings.system }] : [];
  const messages = await Promise.all(joinQuestions(turns.filter(says)).map(messageOf));
  return { model, messages: [...system, ...messages], ...requestFields(settings) };
}

/**
 * The file as a data URI.
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
export function dataUri(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/**
 * Answers that failed or were stopped before their first word say nothing.
 * @param {Turn} turn
 */
function says(turn) {
  return turn.role !== 'assistant' || turn.text !== '' || turn.toolCalls.length > 0;
}

/**
 * Two questions with no answer between them become one: chat templates want the roles to alternate.
 * @param {Turn[]} turns
 * @returns {Turn[]}
 */
function joinQuestions(turns) {
  return turns.reduce((/** @type {Turn[]} */ joined, turn) => {
    const last = joined.at(-1);
    return last?.role === 'user' && turn.role === 'user'
      ? [...joined.slice(0, -1), { ...last, text: `${last.text}\n\n${turn.text}`, attachments: [...last.attachments, ...turn.attachments] }]
      : [...joined, turn];
  }, []);
}

/** @param {Turn} turn */
async function messageOf(turn) {
  switch (turn.role) {
    case 'tool':
      return { role: 'tool', tool_call_id: turn.callId, content: turn.text };
    case 'assistant':
      return turn.toolCalls.length > 0
        ? { role: 'assistant', content: turn.text || null, tool_calls: turn.toolCalls.map(callOf) }
        : { role: 'assistant', content: turn.text };
    case 'user':
      return { role: 'user', content: turn.attachments.length > 0 ? await partsOf(turn) : turn.text };
  }
}

/** @param {import('./conversation.js').ToolCall} call */
function callOf({ id, name, arguments: json }) {
  return { id, type: 'function', function: { name, arguments: json } };
}

/** @param {import('./conversation.js').UserTurn} turn */
async function partsOf({ text, attachments }) {
  const files = await Promise.all(attachments.map(partOf));
  return text ? [...files, { type: 'text', text }] : files;
}

/** @param {Attachment} attachment */
async function partOf({ kind, name, blob }) {
  const url = await dataUri(blob);
  switch (kind) {
    case 'image':
      return { type: 'image_url', image_url: { url } };
    case 'video':
      return { type: 'video_url', video_url: { url } };
    case 'audio':
      return { type: 'input_audio', input_audio: { data: url.slice(url.indexOf(',') + 1), format: name.split('.').at(-1)?.toLowerCase() } };
  }
}
