/**
 * One thing that a stream of server-sent events said: the data of an event, or a comment, which readers of events pass over.
 * @typedef {{kind: 'data', text: string} | {kind: 'comment', text: string}} SseItem
 */

/** Takes a stream's text in pieces of any cut. Fields other than `data` are of no use here and are passed over. */
export class SseParser {
  #rest = '';
  /** @type {string[]} */
  #data = [];

  /**
   * @param {string} piece
   * @returns {SseItem[]} what is complete with this piece
   */
  push(piece) {
    const text = this.#rest + piece;
    // A carriage return at the end may be half a line break.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + text.slice(whole.length);
    return lines.flatMap((line) => this.#take(line));
  }

  /**
   * @param {string} line
   * @returns {SseItem[]}
   */
  #take(line) {
    if (line === '') {
      const data = this.#data;
      this.#data = [];
      return data.length > 0 ? [{ kind: 'data', text: data.join('\n') }] : [];
    }
    if (line.startsWith(':')) {
      return [{ kind: 'comment', text: withoutSpace(line.slice(1)) }];
    }
    if (line === 'data' || line.startsWith('data:')) {
      this.#data.push(withoutSpace(line.slice('data:'.length)));
    }
    return [];
  }
}

/**
 * @param {ReadableStream<BufferSource>} body
 * @returns {AsyncGenerator<SseItem>} leaving it early cancels the body
 */
export async function* readEvents(body) {
  const parser = new SseParser();
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      yield* parser.push(piece.value);
    }
  } finally {
    // After an abort this only repeats the error that the reader has already given.
    await reader.cancel().catch(() => {});
  }
}

/** @param {string} value */
function withoutSpace(value) {
  return value.startsWith(' ') ? value.slice(1) : value;
}
