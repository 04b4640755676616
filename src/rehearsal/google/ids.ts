import type { Mint } from '../mint.ts'

const hexOf = (mint: Mint): string => mint.id().replaceAll('-', '')

/** A number of so many digits, as projects and accounts have one. */
export function numberOf(mint: Mint, digits: number): string {
  const lowest = 10n ** BigInt(digits - 1)
  return String(lowest + (BigInt(`0x${hexOf(mint)}`) % lowest))
}

/** 40 hexadecimal digits, as keys have them. */
export const keyIdOf = (mint: Mint): string => `${hexOf(mint)}${hexOf(mint)}`.slice(0, 40)
