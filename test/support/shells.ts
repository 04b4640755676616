import { existsSync } from 'node:fs'

/**
 * The shells that are here, by what they run with `-c` and a script: /bin/sh, dash, bash 5, busybox's and zsh, which people
 * paste into. macOS's /bin/sh is bash 3.2, which BASH_3_2 names where there is one (CONTRIBUTING.md).
 */
const ALL: readonly (readonly [file: string | undefined, ...argv: readonly string[]])[] = [
  ['/bin/sh'],
  ['/bin/dash'],
  // bash takes a closed standard input for a remote login, and would read the machine's own start-up file.
  ['/bin/bash', '--norc'],
  ['/bin/busybox', 'sh'],
  ['/bin/zsh', '-f'],
  [process.env.BASH_3_2, '--norc'],
]

const here = ALL.flatMap(([file, ...argv]) => (file !== undefined && existsSync(file) ? [[file, argv] as const] : []))

export const SHELLS: readonly string[] = here.map(([file]) => file)

/** The shells that are not here. */
export const NO_SHELLS: readonly string[] = ALL.map(([file = 'bash 3.2 (BASH_3_2)']) => file).filter(
  file => !SHELLS.includes(file),
)

/** What comes before `-c SCRIPT`, `-s` or the name of a script. */
export const argvOf = (shell: string): readonly string[] => here.find(([file]) => file === shell)?.[1] ?? []
