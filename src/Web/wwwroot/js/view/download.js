import { h } from './dom.js';

/**
 * @param {Blob} blob
 * @param {string} name of the file
 */
export function download(blob, name) {
  const href = URL.createObjectURL(blob);
  h('a', { href, download: name }).click();
  URL.revokeObjectURL(href);
}

/**
 * @param {string} title
 * @returns {string} a name that every file system takes
 */
export function fileNameOf(title) {
  return `${title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').toLowerCase() || 'chat'}.json`;
}
