import { dataUri } from './request.js';

/** @typedef {import('./conversation.js').Conversation} Conversation */

/**
 * Conversations as one JSON document, files as data URIs.
 * @param {Conversation[]} conversations
 * @returns {Promise<Blob>}
 */
export async function exported(conversations) {
  const whole = await Promise.all(conversations.map(async (conversation) => ({
    ...conversation,
    updated: new Date(conversation.updated).toISOString(),
    turns: await Promise.all(conversation.turns.map(withDataUris)),
  })));
  return new Blob([JSON.stringify({ conversations: whole }, null, 2)], { type: 'application/json' });
}

/** @param {import('./conversation.js').Turn} turn */
async function withDataUris(turn) {
  return turn.role === 'user' ? { ...turn, attachments: await Promise.all(turn.attachments.map(withDataUri)) } : turn;
}

/** @param {import('./conversation.js').Attachment} attachment */
async function withDataUri({ kind, name, blob }) {
  return { kind, name, data: await dataUri(blob) };
}
