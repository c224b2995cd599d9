import { App } from './app.js';
import { Chats } from './chat/chats.js';
import { DefaultSettings } from './chat/settings.js';
import { openStore } from './chat/store.js';
import { notify } from './view/announcer.js';
import { byId } from './view/dom.js';
import { offerThemes } from './view/theme.js';

offerThemes(/** @type {HTMLSelectElement} */ (byId('theme')));
const store = await openStore();
if (!store.lasting) {
  notify('This browser keeps nothing for this page: the conversations are gone when it is closed.');
}
await new App(await Chats.open(store, DefaultSettings)).start();
