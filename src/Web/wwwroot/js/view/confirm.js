import { byId } from './dom.js';

/**
 * Asks before something that cannot be undone.
 * @param {string} question
 * @param {() => void} onYes
 */
export function confirm(question, onYes) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('confirm'));
  byId('confirm-question').textContent = question;
  byId('confirm-no').onclick = () => dialog.close();
  byId('confirm-yes').onclick = () => {
    dialog.close();
    onYes();
  };
  dialog.showModal();
}
