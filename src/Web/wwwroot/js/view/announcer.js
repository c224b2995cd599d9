import { byId } from './dom.js';

/**
 * Says something to screen readers. An answer is said whole, at its end: token by token it would be noise.
 * @param {string} text
 */
export function announce(text) {
  const region = byId('announcer');
  if (region.textContent !== text) {
    region.textContent = text;
  }
}

/**
 * Shows something that went wrong outside of any answer; an empty text takes it away.
 * @param {string} text
 */
export function notify(text) {
  const notice = byId('notice');
  notice.hidden = text === '';
  notice.textContent = text;
}
