/** .circleci/config.yml in the form that dummyapp had in 2020: long comments, aliases, and values that are not where a simple reader looks for them. */
export const CI_CONFIG = `version: 2.1

# What the jobs expect to find in their environment, from the contexts of the
# organization:
#   HEROKU_API_KEY:  a token that can push to the app's registry at Heroku
#   DOCKERHUB_USER:  the account that pushes to Docker Hub
#   DOCKERHUB_PASS:  an access token of that account, or its password
# The job for Google reads a whole key file, in base64, from one more.

# An earlier revision of this file shared settings between jobs with the merge
# key of YAML.  CircleCI's parser changed its mind on which of two values wins
# in a merge: ours was overridden by the shared one, so a deploy ran in the
# image of the build.  Nobody noticed at once, as most of the commands exist in
# both images.
#
# Executors say the same thing without a merge, and need version 2.1.  This file
# is also read by people who set up a project of their own, so it is kept in a
# form that can be copied, and not in the shortest form.

executors:
  main-builder:
    docker:
      # An image of another origin has no label with the version of Go in it.
      # Then leave EXTRACT_GO_VERSION_FROM_LABEL out of the environment below,
      # and set DOCKER_BUILDER_GOLANG_VERSION there.
      - image: &basic_image pennocktech/ci:purple

    environment:
      DOCKER_BUILDER_IMAGE: *basic_image
      # The label of the image tells which Go it has, so that the version is not
      # written down in two places.
      EXTRACT_GO_VERSION_FROM_LABEL: "org.example.go-version"
      #
      DOCKER_PROJECT: "pennocktech/dummyapp"
      BUILD_TAGS: "heroku zerolog"
      BUILDER_SYSTEM: "circleci"

  # A deploy has no use for the tools of the build, and rarely runs on a machine
  # that still has their image.  A small image starts sooner.
  #
  # It needs a shell and the docker command, and what CircleCI itself wants for
  # setup_remote_docker.  The version follows the list of engines that CircleCI
  # offers, as near to the newest stable one as there is:
  # <https://circleci.com/docs/2.0/building-docker-images/>.
  deploy-to-docker:
    docker:
      - image: docker:18.06.0-ce-git
  deploy-to-gcloud:
    docker:
      # The small variants (:slim, :alpine) come without the docker command
      - image: google/cloud-sdk:latest

references:
  remote_docker_version: &remote_docker_version
    18.06.0-ce

  checkout_folder: &checkout_folder
    ~/dummyapp

  # Commands cannot use an alias, so they repeat these two:
  image_file: &image_file
    /tmp/persist/docker-layers.tar
  handed_on: &handed_on
    /tmp/persist


jobs:
  build:
    executor: main-builder
    working_directory: *checkout_folder
    steps:
      - checkout
      - setup_remote_docker:
          version: *remote_docker_version

      # Modules are downloaded again in every build.  A cache could hold them:
      # it would have to be restored before this step, and saved after it under
      # a key that is made from go.sum.  So far the download takes less time
      # than the restore did when it was tried.
      - run:
          name: Fetch the modules
          command: go mod download

      # On caches of the image: they pay where a build has slow steps of its
      # own, such as packages of an operating system that go into the result.
      # Here the result is one static binary and some data.  The image that
      # builds it is the one that this job runs in, so it was pulled a moment
      # ago; a saved copy of it would be larger than anything that it spares,
      # and it would have to be unpacked before the first step could begin.
      #
      # A copy of the final image is of no use either: it has none of the layers
      # of the stages before it, and these are what takes time.

      # Where a project does have something heavy: restore_cache first, then
      # fetch what is new since then, then save_cache.  Put a version into the
      # key, so that a bad cache can be left behind, and keep the paths in the
      # references above, where a typing error is found at once.

      - run:
          name: Build the image
          command: ./build/build.with-docker.sh
          environment:
            DIND_PERSIST_FILE: *image_file
            VERBOSE: "2"

      - run:
          name: Write the scripts for the other jobs
          command: ./build/create-persist-commands.sh
          environment:
            PERSIST_DIR: *handed_on
            VERBOSE: "2"
            RETAG: "heroku"

      # Tests of the image would go here

      # *** From here on: what the deploys get ***
      #
      # A job has an engine of its own, and nothing of what another job built.
      # So the image is saved into a file, and the file is handed on in the
      # workspace.
      #
      # That is a detour, and slow.
      #
      # It has one great advantage: a deploy that fails does not fail the build,
      # and can be run again without it, an hour later and with other
      # credentials if need be.
      #
      # The same file is kept as an artifact, for whoever wants to load the image
      # by hand from the page of the build.  The jobs do not fetch it from there:
      # that would take a token of CircleCI inside CircleCI, one more secret for
      # something that the workspace does without.

      - store_artifacts:
          path: *image_file
          destination: image.tar

      - persist_to_workspace:
          root: *handed_on
          paths: .


  # None of the deploys checks the repository out.  They have what is in the
  # workspace, and that is one folder, so the build leaves the scripts beside
  # the image: each knows the names and tags that it pushes.
  #
  # For Heroku any tag would do, because a push there has one of its own.  On
  # Docker Hub the tag is what people ask for, and it has to be the one that
  # the build gave.
  #
  # A script that is created by the build needs nothing of the repository, and
  # each can be printed from the workspace, so what a deploy did can be looked
  # up.  There is no second place in which the names are written.

  deploy_heroku:
    executor: deploy-to-docker
    steps:
      - setup_remote_docker:
          version: *remote_docker_version
      - run:
          name: Sign in at Heroku
          command: docker login -u _ -p "\${HEROKU_API_KEY}" registry.heroku.com
      - attach_workspace:
          at: *handed_on
      - run:
          name: Take over the image
          command: docker load --input /tmp/persist/docker-layers.tar
      - run:
          name: Push it to Heroku
          command: /tmp/persist/heroku-deploy.sh

  push_docker_hub:
    executor: deploy-to-docker
    steps:
      - setup_remote_docker:
          version: *remote_docker_version
      - run:
          name: Sign in at Docker Hub
          command: docker login -u "\${DOCKERHUB_USER}" -p "\${DOCKERHUB_PASS}"
      - attach_workspace:
          at: *handed_on
      - run:
          name: Take over the image
          command: docker load --input /tmp/persist/docker-layers.tar
      - run:
          name: Push it to Docker Hub
          command: /tmp/persist/docker-hub-deploy.sh

  # Later: run it on a cluster there, not only keep the image
  push_gce_registry:
    executor: deploy-to-gcloud
    steps:
      - setup_remote_docker:
          version: *remote_docker_version
      - run:
          name: Say which gcloud this is
          command: gcloud version
      - attach_workspace:
          at: *handed_on
      - run:
          name: Sign in at Google
          command: |
            printf '%s' "\${GCLOUD_AUTH_ENCODED}" | base64 --ignore-garbage --decode > "\${HOME}/key.json"
            gcloud auth activate-service-account --key-file "\${HOME}/key.json"
            /tmp/persist/gcloud-login.sh
      - run:
          name: Take over the image
          command: docker load --input /tmp/persist/docker-layers.tar
      - run:
          name: Push it to Google
          command: /tmp/persist/gcr-deploy.sh


workflows:
  version: 2

  build_and_deploy:
    jobs:
      - build
#     - deploy_heroku:
#         context: heroku-and-dockerhub
#         requires:
#           - build
#         filters:
#           branches:
#             only:
#               - master
      - push_docker_hub:
          context: heroku-and-dockerhub
          requires:
            - build
          filters:
            branches:
              ignore:
                - /.*nohub.*/
      - push_gce_registry:
          context: google-dummyapp
          requires:
            - build
          filters:
            branches:
              ignore:
                - /.*nogcloud.*/

# vim: sw=2 :
`
