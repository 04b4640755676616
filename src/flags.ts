/** The flags that are answered without loading the program, as the options are written. */
export const VERSION_FLAGS = '-V, --version'
export const HELP_FLAGS = '-h, --help'
