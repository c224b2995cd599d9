/**
 * Builds an element. Texts become text nodes: nothing here reads HTML.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag | string} tag
 * @param {Record<string, any>} [properties] of the element, by their DOM names (`className`, `ariaLabel`, `onclick`)
 * @param {(Node | string | null | false)[]} children what is null or false is left out
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = /** @type {HTMLElementTagNameMap[Tag]} */ (document.createElement(tag));
  Object.assign(element, properties);
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/**
 * An element that the page has.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error(`The page has no #${id}`);
  }
  return /** @type {T} */ (element);
}

/** @type {WeakMap<Blob, string>} */
const urls = new WeakMap();

/**
 * @param {Blob} blob
 * @returns {string} an address for it, the same however often it is drawn
 */
export function urlOf(blob) {
  const url = urls.get(blob) ?? URL.createObjectURL(blob);
  urls.set(blob, url);
  return url;
}
