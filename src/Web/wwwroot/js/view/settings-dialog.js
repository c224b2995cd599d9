import { apiKey } from '../api/key.js';
import { faultOfTools } from '../chat/settings.js';
import { byId } from './dom.js';

/** @typedef {import('../chat/settings.js').Settings} Settings */

const Dialog = () => /** @type {HTMLDialogElement} */ (byId('settings'));
const Field = (/** @type {string} */ id) => /** @type {HTMLInputElement | HTMLTextAreaElement} */ (byId(id));

/**
 * Lets the user change a conversation's settings, and the key of the server.
 * @param {Settings} settings
 * @param {(settings: Settings, key: string) => void} onSave
 */
export function editSettings(settings, onSave) {
  const dialog = Dialog();
  Field('system').value = settings.system;
  Field('temperature').value = String(settings.temperature ?? '');
  Field('top-p').value = String(settings.topP ?? '');
  Field('max-tokens').value = String(settings.maxTokens ?? '');
  Field('seed').value = String(settings.seed ?? '');
  Field('api-key').value = apiKey();
  const tools = Field('tools');
  tools.value = settings.tools;
  tools.setCustomValidity('');
  tools.oninput = () => tools.setCustomValidity(faultOfTools(tools.value));

  byId('settings-form').onsubmit = (event) => {
    event.preventDefault();
    onSave({
      system: Field('system').value,
      temperature: numberIn('temperature'),
      topP: numberIn('top-p'),
      maxTokens: numberIn('max-tokens'),
      seed: numberIn('seed'),
      tools: tools.value,
    }, Field('api-key').value);
    dialog.close();
  };
  byId('settings-cancel').onclick = () => dialog.close();
  dialog.showModal();
}

/** @param {string} id */
function numberIn(id) {
  const { value } = Field(id);
  return value === '' ? null : Number(value);
}
