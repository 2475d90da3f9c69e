import { RexError } from '../../core/errors.ts';

/** The error for what a SWE-ReX server cannot do. */
export function unsupported(feature: string): RexError<'UNSUPPORTED'> {
  const hint = 'Serve the target with `hrm-rex serve`: it speaks both protocols.';
  return new RexError('UNSUPPORTED', `a SWE-ReX server has no ${feature}`, { feature }, { hint });
}

/** @throws UNSUPPORTED when any of the options is there; the key of `features` is the option, the value its description */
export function refuseOptions<Options extends object>(
  options: Options,
  features: Partial<Readonly<Record<keyof Options, string>>>,
): void {
  for (const [option, feature] of Object.entries(features)) {
    if (options[option as keyof Options] !== undefined) throw unsupported(feature as string);
  }
}
