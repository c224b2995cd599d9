import { byId, h } from './dom.js';

/** @typedef {import('../api/client.js').Model} Model */

/** The models of the server, to choose from. */
export class ModelPicker {
  #select = /** @type {HTMLSelectElement} */ (byId('model'));
  /** @type {Model[] | null} */
  #drawn = null;

  /** @param {(id: string) => void} onChoose */
  constructor(onChoose) {
    this.#select.onchange = () => onChoose(this.#select.value);
  }

  /**
   * @param {Model[]} models
   * @param {string} id the chosen one
   */
  update(models, id) {
    if (models !== this.#drawn) {
      this.#drawn = models;
      this.#select.replaceChildren(...models.map((model) => h('option', { value: model.id, title: describe(model) }, model.id)));
      this.#select.disabled = models.length === 0;
    }
    this.#select.value = id;
    this.#select.title = models.filter((model) => model.id === id).map(describe).join();
  }
}

/** @param {Model} model */
function describe({ family, contextWindow, capabilities }) {
  return [family, capabilities.join(', '), contextWindow && `${contextWindow.toLocaleString('en')} tokens`].filter(Boolean).join(' · ');
}
