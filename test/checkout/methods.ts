/** Every way to Google, with what its right is called there in the end. */
export const GOOGLE = {
  documented: 'roles/artifactregistry.writer',
  'least-privilege': 'roles/artifactregistry.writer',
  keyless: 'roles/artifactregistry.writer',
  bucket: 'roles/storage.admin',
} as const

const DOCKER_HUB = ['bot-team', 'org-token', 'personal'] as const

/** One way through the set-up. */
export interface Method {
  readonly google: keyof typeof GOOGLE
  readonly dockerHub: (typeof DOCKER_HUB)[number]
}

export const METHODS: readonly Method[] = (Object.keys(GOOGLE) as Method['google'][]).flatMap(google =>
  DOCKER_HUB.map(dockerHub => ({ google, dockerHub })),
)
