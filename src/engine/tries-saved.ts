import type { Intent } from './saved.ts'

/** When an effect was last begun, or first. */
export const timeOf = ({ at, first }: Intent, which?: 'first'): Date => new Date((which && first) ?? at)

/** Which try of it was answered; undefined where the last one was not. */
export const answeredOf = ({ answered, first }: Intent): 'first' | 'again' | undefined =>
  answered && (first === undefined ? 'first' : 'again')
