import type { Asker } from '../answers/asker.ts'
import { clean } from './clean.ts'

/** Asks the same, with nothing in the questions, the choices and what is wrong with an answer that could lie. */
export const askCleanly = (asker: Asker): Asker => ({
  yes: (message, byDefault) => asker.yes(clean(message), byDefault),
  choose: (message, choices, until) => {
    const cleaned = choices.map(({ name, value, description }) => ({
      name: clean(name),
      value,
      ...(description !== undefined && { description: clean(description) }),
    }))
    return asker.choose(clean(message), cleaned, until)
  },
  text: (message, { byDefault, faultOf }) =>
    asker.text(clean(message), {
      // What Enter gives is what is shown, or nothing.
      ...(byDefault !== undefined && byDefault === clean(byDefault) && { byDefault }),
      faultOf: value => {
        const fault = faultOf(value)
        return fault === undefined ? undefined : clean(fault)
      },
    }),
  secret: message => asker.secret(clean(message)),
})
