import { acceptedBy, attach } from '../chat/attachments.js';
import { attachmentChip } from './attachment-view.js';
import { byId, h } from './dom.js';
import { iconButton } from './icons.js';

/** @typedef {import('../chat/conversation.js').Attachment} Attachment */
/** @typedef {import('../api/client.js').Model} Model */

/**
 * @typedef {object} ComposerActions
 * @property {(text: string, attachments: Attachment[]) => void} onSend
 * @property {() => void} onStop
 * @property {() => void} onCancel ends an edit
 * @property {(fault: string) => void} onFault something that cannot be attached
 */

/** Where messages are written: text, and files by picker, paste and drop. */
export class Composer {
  #form = /** @type {HTMLFormElement} */ (byId('composer'));
  #prompt = /** @type {HTMLTextAreaElement} */ (byId('prompt'));
  #picker = /** @type {HTMLInputElement} */ (byId('file-picker'));
  #attach = /** @type {HTMLButtonElement} */ (byId('attach'));
  #send = /** @type {HTMLButtonElement} */ (byId('send'));
  #stop = /** @type {HTMLButtonElement} */ (byId('stop'));
  #chips = byId('attachments');
  #actions;
  /** @type {Attachment[]} */
  #attachments = [];
  /** @type {Model | undefined} */
  #model;
  #running = false;

  /** @param {ComposerActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    this.#prompt.onkeydown = (event) => {
      // While an input method composes, Enter is its own.
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    };
    this.#prompt.oninput = () => this.#changed();
    this.#stop.onclick = actions.onStop;
    byId('cancel-edit').onclick = actions.onCancel;
    this.#takeFiles();
  }

  /**
   * @param {Model | undefined} model
   * @param {boolean} running whether an answer is on its way
   * @param {boolean} editing whether what is written takes the place of the last question
   */
  update(model, running, editing) {
    this.#model = model;
    const hadFocus = document.activeElement === this.#send || document.activeElement === this.#stop;
    this.#running = running;
    this.#send.hidden = running;
    this.#stop.hidden = !running;
    if (hadFocus && document.activeElement === document.body) {
      this.focus();
    }
    byId('editing').hidden = !editing;
    this.#picker.accept = acceptedBy(model);
    this.#attach.hidden = this.#picker.accept === '';
    this.#send.disabled = this.#isEmpty() || !model;
  }

  /**
   * @param {string} text
   * @param {Attachment[]} attachments
   */
  fill(text, attachments) {
    this.#prompt.value = text;
    this.#setAttachments(attachments);
    this.focus();
  }

  focus() {
    this.#prompt.focus();
  }

  #submit() {
    if (this.#running || this.#isEmpty() || !this.#model) {
      return;
    }
    const [text, attachments] = [this.#prompt.value.trim(), this.#attachments];
    this.fill('', []);
    this.#actions.onSend(text, attachments);
  }

  #takeFiles() {
    this.#attach.onclick = () => this.#picker.click();
    this.#picker.onchange = () => {
      this.#add(this.#picker.files ?? []);
      this.#picker.value = '';
    };
    this.#prompt.onpaste = (event) => {
      const files = event.clipboardData?.files ?? [];
      if (files.length > 0) {
        event.preventDefault();
        this.#add(files);
      }
    };
    document.body.ondragover = (event) => {
      if (event.dataTransfer?.types.includes('Files')) {
        event.preventDefault();
        this.#form.classList.add('dropping');
      }
    };
    document.body.ondragleave = (event) => {
      if (!event.relatedTarget) {
        this.#form.classList.remove('dropping');
      }
    };
    document.body.ondrop = (event) => {
      event.preventDefault();
      this.#form.classList.remove('dropping');
      this.#add(event.dataTransfer?.files ?? []);
    };
  }

  /** @param {Iterable<File>} files */
  #add(files) {
    const { attachments, faults } = attach(files, this.#model);
    this.#setAttachments([...this.#attachments, ...attachments]);
    faults.forEach(this.#actions.onFault);
    this.focus();
  }

  /** @param {Attachment[]} attachments */
  #setAttachments(attachments) {
    this.#attachments = attachments;
    this.#chips.replaceChildren(...attachments.map((attachment) => h('li', {}, attachmentChip(attachment),
      iconButton('close', `Remove ${attachment.name}`, () => {
        this.#setAttachments(this.#attachments.filter((other) => other !== attachment));
        this.focus();
      }))));
    this.#changed();
  }

  #changed() {
    this.#send.disabled = this.#isEmpty() || !this.#model;
    // As tall as its text; the style sheet sets the bound.
    this.#prompt.style.height = 'auto';
    this.#prompt.style.height = `${this.#prompt.scrollHeight}px`;
  }

  #isEmpty() {
    return this.#prompt.value.trim() === '' && this.#attachments.length === 0;
  }
}
