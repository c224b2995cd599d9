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
  /** @param {(conversations: IDBObjectStore) => void} change */
  const write = (change) => {
    const transaction = database.transaction(Conversations, 'readwrite');
    change(transaction.objectStore(Conversations));
    // At once, and not when the page is next idle: the page may be on its way out.
    transaction.commit();
    return ended(transaction);
  };
  return {
    lasting: true,
    all: () => resultOf(database.transaction(Conversations).objectStore(Conversations).getAll()),
    put: (conversation) => write((conversations) => conversations.put(conversation)),
    remove: (id) => write((conversations) => conversations.delete(id)),
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

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function ended(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
