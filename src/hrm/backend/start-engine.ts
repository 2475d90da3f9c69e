import { tf } from './tensorflow.ts';

/** Makes TensorFlow.js compute with a registered engine. @throws Error where it does not start */
export async function startEngine(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`the backend "${name}" did not start`);
  await tf.ready();
}
