export const FORMATS = ['text', 'markdown', 'json', 'sh', 'html'] as const
export type Format = (typeof FORMATS)[number]
