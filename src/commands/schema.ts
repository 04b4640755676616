import { answersSchema } from '../answers/json-schema.ts'
import { EXIT, type Exit } from '../clouds/cause.ts'
import { jsonText } from '../output/json.ts'

/** `schema`: the JSON Schema of the answers file, for editors and checks. */
export async function schema(): Promise<Exit> {
  process.stdout.write(`${jsonText(answersSchema(), 2)}\n`)
  return EXIT.done
}
