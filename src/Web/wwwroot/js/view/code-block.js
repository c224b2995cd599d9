import { copyButton } from './clipboard.js';
import { h } from './dom.js';

/**
 * @param {string} text
 * @param {string} language as it was named; may be empty
 */
export function codeBlock(text, language) {
  return h('figure', { className: 'code' },
    h('figcaption', {}, h('span', {}, language), copyButton('Copy code', () => text)),
    // To be scrolled by the keyboard, it must take the focus.
    h('pre', { tabIndex: 0 }, h('code', {}, text)));
}
