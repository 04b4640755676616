/** Words that one YAML reader or another does not take for text. */
const NOT_TEXT = /^(?:null|true|false|yes|no|on|off|y|n)$/i
const PLAIN = /^[A-Za-z_][\w./@+-]*(?: [\w./@+-]+)*$/

/** A text as YAML, quoted only where it must be; it can stand in lists of both styles. */
export const scalar = (text: string): string => (PLAIN.test(text) && !NOT_TEXT.test(text) ? text : JSON.stringify(text))

/** A list on one line. */
export const flowList = (texts: readonly string[]): string => `[${texts.map(scalar).join(', ')}]`
