import { spawnSync } from 'node:child_process'

/** What shellcheck says of a by-hand script that is meant so, each with its reason. */
const MEANT: Readonly<Record<string, string>> = {
  SC1112: 'a typographic apostrophe in a text for people, between single quotes',
  SC2016: 'a line of a file that is shown to a person, and is not to expand',
  SC2034:
    'what an answer teaches is taken out of it though no later line uses it: where it is missing, the script stops',
  SC2086:
    'the missing answers, which `:` is given without quotes: the value goes nowhere, and within double quotes shells differ on the single ones of the words',
}

/** It is of the machine (Debian: apt-get install shellcheck), and used where it is installed. */
export const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0

/** What shellcheck finds in a script, as it prints it; '' for nothing but what has a reason. */
export function shellcheck(script: string): string {
  const argv = ['--shell=sh', `--exclude=${Object.keys(MEANT).join(',')}`, '-']
  return spawnSync('shellcheck', argv, { input: script, encoding: 'utf8' }).stdout
}
