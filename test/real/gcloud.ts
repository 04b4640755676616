import { googleEndpoints } from '../support/vendors.ts'

/** The gcloud command's whole environment: the simulated Google alone, nothing kept, nothing asked (facts/google.md 5). */
export function gcloudEnv(origin: string, home: string, token: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    CLOUDSDK_CONFIG: `${home}/gcloud`,
    CLOUDSDK_AUTH_ACCESS_TOKEN: token,
    ...googleEndpoints(origin),
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_SURVEY_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_CHECK_GCE_METADATA: '0',
    CLOUDSDK_CORE_ENABLE_FEATURE_FLAGS: '0',
    CLOUDSDK_CORE_DISABLE_FILE_LOGGING: '1',
    CLOUDSDK_CORE_DISABLE_COLOR: '1',
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API: 'false',
  }
}
