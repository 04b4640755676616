import { answersSchema } from '../answers/json-schema.ts'
import { EXIT, type Exit } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'

/** `schema`: the JSON Schema of the answers file, for editors and checks. */
export async function schema(): Promise<Exit> {
  process.stdout.write(`${jsonDocument(answersSchema(), 2)}\n`)
  return EXIT.done
}
