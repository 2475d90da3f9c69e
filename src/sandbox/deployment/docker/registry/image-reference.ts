/** Parts of an image's name. */
export interface ImageReference {
  /** Registry that serves it; `docker.io` for the default one. */
  readonly registry: string;
  /** Name without tag and digest, as it was given. */
  readonly name: string;
  /** Tag, or digest with its algorithm; `latest` when neither is given. */
  readonly version: string;
}

/** Takes an image's name apart, as the docker CLI does: the part before the first `/` is a registry when it looks like a host. */
export function parseImageReference(image: string): ImageReference {
  const digestAt = image.indexOf('@');
  const tagged = digestAt < 0 ? image : image.slice(0, digestAt);
  const tagAt = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  const name = tagAt < 0 ? tagged : tagged.slice(0, tagAt);
  const version = digestAt >= 0 ? image.slice(digestAt + 1) : tagAt < 0 ? 'latest' : tagged.slice(tagAt + 1);
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = isHost && first !== 'index.docker.io' ? first : 'docker.io';
  return { registry, name, version };
}
