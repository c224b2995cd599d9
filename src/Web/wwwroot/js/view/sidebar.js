import { byId } from './dom.js';

/** On a narrow screen, the list of conversations slides over the page; on a wide one it is always there, and none of this is seen. */
export class Sidebar {
  #toggle = byId('sidebar-toggle');

  constructor() {
    this.#toggle.onclick = () => this.#show(!this.isOpen);
    byId('scrim').onclick = () => this.close();
  }

  get isOpen() {
    return document.body.classList.contains('sidebar-open');
  }

  close() {
    if (this.isOpen) {
      this.#show(false);
    }
  }

  /** @param {boolean} open */
  #show(open) {
    document.body.classList.toggle('sidebar-open', open);
    this.#toggle.ariaExpanded = String(open);
    (open ? byId('new-chat') : this.#toggle).focus();
  }
}
