import { h } from './dom.js';

const Svg = 'http://www.w3.org/2000/svg';

/** Strokes on a grid of 24. */
const Paths = {
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  done: 'M5 12l5 5 9-10',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  export: 'M12 4v11M7 10l5 5 5-5M5 20h14',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  retry: 'M19 12a7 7 0 1 1-2-5M19 3v5h-5',
};

/**
 * @param {keyof typeof Paths} name
 * @returns {SVGSVGElement} hidden from screen readers: the button around it has the label
 */
export function icon(name) {
  const svg = document.createElementNS(Svg, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(Svg, 'path');
  path.setAttribute('d', Paths[name]);
  svg.append(path);
  return svg;
}

/**
 * A button that is only an icon to the eye.
 * @param {keyof typeof Paths} name
 * @param {string} label
 * @param {() => void} onclick
 */
export function iconButton(name, label, onclick) {
  return h('button', { type: 'button', className: 'icon-button', title: label, ariaLabel: label, onclick }, icon(name));
}
