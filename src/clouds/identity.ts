/** Whom one signs in to. */
export type Vendor = 'heroku' | 'circleci' | 'docker-hub' | 'google'

/** Who speaks: the person who signed in at a vendor, or the bot that CI pushes as. */
export type Identity = Vendor | 'docker-hub.bot'
