/**
 * Conversations are plain values that are never changed in place: every function here gives a new one, so that what is
 * drawn can be told from what is new by identity.
 */

/**
 * @typedef {object} Attachment
 * @property {'image' | 'audio' | 'video'} kind
 * @property {string} name
 * @property {Blob} blob as the user gave it
 */

/** @typedef {{id: string, role: 'user', text: string, attachments: Attachment[]}} UserTurn */

/** @typedef {{id: string, role: 'tool', callId: string, text: string}} ToolTurn */

/** @typedef {{id: string, name: string, arguments: string}} ToolCall */

/**
 * @typedef {object} Usage
 * @property {number} prompt tokens
 * @property {number} completion tokens
 * @property {number} [cached] tokens of the prompt that were not read anew
 * @property {number} summarized messages that a summary stood in for
 * @property {number} [summaryTokens] tokens that the summary took to write
 */

/**
 * @typedef {object} AssistantTurn
 * @property {string} id
 * @property {'assistant'} role
 * @property {string} model
 * @property {'running' | 'done' | 'stopped' | 'failed'} status
 * @property {string} text
 * @property {ToolCall[]} toolCalls
 * @property {string | null} finish the server's reason for the end
 * @property {Usage | null} usage
 * @property {number} [summarized] as `usage` says it in the end, but known from the answer's head
 * @property {import('./figures.js').Figures | null} figures
 * @property {string | null} error
 */

/** @typedef {UserTurn | AssistantTurn | ToolTurn} Turn */

/**
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string} title
 * @property {number} updated milliseconds since 1970
 * @property {string} model
 * @property {import('./settings.js').Settings} settings
 * @property {Turn[]} turns
 */

const TitleLength = 48;
export const Untitled = 'New chat';

/**
 * @param {string} model
 * @param {import('./settings.js').Settings} settings
 * @returns {Conversation}
 */
export function newConversation(model, settings) {
  return { id: newId(), title: Untitled, updated: Date.now(), model, settings, turns: [] };
}

/**
 * @param {string} text
 * @param {Attachment[]} attachments
 * @returns {UserTurn}
 */
export function userTurn(text, attachments) {
  return { id: newId(), role: 'user', text, attachments };
}

/**
 * @param {string} callId
 * @param {string} text the tool's result
 * @returns {ToolTurn}
 */
export function toolTurn(callId, text) {
  return { id: newId(), role: 'tool', callId, text };
}

/**
 * An answer of which nothing has come yet.
 * @param {string} model
 * @returns {AssistantTurn}
 */
export function emptyAnswer(model) {
  return {
    id: newId(),
    role: 'assistant',
    model,
    status: 'running',
    text: '',
    toolCalls: [],
    finish: null,
    usage: null,
    figures: null,
    error: null,
  };
}

/**
 * The first question gives an untitled conversation its name.
 * @param {Conversation} conversation
 * @param {Turn[]} turns
 * @returns {Conversation}
 */
export function withTurns(conversation, turns) {
  const question = turns.find((turn) => turn.role === 'user');
  const title = conversation.title === Untitled && question ? titleOf(question) : conversation.title;
  return { ...conversation, title, turns, updated: Date.now() };
}

/**
 * @param {Conversation} conversation
 * @param {Turn} turn takes the place of the one with its id
 * @returns {Conversation}
 */
export function withTurn(conversation, turn) {
  return { ...conversation, turns: conversation.turns.map((old) => (old.id === turn.id ? turn : old)) };
}

/**
 * @param {Conversation} conversation
 * @param {string} turnId
 * @returns {Turn[]} what came before the turn
 */
export function turnsBefore(conversation, turnId) {
  const at = conversation.turns.findIndex((turn) => turn.id === turnId);
  return at < 0 ? conversation.turns : conversation.turns.slice(0, at);
}

/**
 * What a page that was closed in the middle of an answer left behind.
 * @param {Conversation} conversation
 * @returns {Conversation}
 */
export function withoutRunning(conversation) {
  const turns = conversation.turns.map((turn) =>
    turn.role === 'assistant' && turn.status === 'running' ? /** @type {AssistantTurn} */ ({ ...turn, status: 'stopped' }) : turn);
  return { ...conversation, turns };
}

/**
 * @param {Conversation} conversation
 * @returns {Usage | null} of the latest answer that came with one
 */
export function latestUsage(conversation) {
  for (const turn of conversation.turns.toReversed()) {
    if (turn.role === 'assistant' && turn.usage) {
      return turn.usage;
    }
  }
  return null;
}

/**
 * @param {AssistantTurn} answer
 * @returns {number} messages that a summary stood in for
 */
export function summarizedIn({ usage, summarized }) {
  return usage?.summarized || summarized || 0;
}

/** @param {UserTurn} question */
function titleOf({ text, attachments }) {
  const line = text.trim().split('\n', 1)[0] || attachments[0]?.name || Untitled;
  return line.length > TitleLength ? `${line.slice(0, TitleLength - 1).trimEnd()}…` : line;
}

/** `crypto.randomUUID` is only there for https and loopback; the page also serves a home network. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, '0')).join('');
}
