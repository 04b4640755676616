/**
 * Changes that no test can notice, each with the reason: what stands in the source, and what in its place.
 * @type {readonly { readonly file: string, readonly from: string, readonly to: string, readonly why: string }[]}
 */
export const EQUIVALENT = []
