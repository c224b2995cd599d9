/**
 * What a request says beside its messages. A null leaves the choice to the server.
 * @typedef {object} Settings
 * @property {string} system
 * @property {number | null} temperature
 * @property {number | null} topP
 * @property {number | null} maxTokens
 * @property {number | null} seed
 * @property {string} tools a JSON array of OpenAI's tool definitions; empty for none
 */

/** @type {Settings} */
export const DefaultSettings = { system: '', temperature: null, topP: null, maxTokens: null, seed: null, tools: '' };

/**
 * @param {Settings} settings
 * @returns {object} the request's fields
 */
export function requestFields({ temperature, topP, maxTokens, seed, tools }) {
  const fields = { temperature, top_p: topP, max_tokens: maxTokens, seed, tools: tools.trim() ? JSON.parse(tools) : null };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/**
 * @param {string} tools
 * @returns {string} what is wrong with them; empty when nothing is
 */
export function faultOfTools(tools) {
  if (!tools.trim()) {
    return '';
  }
  try {
    return Array.isArray(JSON.parse(tools)) ? '' : 'Tools are a JSON array of definitions.';
  } catch (error) {
    return `Tools are no JSON: ${/** @type {Error} */ (error).message}`;
  }
}
