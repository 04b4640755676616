/** A config of dummyapp's form: what builds, and the three that push. */
export const CONFIG = `
version: 2.1
executors:
  main-builder:
    docker: [{ image: pennocktech/ci:gobuild-1.14.6 }]
    environment: { DOCKER_PROJECT: yourname/dummyapp }
  deploy-to-docker:
    docker: [{ image: docker:29-git }]
commands:
  load:
    parameters: { file: { type: string, default: layers.tar } }
    steps: [{ run: { name: Load, command: docker load -i << parameters.file >> } }]
jobs:
  build:
    executor: main-builder
    steps: [checkout, { setup_remote_docker: { version: docker28 } }, { run: ./build/build.with-docker.sh }]
  deploy_heroku:
    executor: deploy-to-docker
    steps:
      - setup_remote_docker
      - run: { name: Log in, command: 'docker login -u _ -p "\${HEROKU_API_KEY}" registry.heroku.com' }
      - load
      - run: /tmp/persist/heroku-deploy.sh
  push_docker_hub:
    executor: deploy-to-docker
    steps:
      - setup_remote_docker
      - run: { name: Log in, command: 'docker login -u "\${DOCKERHUB_USER}" -p "\${DOCKERHUB_PASS}"' }
      - load
      - run: { name: Push, command: /tmp/persist/docker-hub-deploy.sh }
  push_gce_registry:
    executor: deploy-to-docker
    steps:
      - run:
          name: GCR login
          command: |
            printf '%s\\n' "\${GCLOUD_AUTH_ENCODED}" | base64 --decode > "\${HOME}/key.json"
            gcloud auth activate-service-account --key-file \${HOME}/key.json
      - run: /tmp/persist/gcr-deploy.sh
workflows:
  version: 2
  build_and_deploy:
    jobs:
      - build
      - deploy_heroku:
          context: heroku-and-dockerhub
          requires: [build]
          filters: { branches: { only: [main] } }
      - push_docker_hub:
          context: [heroku-and-dockerhub]
          requires: [build]
          filters: { branches: { ignore: [/.*nohub.*/] } }
      - push_gce_registry:
          context: google-dummyapp
          requires: [build]
          filters: { branches: { ignore: /.*nogcloud.*/ } }
`

/** The same as it may have been written in 2018: an engine that is no longer offered, and no contexts yet. */
export const OLD_CONFIG = CONFIG.replace(/^ +context: .*\n/gm, '').replace('version: docker28', 'version: 18.06.0-ce')
