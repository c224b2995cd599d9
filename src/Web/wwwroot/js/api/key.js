const Name = 'api-key';

/** Where the browser keeps nothing, the key holds until the page is closed. */
let current = read();

/** @returns {string} the server's API key; empty when the user has given none */
export function apiKey() {
  return current;
}

/** @param {string} key empty takes it away */
export function setApiKey(key) {
  current = key.trim();
  try {
    if (current) {
      localStorage.setItem(Name, current);
    } else {
      localStorage.removeItem(Name);
    }
  } catch {
    // Said above.
  }
}

function read() {
  try {
    return localStorage.getItem(Name) ?? '';
  } catch {
    return '';
  }
}
