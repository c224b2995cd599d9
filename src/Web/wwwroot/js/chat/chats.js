import { newConversation, withoutRunning } from './conversation.js';

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./store.js').Store} Store */

const SaveEvery = 1000;

/** All conversations, one of them on the screen. Tells `changed` whenever any of that changes. */
export class Chats {
  #store;
  /** @type {Map<string, Conversation>} */
  #all;
  #current;
  /** Those saved within the last second, and whether they changed since. @type {Map<string, boolean>} */
  #saved = new Map();
  /** @type {() => void} */
  changed = () => {};
  /** @type {(error: unknown) => void} */
  unsaved = () => {};

  /**
   * @param {Store} store
   * @param {Conversation[]} kept
   * @param {Conversation} current
   */
  constructor(store, kept, current) {
    this.#store = store;
    this.#all = new Map(kept.map((conversation) => [conversation.id, conversation]));
    this.#current = current;
  }

  /**
   * @param {Store} store
   * @param {import('./settings.js').Settings} settings of the first conversation, when none is kept
   */
  static async open(store, settings) {
    const kept = (await store.all()).map(withoutRunning);
    return new Chats(store, kept, newest(kept)[0] ?? newConversation('', settings));
  }

  /** The one on the screen; before its first question it is not among the kept ones. */
  get current() {
    return this.#current;
  }

  /** @returns {Conversation[]} the kept ones, the latest first */
  get kept() {
    return newest(this.#all.values());
  }

  /** @param {string} id */
  get(id) {
    return id === this.#current.id ? this.#current : this.#all.get(id);
  }

  /** @param {string} id */
  select(id) {
    this.#current = this.#all.get(id) ?? this.#current;
    this.changed();
  }

  /** Begins a conversation with the model and settings of the current one. */
  begin() {
    this.#current = newConversation(this.#current.model, this.#current.settings);
    this.changed();
  }

  /**
   * Puts a conversation in the place of its older self, and keeps it once it has a question. One that was deleted stays so.
   * @param {Conversation} conversation
   */
  update(conversation) {
    const { id } = conversation;
    if (!this.get(id)) {
      return;
    }
    if (id === this.#current.id) {
      this.#current = conversation;
    }
    if (conversation.turns.length > 0) {
      this.#all.set(id, conversation);
      this.#keep(id);
    }
    this.changed();
  }

  /** @param {string} id */
  async remove(id) {
    this.#all.delete(id);
    if (id === this.#current.id) {
      this.#current = this.kept[0] ?? newConversation(this.#current.model, this.#current.settings);
    }
    this.changed();
    await this.#store.remove(id).catch(this.unsaved);
  }

  /** Saves at once what waits for its turn. */
  flush() {
    for (const [id, changed] of this.#saved) {
      if (changed) {
        this.#save(id);
      }
    }
  }

  /**
   * Saves a conversation, at most once a second: a streaming answer changes more often.
   * @param {string} id
   */
  #keep(id) {
    if (this.#saved.has(id)) {
      this.#saved.set(id, true);
      return;
    }
    this.#save(id);
    setTimeout(() => {
      const changed = this.#saved.get(id);
      this.#saved.delete(id);
      if (changed) {
        this.#keep(id);
      }
    }, SaveEvery);
  }

  /** @param {string} id */
  #save(id) {
    this.#saved.set(id, false);
    const conversation = this.#all.get(id);
    if (conversation) {
      this.#store.put(conversation).catch((error) => this.unsaved(error));
    }
  }
}

/** @param {Iterable<Conversation>} conversations */
function newest(conversations) {
  return [...conversations].sort((one, other) => other.updated - one.updated);
}
