// Loaded before the program (node --import): a mistake in it, with a secret wherever an error can hold one. It comes once
// the sign-in was used: when the first answer's time is taken.
const { CRASH: how, HEROKU_API_KEY: secret } = process.env

const error = new Error(`a mistake with ${secret}`, { cause: new Error(`Bearer ${secret}`) })
Object.assign(error, { request: { headers: { authorization: `Bearer ${secret}` } } })

const CRASHES = {
  throw: () => {
    throw error
  },
  reject: () => void Promise.reject(error),
  later: () => void setImmediate(CRASHES.throw),
  'no error': () => void Promise.reject({ authorization: `Bearer ${secret}` }),
}

const now = performance.now.bind(performance)
let crashed = false
performance.now = () => {
  if (!crashed && process.env.HEROKU_API_KEY === undefined) {
    crashed = true
    CRASHES[how]()
  }
  return now()
}
