import { byId } from './dom.js';

/** How much of the model's context window the conversation takes. */
export class ContextMeter {
  #meter = byId('context-meter');
  #bar = byId('context-bar');
  #text = byId('context-text');

  /**
   * @param {import('../chat/conversation.js').Usage | null} usage of the latest answer
   * @param {number | null} window tokens
   */
  update(usage, window) {
    this.#meter.hidden = usage === null || window === null;
    if (usage === null || window === null) {
      return;
    }
    const used = usage.prompt + usage.completion;
    const share = Math.min(1, used / window);
    const summary = usage.summarized > 0 ? `, ${usage.summarized} messages summarised${costOf(usage)}` : '';
    this.#bar.style.width = `${100 * share}%`;
    this.#text.textContent = `${used.toLocaleString('en')} / ${window.toLocaleString('en')}${usage.summarized > 0 ? ' Σ' : ''}`;
    this.#meter.classList.toggle('full', share > 0.85);
    this.#meter.title = `${used} of the context window's ${window} tokens${summary}`;
    this.#meter.ariaValueMax = String(window);
    this.#meter.ariaValueNow = String(Math.min(used, window));
    this.#meter.ariaValueText = this.#meter.title;
  }
}

/** @param {import('../chat/conversation.js').Usage} usage */
function costOf({ summaryTokens }) {
  return summaryTokens ? ` in ${summaryTokens} tokens` : '';
}
