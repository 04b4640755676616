/** Loaded when a tool is run. */
export { execa } from 'execa'
