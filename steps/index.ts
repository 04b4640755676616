import { inOrder } from '../src/engine/plan.ts'
import { config } from './circleci/config.ts'
import { configRepairs } from './circleci/config-repairs.ts'
import { confirmPush } from './circleci/confirm-push.ts'
import { contextGoogle, contextHeroku } from './circleci/contexts.ts'
import { firstRun } from './circleci/first-run.ts'
import { project } from './circleci/project.ts'
import { restrict } from './circleci/restrict.ts'
import { bot } from './docker-hub/bot.ts'
import { credentialStore } from './docker-hub/credential-store.ts'
import { provePush } from './docker-hub/prove-push.ts'
import { repository } from './docker-hub/repository.ts'
import { team } from './docker-hub/team.ts'
import { token } from './docker-hub/token.ts'
import { herokuRemote } from './git/heroku-remote.ts'
import { actAs } from './google/act-as.ts'
import { billing } from './google/billing.ts'
import { bucket } from './google/bucket.ts'
import { grant } from './google/grant.ts'
import { key } from './google/key.ts'
import { oldKeys } from './google/old-keys.ts'
import { pool } from './google/pool.ts'
import { project as googleProject } from './google/project.ts'
import { prove } from './google/prove.ts'
import { provider } from './google/provider.ts'
import { repository as googleRepository } from './google/repository.ts'
import { serviceAccount } from './google/service-account.ts'
import { services } from './google/services.ts'
import { strip } from './google/strip.ts'
import { temporaryRole } from './google/temporary-role.ts'
import { ciToken } from './heroku/ci-token.ts'
import { createApp } from './heroku/create-app.ts'
import { firstDeploy } from './heroku/first-deploy.ts'
import { labs } from './heroku/labs.ts'
import { buildImages } from './repository/build-images.ts'
import { dataImage } from './repository/data-image.ts'
import { names } from './repository/names.ts'
import { publish } from './repository/publish.ts'

/** The table of contents: every step, in the document's order. */
export const STEPS = inOrder([
  names,
  buildImages,
  dataImage,
  createApp,
  labs,
  herokuRemote,
  firstDeploy,
  repository,
  team,
  bot,
  googleProject,
  billing,
  services,
  serviceAccount,
  bucket,
  project,
  contextHeroku,
  contextGoogle,
  restrict,
  pool,
  provider,
  actAs,
  config,
  configRepairs,
  ciToken,
  token,
  key,
  provePush,
  credentialStore,
  publish,
  googleRepository,
  temporaryRole,
  firstRun,
  grant,
  strip,
  prove,
  confirmPush,
  oldKeys,
])
