#!/bin/sh
# Starts the Redis server that stands beside this file, unpacked from the distribution's packages, with the libraries unpacked with it.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
for folder in "$here"/usr/lib/*-linux-gnu* "$here"/lib/*-linux-gnu*; do
  [ ! -d "$folder" ] || LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "$here/usr/bin/redis-server" "$@"
