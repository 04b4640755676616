import { execFileSync } from 'node:child_process'

/** Tests of the whole program run what is shipped: it is bundled once before them. */
export default function build(): void {
  execFileSync(process.execPath, ['build.mjs'], { stdio: 'inherit' })
}
