#!/usr/bin/env bash
# A Docker engine with Compose 2 and buildx of Debian's packages, unpacked into a folder: nothing is installed.
#   engine.sh up FOLDER                needs root; . FOLDER/env then points docker at it
#   engine.sh down FOLDER              containers, engine, its bridge and its rules of the firewall are gone
#   engine.sh stand-in python IMAGE    for a base image that can't be pulled: Debian 12's Python 3.11, with this
#                                      machine's certificates
#   engine.sh stand-in postgres IMAGE  Debian 13's PostgreSQL 17, with a small entrypoint
#   engine.sh stand-in redis IMAGE     Debian 12's Redis 7.0
# The folder can be kept for the next time: programs and layers are there already. A stand-in shows that the
# project's own build steps work, and nothing about the official image.
set -euo pipefail
verb="$1"
root=$(realpath -m "$2")

fail() { echo "error: $*" >&2; exit 1; }

# of the sources that apt uses: files that it ignores and other vendors' sources may be beside them
find_mirror() {
  local found
  found=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && NF == 2 && !found++ { print $2 }')
  [ -n "$found" ] || fail "apt's sources name no mirror of Debian, or it was never updated: apt-get update"
  echo "$found"
}

unpack() {
  local mirror
  apt-get -qq update
  mirror=$(find_mirror)
  mkdir -p "$root"/{debs,programs/links,config/cli-plugins,apt/lists/partial,apt/archives/partial}
  # the engine and what it loads are this machine's release's; Compose 2 is in Debian 13
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$root/apt/sources"
  local newer=(-o "Dir::Etc::sourcelist=$root/apt/sources" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$root/apt/lists" -o "Dir::Cache::archives=$root/apt/archives"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none)
  apt-get -qq "${newer[@]}" update
  cd "$root/debs"
  apt-get -qq download docker.io containerd runc tini iptables libip4tc2 libip6tc2 libnftnl11 libnfnetlink0 \
    libnetfilter-conntrack3 libxtables12 mmdebstrap
  apt-get -qq "${newer[@]}" download docker-compose docker-buildx
  for package in ./*.deb; do dpkg -x "$package" "$root/programs"; done
  cd "$root"
  for name in {iptables,ip6tables}{,-save,-restore}; do
    ln -sf ../usr/sbin/xtables-nft-multi "programs/links/$name"
  done
  cp programs/usr/libexec/docker/cli-plugins/* config/cli-plugins/
  cat >env <<END
export PATH="$root/programs/usr/bin:$root/programs/usr/sbin:$root/programs/links:\$PATH"
export LD_LIBRARY_PATH="$(echo "$root"/programs/usr/lib/*-linux-gnu)"
export XTABLES_LIBDIR="\$LD_LIBRARY_PATH/xtables" DOCKER_HOST="unix://$root/run/docker.sock" DOCKER_CONFIG="$root/config"
END
}

make_system() { # SUITE OPTION…
  local suite="$1" mirror
  mirror=$(find_mirror)
  shift
  mmdebstrap --mode=root --quiet --variant=minbase "$@" "$suite" "$folder/system.tar" "deb $mirror $suite main" \
    2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }
}

make_stand_in() { # KIND IMAGE
  local kind="$1" image="$2" changes arguments=()
  folder=$(mktemp --directory --tmpdir="${TMPDIR:-/var/tmp}")
  trap 'rm -rf "$folder"' EXIT
  case "$kind" in
    python)
      # shellcheck disable=SC2016
      make_system bookworm --include=ca-certificates,netbase,tzdata,python3,python3-pip \
        --customize-hook='rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED' \
        --customize-hook='for x in python:python3 pip:pip3; do ln -s "/usr/bin/${x#*:}" "$1/usr/local/bin/${x%:*}"; done' \
        --customize-hook='cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"' \
        --customize-hook='printf "[global]\ncert = /etc/ssl/certs/ca-certificates.crt\ntimeout = 180\n" >"$1/etc/pip.conf"'
      changes=('ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' 'CMD ["python3"]')
      ;;
    postgres)
      cat >"$folder/entrypoint" <<'END'
#!/bin/bash
# Of the official entrypoint what docker-compose.yml uses: it makes the cluster once, as the container's user.
set -euo pipefail
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  chmod 700 "$PGDATA"
  initdb --username="${POSTGRES_USER:-postgres}" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:?}") \
    --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi
exec "$@"
END
      # shellcheck disable=SC2016
      make_system trixie --include=postgresql-17 --dpkgopt=force-confold \
        --essential-hook='mkdir -p "$1/etc/postgresql-common"' \
        --essential-hook='echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.conf"' \
        --essential-hook='echo "postgres:x:999:999::/var/lib/postgresql:/bin/bash" >>"$1/etc/passwd"' \
        --essential-hook='echo "postgres:x:999:" >>"$1/etc/group"' \
        --customize-hook='chroot "$1" install -d -o postgres -g postgres -m 1777 /var/lib/postgresql/data' \
        --customize-hook="install -m 755 '$folder/entrypoint' \"\$1/usr/local/bin/docker-entrypoint.sh\""
      changes=(
        'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin LANG=C.UTF-8'
        'ENV PGDATA=/var/lib/postgresql/data' 'VOLUME /var/lib/postgresql/data'
        'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]'
      )
      ;;
    redis)
      make_system bookworm --include=redis-server
      changes=('ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' 'VOLUME /data' 'CMD ["redis-server"]')
      ;;
  esac
  for change in "${changes[@]}"; do arguments+=(--change "$change"); done
  docker import "${arguments[@]}" "$folder/system.tar" "$image" >/dev/null
  # as the official image has it, so that the server doesn't wait for its clients
  [ "$kind" != postgres ] || printf 'FROM %s\nSTOPSIGNAL SIGINT\n' "$image" | docker build --quiet --tag "$image" - >/dev/null
}

case "$verb" in
  up)
    [ "$(id -u)" = 0 ] || fail "only root can start an engine"
    command -v apt-get dpkg >/dev/null || fail "this isn't Debian, whose packages the engine is made of"
    [ -e "$root/env" ] || unpack >&2
    # shellcheck disable=SC1091
    . "$root/env"
    mkdir -p "$root/run"
    iptables-save >"$root/run/iptables"
    ip6tables-save >"$root/run/ip6tables"
    cat /proc/sys/net/ipv4/ip_forward >"$root/run/ip_forward"
    rm -f "$root/run/pid"
    setsid nohup dockerd --host "$DOCKER_HOST" --data-root "$root/data" --exec-root "$root/run/exec" \
      --pidfile "$root/run/pid" >"$root/log" 2>&1 </dev/null &
    for _ in $(seq 120); do
      if docker version >/dev/null 2>&1; then exit 0; fi
      sleep 0.5
    done
    tail -n 20 "$root/log" >&2
    fail "the engine doesn't answer"
    ;;
  down)
    # shellcheck disable=SC1091
    . "$root/env"
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
    docker network prune --force >/dev/null
    pid=$(cat "$root/run/pid")
    kill "$pid"
    for _ in $(seq 120); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.5
    done
    ip link delete docker0 2>/dev/null || true
    iptables-restore <"$root/run/iptables"
    ip6tables-restore <"$root/run/ip6tables"
    cat "$root/run/ip_forward" >/proc/sys/net/ipv4/ip_forward
    find /sys/fs/cgroup/*/docker -depth -type d -exec rmdir {} + 2>/dev/null || true
    ;;
  stand-in) make_stand_in "$2" "$3" ;;
  *) fail "usage: engine.sh up|down FOLDER, engine.sh stand-in python|postgres|redis IMAGE" ;;
esac
