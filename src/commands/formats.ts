export const FORMATS = ['text', 'markdown', 'json', 'sh'] as const
export type Format = (typeof FORMATS)[number]
