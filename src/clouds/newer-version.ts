/**
 * How another version is run, as README has it: with the version, and from outside a checkout, of which npx would read the
 * `.npmrc` and the `node_modules`.
 * @param flags what comes behind, with a blank before it
 */
export const byNpx = (flags = ''): string =>
  `from outside the checkout, npx dummyapp-setup@VERSION --repo DIR${flags} (npm view dummyapp-setup version prints the newest)`
