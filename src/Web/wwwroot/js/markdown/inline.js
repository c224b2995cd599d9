/**
 * What a paragraph holds.
 * @typedef {{type: 'text' | 'code', text: string}
 *   | {type: 'strong' | 'em' | 'del', children: Inline[]}
 *   | {type: 'link', href: string, children: Inline[]}
 *   | {type: 'break'}} Inline
 */

/**
 * An emphasis that is open: its mark, how many times it still stands there, and what came since.
 * @typedef {{mark: string, count: number, children: Inline[]}} Frame
 */

// More than this is no writing; the bound keeps hostile text from costing more than linear time.
const MaxOpen = 32;
const Escapable = /[!-/:-@[-`{-~]/;
const Plain = /[^\\`*_~[!<\nhH ]+|[hH ]/y;
const Label = String.raw`!?\[((?:[^[\]\\]|\\.|\[[^[\]]{0,200}\]){0,1000})\]`;
const Target = String.raw`(<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*){0,9})`;
const Link = new RegExp(String.raw`${Label}\(\s{0,9}${Target}(?:\s{1,9}"[^"\n]{0,500}")?\s{0,9}\)`, 'y');
const Angled = /<(https?:\/\/[^\s<>]+)>/iy;
const Bare = /https?:\/\/[^\s<>"`]+/iy;
const LineEnd = /(?: {2,}|\\)\n/y;

/**
 * Reads emphasis, code, links and line breaks. Total: what is nothing of these is text, and so is HTML.
 * @param {string} source
 * @returns {Inline[]}
 */
export function parseInline(source) {
  return new InlineParser(source, true).parse();
}

/**
 * @param {string} text
 * @returns {string | null} an absolute http or https address; null for anything else
 */
export function safeHref(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url.href : null;
}

class InlineParser {
  #source;
  #links;
  #at = 0;
  /** @type {Frame[]} */
  #frames = [{ mark: '', count: 0, children: [] }];
  /** Lengths of backtick runs that nothing closes. @type {Set<number>} */
  #unclosed = new Set();

  /**
   * @param {string} source
   * @param {boolean} links whether there may be links; inside of one there may not
   */
  constructor(source, links) {
    this.#source = source;
    this.#links = links;
  }

  parse() {
    while (this.#at < this.#source.length) {
      this.#step();
    }
    this.#unwind(1);
    return this.#frames[0].children;
  }

  #step() {
    switch (this.#source[this.#at]) {
      case '\\':
        return this.#lineEnd() || this.#escape();
      case '`':
        return this.#code();
      case '*':
      case '_':
      case '~':
        return this.#emphasis();
      case ' ':
        return this.#lineEnd() || this.#plain();
      case '[':
      case '!':
        return this.#link() || this.#plain();
      case '<':
        return this.#angled() || this.#plain();
      case 'h':
      case 'H':
        return this.#bare() || this.#plain();
      default:
        return this.#plain();
    }
  }

  #plain() {
    this.#text(this.#match(Plain)?.[0] ?? this.#source[this.#at++]);
  }

  #escape() {
    const next = this.#source[this.#at + 1] ?? '';
    const escaped = Escapable.test(next);
    this.#text(escaped ? next : '\\');
    this.#at += escaped ? 2 : 1;
  }

  #lineEnd() {
    return this.#match(LineEnd) !== null && this.#add({ type: 'break' });
  }

  #code() {
    const start = this.#at;
    const ticks = this.#run('`');
    const end = this.#unclosed.has(ticks) ? -1 : this.#closingTicks(ticks);
    if (end < 0) {
      this.#unclosed.add(ticks);
      this.#text(this.#source.slice(start, this.#at));
      return;
    }
    const text = this.#source.slice(this.#at, end).replaceAll('\n', ' ');
    // A space on both sides lets code begin or end with a backtick.
    this.#add({ type: 'code', text: /^ .*[^ ].* $/.test(text) ? text.slice(1, -1) : text });
    this.#at = end + ticks;
  }

  /**
   * @param {number} ticks
   * @returns {number} where a run of just as many backticks begins; -1 when none does
   */
  #closingTicks(ticks) {
    for (let at = this.#source.indexOf('`', this.#at); at >= 0; at = this.#source.indexOf('`', at)) {
      const start = at;
      while (this.#source[at] === '`') {
        at++;
      }
      if (at - start === ticks) {
        return start;
      }
    }
    return -1;
  }

  #emphasis() {
    const mark = this.#source[this.#at];
    const before = this.#source[this.#at - 1] ?? ' ';
    let count = this.#run(mark);
    const after = this.#source[this.#at] ?? ' ';
    const [opens, closes] = flanks(mark, before, after);
    while (count > 0 && closes) {
      const closed = this.#close(mark, count);
      if (closed === 0) {
        break;
      }
      count -= closed;
    }
    if (count > 0 && opens && this.#frames.length <= MaxOpen && (mark !== '~' || count === 2)) {
      this.#frames.push({ mark, count, children: [] });
    } else {
      this.#text(mark.repeat(count));
    }
  }

  /**
   * @param {string} mark
   * @param {number} count
   * @returns {number} how many of the marks closed what was open
   */
  #close(mark, count) {
    const at = this.#frames.findLastIndex((frame) => frame.mark === mark);
    if (at < 0 || (mark === '~' && count !== 2)) {
      return 0;
    }
    this.#unwind(at + 1);
    const frame = this.#frames[at];
    const closed = Math.min(2, count, frame.count);
    /** @type {Inline} */
    const node = { type: mark === '~' ? 'del' : closed === 2 ? 'strong' : 'em', children: frame.children };
    frame.count -= closed;
    if (frame.count > 0) {
      frame.children = [node];
    } else {
      this.#frames.pop();
      this.#add(node);
    }
    return closed;
  }

  /**
   * What was opened and never closed is text.
   * @param {number} depth how many frames stay
   */
  #unwind(depth) {
    while (this.#frames.length > depth) {
      const { mark, count, children } = /** @type {Frame} */ (this.#frames.pop());
      this.#text(mark.repeat(count));
      children.forEach((child) => this.#add(child));
    }
  }

  #link() {
    const start = this.#at;
    const [whole, label, target] = (this.#links && this.#match(Link)) || [];
    if (whole === undefined || target === undefined || label === undefined) {
      return false;
    }
    const href = safeHref(target.replace(/^<(.*)>$/, '$1'));
    if (!href) {
      this.#at = start;
      return false;
    }
    // A picture of another host is not fetched, but can be followed.
    return this.#add({ type: 'link', href, children: new InlineParser(label || target, false).parse() });
  }

  #angled() {
    const [, target] = (this.#links && this.#match(Angled)) || [];
    return target !== undefined && this.#addAddress(target);
  }

  #bare() {
    if (!this.#links || /\w/.test(this.#source[this.#at - 1] ?? ' ')) {
      return false;
    }
    const [found] = this.#match(Bare) ?? [];
    if (found === undefined) {
      return false;
    }
    // The full stop after an address belongs to the sentence, and a bracket to whoever opened it.
    const address = found.replace(found.includes('(') ? /[.,:;!?*_~'\]]+$/ : /[.,:;!?*_~'\])]+$/, '');
    this.#at -= found.length - address.length;
    return this.#addAddress(address);
  }

  /** @param {string} address */
  #addAddress(address) {
    const href = safeHref(address);
    /** @type {Inline} */
    const text = { type: 'text', text: address };
    return this.#add(href ? { type: 'link', href, children: [text] } : text);
  }

  /** @param {string} mark */
  #run(mark) {
    const start = this.#at;
    while (this.#source[this.#at] === mark) {
      this.#at++;
    }
    return this.#at - start;
  }

  /** @param {RegExp} pattern sticky */
  #match(pattern) {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    this.#at += match?.[0].length ?? 0;
    return match;
  }

  /** @param {string} text */
  #text(text) {
    this.#add({ type: 'text', text });
  }

  /** @param {Inline} node */
  #add(node) {
    const siblings = /** @type {Frame} */ (this.#frames.at(-1)).children;
    const last = siblings.at(-1);
    if (node.type === 'text' && last?.type === 'text') {
      siblings[siblings.length - 1] = { type: 'text', text: last.text + node.text };
    } else if (node.type !== 'text' || node.text !== '') {
      siblings.push(node);
    }
    return true;
  }
}

/**
 * Whether marks may open and close an emphasis, by what stands beside them; underscores inside a word do neither.
 * @param {string} mark
 * @param {string} before
 * @param {string} after
 * @returns {[opens: boolean, closes: boolean]}
 */
function flanks(mark, before, after) {
  const isSpace = (/** @type {string} */ c) => /\s/.test(c);
  const isPunctuation = (/** @type {string} */ c) => /[\p{P}\p{S}]/u.test(c);
  const left = !isSpace(after) && (!isPunctuation(after) || isSpace(before) || isPunctuation(before));
  const right = !isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after));
  return mark === '_'
    ? [left && (!right || isPunctuation(before)), right && (!left || isPunctuation(after))]
    : [left, right];
}
