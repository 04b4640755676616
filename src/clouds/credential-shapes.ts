/** What credentials look like by which they are known wherever they stand: vendors' prefixes (facts/), keys. */
const MARKS: readonly RegExp[] = [
  // Heroku, CircleCI, Docker Hub
  /HRKU-/i,
  /CCIP(AT|RJ)_/i,
  /dckr_[po]at_/i,
  // Google: access and refresh tokens, API keys, OAuth secrets
  /\bya29\./,
  /\b1\/\/0[\w-]{10,}/,
  /\bAIza[\w-]{10,}/,
  /GOCSPX-/,
  // GitHub, GitLab, AWS, npm
  /\bgh[pousr]_\w{16}|github_pat_/i,
  /\bglpat-|\bAKIA[A-Z\d]{12}|\bnpm_\w{20}/,
  // Keys: PEM, a service account's file, also in base64 ({" and {\n), a JSON Web Token
  /-----BEGIN/,
  /private_key["']?\s*:/,
  /\b(eyJ|ewog)[\w+/-]{20,}/,
  /\beyJ[\w-]{10,}\./,
]

/** A name and a password before a host; not the digest of an image. */
const USER_INFO = /(^|[\s/])[^\s/:@]*:[^\s/@]{3,}@(?!sha256:)[\w[]/

/** What they look like as a whole: Heroku's older tokens, CircleCI's. */
const WHOLE = /^([\da-f]{32,}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/i

/** Does a text bear the mark of a vendor's credential or a key? Ids, and the members of policies, do not. */
export const isMarkedAsCredential = (text: string): boolean => MARKS.some(mark => mark.test(text))

/** Does a text hold a credential, as far as can be seen? Broken lines are read as one. */
export function looksLikeCredential(text: string): boolean {
  const joined = text
    .split(/[\r\n]/)
    .map(line => line.trim())
    .join('')
  return (
    [...new Set([text, joined])].some(one => isMarkedAsCredential(one) || USER_INFO.test(one)) ||
    WHOLE.test(joined) ||
    isRandom(joined)
  )
}

/** Long, of small letters, capitals and digits: as base64, where no `/` parts names, or changing places as they do in no name. */
function isRandom(text: string): boolean {
  if (!/^(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{36,}$/.test(text)) return false
  if (/^[A-Za-z\d]+$|^(?=.*[+=])[\w+/=-]+$/.test(text)) return true
  const changes = text.match(/[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[A-Za-z])/g) ?? []
  return /^[\w-]+$/.test(text) && changes.length >= text.length * 0.4
}
