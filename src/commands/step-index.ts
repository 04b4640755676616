import { STEPS } from '../../steps/index.ts'

/**
 * Each step's id, and whether it may leave something standing that every exit tells of. The build puts the values in the
 * place of this file, so that what needs nothing else of the steps need not load them.
 */
export const STEP_INDEX = STEPS.map(({ id, stands }) => ({ id, mayStand: stands !== undefined }))
