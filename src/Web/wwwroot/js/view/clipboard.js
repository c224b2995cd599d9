import { h } from './dom.js';
import { icon, iconButton } from './icons.js';

const ShownFor = 1500;

/**
 * A button that copies, and says for a moment that it has.
 * @param {string} label
 * @param {() => string} text
 */
export function copyButton(label, text) {
  const button = iconButton('copy', label, async () => {
    const copied = await copy(text());
    button.replaceChildren(icon(copied ? 'done' : 'close'));
    button.ariaLabel = copied ? 'Copied' : 'Could not copy';
    setTimeout(() => {
      button.replaceChildren(icon('copy'));
      button.ariaLabel = label;
    }, ShownFor);
  });
  return button;
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is on the clipboard
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/**
 * The clipboard's own interface is only there for https and loopback.
 * @param {string} text
 */
function copyBySelection(text) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const area = h('textarea', { value: text, className: 'unseen' });
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  focused?.focus();
  return copied;
}
