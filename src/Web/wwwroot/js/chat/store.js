/** @typedef {import('./conversation.js').Conversation} Conversation */

/**
 * Where conversations are kept. Files stay blobs, so that the browser can leave them on its disk.
 * @typedef {object} Store
 * @property {boolean} lasting whether they are there after a reload
 * @property {() => Promise<Conversation[]>} all
 * @property {(conversation: Conversation) => Promise<void>} put
 * @property {(id: string) => Promise<void>} remove
 */

const Name = 'mlxactors';
const Conversations = 'conversations';

/**
 * Opens the browser's database; where it has none to give (some private windows), a store that forgets.
 * @returns {Promise<Store>}
 */
export async function openStore() {
  try {
    return storeIn(await openDatabase());
  } catch {
    return { lasting: false, all: async () => [], put: async () => {}, remove: async () => {} };
  }
}

/**
 * @param {IDBDatabase} database
 * @returns {Store}
 */
function storeIn(database) {
  /** @param {IDBTransactionMode} mode */
  const conversations = (mode) => database.transaction(Conversations, mode).objectStore(Conversations);
  return {
    lasting: true,
    all: () => resultOf(conversations('readonly').getAll()),
    put: async (conversation) => void await resultOf(conversations('readwrite').put(conversation)),
    remove: (id) => resultOf(conversations('readwrite').delete(id)),
  };
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const opening = indexedDB.open(Name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(Conversations, { keyPath: 'id' });
  return resultOf(opening);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
