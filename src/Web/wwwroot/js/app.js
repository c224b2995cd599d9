import { ApiError, listModels } from './api/client.js';
import { apiKey, setApiKey } from './api/key.js';
import { latestUsage, toolTurn, turnsBefore, userTurn, withTurns } from './chat/conversation.js';
import { exported } from './chat/export.js';
import { KeyWanted } from './chat/generation.js';
import { Runs } from './chat/runs.js';
import { announce, notify } from './view/announcer.js';
import { Composer } from './view/composer.js';
import { confirm } from './view/confirm.js';
import { ContextMeter } from './view/context-meter.js';
import { ConversationList } from './view/conversation-list.js';
import { byId } from './view/dom.js';
import { download, fileNameOf } from './view/download.js';
import { MessageList } from './view/message-list.js';
import { ModelPicker } from './view/model-picker.js';
import { editSettings } from './view/settings-dialog.js';
import { Sidebar } from './view/sidebar.js';

/** @typedef {import('./chat/conversation.js').Conversation} Conversation */
/** @typedef {import('./chat/conversation.js').AssistantTurn} AssistantTurn */
/** @typedef {import('./chat/conversation.js').Turn} Turn */

/** The page: what the user does becomes a change of the conversations, and changes are drawn once a frame. */
export class App {
  #chats;
  #runs;
  /** @type {import('./api/client.js').Model[]} */
  #models = [];
  /** The question that is being edited. @type {string | null} */
  #editing = null;
  #willDraw = false;

