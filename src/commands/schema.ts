import { answersSchema } from '../answers/schema.ts'
import { EXIT, type Exit } from '../clouds/cause.ts'

/** `schema`: the JSON Schema of the answers file, for editors and checks. */
export async function schema(): Promise<Exit> {
  process.stdout.write(`${JSON.stringify(answersSchema(), undefined, 2)}\n`)
  return EXIT.done
}
