import { VERSION } from '../version.ts'

/** How it was started: that is how a person can start it again. */
export const program = (): string =>
  process.env.npm_command === 'exec' ? `npx dummyapp-setup@${VERSION}` : 'dummyapp-setup'

/** A command of ours as messages have it: at the beginning, behind a colon, or in brackets. */
const COMMAND = /(?<=^|: |\()dummyapp-setup(?= |$)/gm

/** A text of ours with every command of ours as it was started. */
export const asStarted = (text: string): string => text.replace(COMMAND, program())
