/** @typedef {import('./conversation.js').AssistantTurn} AssistantTurn */
/** @typedef {import('./conversation.js').ToolCall} ToolCall */

/**
 * An answer with one more chunk of its stream.
 * @param {AssistantTurn} turn
 * @param {any} chunk a `chat.completion.chunk`
 * @returns {AssistantTurn}
 */
export function withChunk(turn, { choices, usage }) {
  const [choice] = choices;
  return {
    ...turn,
    text: turn.text + (choice?.delta?.content ?? ''),
    toolCalls: (choice?.delta?.tool_calls ?? []).reduce(withCall, turn.toolCalls),
    finish: choice?.finish_reason ?? turn.finish,
    usage: usage ? usageOf(usage) : turn.usage,
  };
}

/**
 * The first piece of a call brings its id and name, every piece more of its arguments.
 * @param {ToolCall[]} calls
 * @param {any} piece
 * @returns {ToolCall[]}
 */
function withCall(calls, { index, id, function: { name, arguments: more } }) {
  const call = calls[index] ?? { id: '', name: '', arguments: '' };
  return calls.toSpliced(index, 1, { id: id ?? call.id, name: name ?? call.name, arguments: call.arguments + (more ?? '') });
}

/**
 * @param {any} usage
 * @returns {import('./conversation.js').Usage}
 */
function usageOf(usage) {
  return {
    prompt: usage.prompt_tokens,
    completion: usage.completion_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    summarized: usage.summarized_messages ?? 0,
    summaryTokens: usage.summary_tokens ?? 0,
  };
}
