import { h, urlOf } from './dom.js';
import { icon } from './icons.js';

/**
 * A file of a message: a thumbnail that opens the picture, or a player.
 * @param {import('../chat/conversation.js').Attachment} attachment
 */
export function attachmentView({ kind, name, blob }) {
  const src = urlOf(blob);
  switch (kind) {
    case 'image':
      return h('a', { className: 'thumbnail', href: src, target: '_blank', title: name }, h('img', { src, alt: name }));
    case 'audio':
      return h('audio', { src, controls: true, preload: 'metadata', title: name, ariaLabel: name });
    case 'video':
      return h('video', { src, controls: true, preload: 'metadata', title: name, ariaLabel: name });
  }
}

/**
 * A file that waits to be sent.
 * @param {import('../chat/conversation.js').Attachment} attachment
 */
export function attachmentChip({ kind, name, blob }) {
  return h('span', { className: 'chip' },
    kind === 'image' ? h('img', { src: urlOf(blob), alt: '' }) : icon('file'),
    h('span', { className: 'chip-name' }, name));
}
