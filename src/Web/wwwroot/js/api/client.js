import { apiKey } from './key.js';
import { readEvents } from './sse.js';

/**
 * A model on the server's machine, as `GET /v1/models` lists it.
 * @typedef {object} Model
 * @property {string} id
 * @property {string} family
 * @property {number | null} contextWindow tokens; null when the checkpoint does not say
 * @property {string[]} capabilities `text`, `vision`, `audio`, `video`
 * @property {boolean} isDefault whether the server was started with it
 */

/**
 * What a streamed answer says: a `chat.completion.chunk`, a comment on what it waits for, or how many messages a summary stands for.
 * @typedef {{kind: 'chunk', chunk: any} | {kind: 'comment', text: string} | {kind: 'summarized', messages: number}} StreamItem
 */

/** Why there is no answer, or no whole one, in words for people. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {string | null} code the server's, such as `context_length_exceeded`
   */
  constructor(message, code = null) {
    super(message);
    this.code = code;
  }

  /** Whether the server wants an API key, or another one. */
  get wantsKey() {
    return this.code === 'invalid_api_key';
  }
}

/** @returns {Promise<Model[]>} */
export async function listModels() {
  const response = await send('v1/models', {});
  const { data } = await response.json();
  return data.map((/** @type {any} */ model) => ({
    id: model.id,
    family: model.family ?? '',
    contextWindow: model.context_window ?? null,
    capabilities: model.capabilities ?? ['text'],
    isDefault: model.default ?? false,
  }));
}

/**
 * Asks for a streamed answer.
 * @param {object} request the body of `POST /v1/chat/completions`
 * @param {AbortSignal} signal ends the answer, here and on the server
 * @returns {AsyncGenerator<StreamItem>} ends only with a whole answer, and throws an ApiError otherwise
 */
export async function* streamChat(request, signal) {
  const body = JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } });
  const response = await send('v1/chat/completions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
    signal,
  });
  const summarized = Number.parseInt(response.headers.get('x-context-summarized') ?? '', 10);
  if (summarized > 0) {
    yield { kind: 'summarized', messages: summarized };
  }
  for await (const item of eventsOf(response)) {
    if (item.kind === 'comment') {
      yield item;
    } else if (item.text === '[DONE]') {
      return;
    } else {
      const chunk = JSON.parse(item.text);
      if (chunk.error) {
        throw new ApiError(chunk.error.message, chunk.error.code);
      }
      yield { kind: 'chunk', chunk };
    }
  }
  throw new ApiError('The connection ended in the middle of the answer.');
}

/** @param {Response} response */
async function* eventsOf(response) {
  try {
    yield* readEvents(/** @type {ReadableStream<any>} */ (response.body));
  } catch (error) {
    throw explained(error, 'The connection broke in the middle of the answer.');
  }
}

/**
 * @param {string} path relative, so that the page also works below a proxy's prefix
 * @param {RequestInit} options
 */
async function send(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...options.headers, ...authorization() } });
  } catch (error) {
    throw explained(error, 'The server cannot be reached, or closed the connection.');
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  return response;
}

function authorization() {
  return apiKey() ? { Authorization: `Bearer ${apiKey()}` } : {};
}

/**
 * An abort stays what it is; everything else that fetch throws says too little.
 * @param {unknown} error
 * @param {string} message
 */
function explained(error, message) {
  return error instanceof DOMException && error.name === 'AbortError' ? error : new ApiError(message);
}

/** @param {Response} response */
async function refusal(response) {
  const fallback = `The server answered ${response.status}.`;
  try {
    const { error } = await response.json();
    return new ApiError(error?.message ?? fallback, error?.code ?? null);
  } catch {
    return new ApiError(fallback);
  }
}
