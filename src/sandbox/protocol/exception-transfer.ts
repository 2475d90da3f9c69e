import { z } from 'zod';

/** HTTP status of every exception that crosses SWE-ReX's wire. */
export const exceptionStatus = 511;

/** An exception on SWE-ReX's wire; the Python client imports `class_path` and raises it with `message`. */
export interface ExceptionTransfer {
  readonly message: string;
  /** Python module and class, for example `builtins.FileNotFoundError`. */
  readonly class_path: string;
  /** Always empty in answers of this package's server. */
  readonly traceback: string;
  readonly extra_info: Readonly<Record<string, unknown>>;
}

/** Body of a 511 answer. */
export interface ExceptionEnvelope {
  readonly swerexception: ExceptionTransfer;
}

/** Schema of {@link ExceptionEnvelope}. */
export const exceptionEnvelope: z.ZodType<ExceptionEnvelope> = z.object({
  swerexception: z.object({
    message: z.string().default(''),
    class_path: z.string().default(''),
    traceback: z.string().default(''),
    extra_info: z.record(z.string(), z.unknown()).default({}),
  }),
});

/** A Python exception: what a Python caller of the server catches. */
export interface PythonException {
  readonly classPath: string;
  readonly message: string;
  readonly extraInfo?: Readonly<Record<string, unknown>>;
}

/** Puts an exception into its envelope. */
export function wrapException(exception: PythonException): ExceptionEnvelope {
  const { message, classPath, extraInfo } = exception;
  return { swerexception: { message, class_path: classPath, traceback: '', extra_info: extraInfo ?? {} } };
}
