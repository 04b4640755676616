import { setFlagsFromString } from 'node:v8'

/**
 * V8 optimizes in the background what is called often; a run that only reads and prints is over before it gains by that,
 * and would spend a sixth of its processor time on it.
 */
export const expectShortRun = (): void => setFlagsFromString('--no-opt')
