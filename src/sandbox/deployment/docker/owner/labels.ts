import { encodeOwner, systemView } from './owner.ts';

/** Label of every container that this package makes; its value is the {@link Owner}. */
export const ownerLabel = 'hrm-rex.owner';

/** Label of an image that goes with its owner. Containers inherit their image's labels, so it is another one. */
export const imageOwnerLabel = 'hrm-rex.image-owner';

/** Label of a container that stays after its owner. */
export const keepLabel = 'hrm-rex.keep';

/** Label of a container whose image goes with it; its value is the image. */
export const imageLabel = 'hrm-rex.remove-image';

/** This process as a label's value. */
export function ownerText(): string {
  return encodeOwner(systemView().self);
}
