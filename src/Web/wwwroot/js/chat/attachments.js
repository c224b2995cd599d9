/** @typedef {import('./conversation.js').Attachment} Attachment */
/** @typedef {import('../api/client.js').Model} Model */

/** What a model must be able to do to take a file of a kind. */
const CapabilityOf = /** @type {const} */ ({ image: 'vision', audio: 'audio', video: 'video' });

const Words = { image: 'images', audio: 'audio', video: 'video' };

/**
 * Sorts files into what the model takes, as they are, and reasons against the rest.
 * @param {Iterable<File>} files
 * @param {Model | undefined} model
 * @returns {{attachments: Attachment[], faults: string[]}}
 */
export function attach(files, model) {
  /** @type {Attachment[]} */
  const attachments = [];
  /** @type {string[]} */
  const faults = [];
  for (const file of files) {
    const kind = kindOf(file.type);
    if (!kind) {
      faults.push(`${file.name} is neither an image nor audio nor video.`);
    } else if (!takes(model, kind)) {
      faults.push(`${model?.id ?? 'The model'} takes no ${Words[kind]}.`);
    } else {
      attachments.push({ kind, name: file.name, blob: file });
    }
  }
  return { attachments, faults };
}

/**
 * @param {Model | undefined} model
 * @returns {string} the `accept` of a file picker; empty when the model takes no files
 */
export function acceptedBy(model) {
  return Object.keys(CapabilityOf)
    .filter((kind) => takes(model, /** @type {Attachment['kind']} */ (kind)))
    .map((kind) => `${kind}/*`)
    .join(',');
}

/**
 * @param {Model | undefined} model
 * @param {Attachment['kind']} kind
 */
function takes(model, kind) {
  return model?.capabilities.includes(CapabilityOf[kind]) ?? false;
}

/**
 * @param {string} type a media type
 * @returns {Attachment['kind'] | null}
 */
function kindOf(type) {
  const [, kind] = /^(image|audio|video)\//.exec(type) ?? [];
  return /** @type {Attachment['kind'] | undefined} */ (kind) ?? null;
}