  #messages = new MessageList(byId('messages'), byId('scroller'), {
    onRetry: () => this.#retry(),
    onEdit: (turn) => this.#edit(turn),
    onResults: (results) => this.#answerCalls(results),
  });
  #composer = new Composer({
    onSend: (text, attachments) => this.#send(userTurn(text, attachments)),
    onStop: () => this.#runs.stop(this.#current.id),
    onCancel: () => this.#cancelEdit(),
    onFault: notify,
  });
  #conversations = new ConversationList(byId('conversations'), {
    onSelect: (id) => this.#leaveFor(() => this.#chats.select(id)),
    onRename: (id, title) => this.#rename(id, title),
    onExport: (conversation) => this.#export([conversation], conversation.title),
    onRemove: (conversation) => confirm(`Delete “${conversation.title}”?`, () => this.#remove(conversation.id)),
  });
  #meter = new ContextMeter();
  #picker = new ModelPicker((model) => this.#chats.update({ ...this.#current, model }));
  #sidebar = new Sidebar();

  /** @param {import('./chat/chats.js').Chats} chats */
  constructor(chats) {
    this.#chats = chats;
    this.#runs = new Runs(chats);
    chats.changed = () => this.#drawSoon();
    chats.unsaved = () => notify('This conversation could not be saved: the browser has no room for it, or does not allow it.');
    this.#runs.progressed = ({ label }) => announce(label);
    byId('new-chat').onclick = () => this.#leaveFor(() => this.#chats.begin());
    byId('export-all').onclick = () => this.#export(this.#chats.kept, 'mlxactors');
    byId('open-settings').onclick = () => editSettings(this.#current.settings, (settings, key) => {
      this.#chats.update({ ...this.#current, settings });
      this.#useKey(key);
    });
    byId('examples').onclick = ({ target }) => {
      if (target instanceof HTMLButtonElement) {
        this.#send(userTurn(target.textContent ?? '', []));
      }
    };
    document.onkeydown = (event) => this.#key(event);
    window.onpagehide = () => {
      this.#runs.stopAll();
      this.#chats.flush();
    };
  }

  async start() {
    this.#drawSoon();
    this.#composer.focus();
    await this.#findModels();
  }

  async #findModels() {
    try {
      this.#models = await listModels();
      this.#drawSoon();
    } catch (error) {
      notify(error instanceof ApiError && error.wantsKey
        ? KeyWanted
        : `The models are not known: ${/** @type {Error} */ (error).message} Reload the page to try again.`);
    }
  }

  /** @param {string} key of the server, as it stands in the settings */
  #useKey(key) {
    if (key.trim() !== apiKey()) {
      setApiKey(key);
      notify('');
      this.#findModels();
    }
  }

  get #current() {
    return this.#chats.current;
  }

  /** The conversation's model; the server's own choice where it names none that is here. */
  get #model() {
    return this.#models.find(({ id }) => id === this.#current.model) ?? this.#models.find(({ isDefault }) => isDefault) ?? this.#models[0];
  }

  /** @param {import('./chat/conversation.js').UserTurn} question */
  #send(question) {
    const before = this.#editing ? turnsBefore(this.#current, this.#editing) : this.#current.turns;
    this.#editing = null;
    this.#ask([...before, question]);
  }

  #retry() {
    this.#ask(this.#current.turns.slice(0, -1));
  }

  /** @param {string[]} results of the last answer's calls */
  #answerCalls(results) {
    const { turns } = this.#current;
    const { toolCalls } = /** @type {AssistantTurn} */ (turns.at(-1));
    this.#ask([...turns, ...toolCalls.map(({ id }, at) => toolTurn(id, results[at]))]);
  }

  /** @param {Turn[]} turns up to what is to be answered */
  async #ask(turns) {
    if (!this.#model || this.#runs.isRunning(this.#current.id)) {
      return;
    }
    notify('');
    announce('Sent');
    announce(outcomeOf(await this.#runs.ask({ ...withTurns(this.#current, turns), model: this.#model.id })));
  }

  /** @param {import('./chat/conversation.js').UserTurn} question */
  #edit({ id, text, attachments }) {
    this.#editing = id;
    this.#composer.fill(text, attachments);
    this.#drawSoon();
  }

  #cancelEdit() {
    this.#editing = null;
    this.#composer.fill('', []);
    this.#drawSoon();
  }

  /** @param {() => void} change to another conversation */
  #leaveFor(change) {
    if (this.#editing) {
      this.#cancelEdit();
    }
    notify('');
    change();
    this.#sidebar.close();
    this.#composer.focus();
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  #rename(id, title) {
    const conversation = this.#chats.get(id);
    if (conversation) {
      this.#chats.update({ ...conversation, title });
    }
  }

  /** @param {string} id */
  #remove(id) {
    this.#runs.stop(id);
    this.#leaveFor(() => this.#chats.remove(id));
  }

  /**
   * @param {Conversation[]} conversations
   * @param {string} title
   */
  async #export(conversations, title) {
    download(await exported(conversations), fileNameOf(title));
  }

  /** @param {KeyboardEvent} event */
  #key({ key }) {
    // A dialog takes its Escape itself.
    if (key !== 'Escape' || document.querySelector('dialog[open]')) {
      return;
    }
    if (this.#sidebar.isOpen) {
      this.#sidebar.close();
    } else if (this.#runs.isRunning(this.#current.id)) {
      this.#runs.stop(this.#current.id);
    } else if (this.#editing) {
      this.#cancelEdit();
    }
  }

  #drawSoon() {
    if (!this.#willDraw) {
      this.#willDraw = true;
      requestAnimationFrame(() => {
        this.#willDraw = false;
        this.#draw();
      });
    }
  }

  #draw() {
    const { current, kept } = this.#chats;
    const running = this.#runs.isRunning(current.id);
    document.title = current.turns.length > 0 ? `${current.title} · MlxActors` : 'MlxActors';
    byId('welcome').hidden = current.turns.length > 0;
    byId('export-all').hidden = kept.length === 0;
    this.#messages.update(current, this.#runs.progressOf(current.id), running);
    this.#conversations.update(kept, current.id, (id) => this.#runs.isRunning(id));
    this.#picker.update(this.#models, this.#model?.id ?? '');
    this.#meter.update(latestUsage(current), this.#model?.contextWindow ?? null);
    this.#composer.update(this.#model, running, this.#editing !== null);
  }
}

/**
 * @param {AssistantTurn} answer
 * @returns {string} for a screen reader; an error is announced where it is shown
 */
function outcomeOf({ status, text, toolCalls }) {
  switch (status) {
    case 'failed':
      return '';
    case 'stopped':
      return 'Stopped';
    default:
      return [text, ...toolCalls.map(({ name }) => `Calls ${name}`)].filter(Boolean).join('. ');
  }
}
